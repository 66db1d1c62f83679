import {
  freshTokens,
  refreshIfDue,
  type System,
  tokensOf,
} from '../../machines/core/freshTokens.ts'
import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import { type Validity, validityOf } from '../../services/session/expiry.ts'

/**
 * Creates the reader behind `auth.getAccessToken`. While nothing has changed since the last read, the
 * same settled promise is returned.
 */
export function createAccessTokenReader(clock: Clock): (system: System) => Promise<string> {
  let last: { state: unknown; validity: Validity; token: Promise<string> } | undefined

  async function read(system: System): Promise<string> {
    const { credentials, error } = await freshTokens(system)
    if (!credentials) throw AuthError.from(error, 'getAccessToken')
    refreshIfDue(system)
    const token = credentials.access_token.reveal()
    const state = tokensOf(system)?.getSnapshot()
    if (state?.context.credentials === credentials && !state.hasTag('busy')) {
      const validity = validityOf(credentials, clock)
      last = { state, validity, token: Promise.resolve(token) }
    }
    return token
  }

  return (system) => {
    const isSame = last && last.state === tokensOf(system)?.getSnapshot()
    // Measured, because the system time may have been set back.
    if (isSame && last!.validity.freshness() === 'fresh') return last!.token
    last = undefined
    return read(system)
  }
}
