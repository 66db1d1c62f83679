import {
  freshTokens,
  refreshIfDue,
  type System,
  tokensOf,
} from '../../machines/core/freshTokens.ts'
import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'

/**
 * Creates the reader behind `auth.getAccessToken`. While nothing has changed since the last read, the
 * same settled promise is returned.
 */
export function createAccessTokenReader(clock: Clock): (system: System) => Promise<string> {
  let last:
    { state: unknown; readAt: number; expiresAt: number; token: Promise<string> } | undefined

  async function read(system: System): Promise<string> {
    const { credentials, error } = await freshTokens(system)
    if (!credentials) throw AuthError.from(error, 'getAccessToken')
    refreshIfDue(system)
    const token = credentials.access_token.reveal()
    const state = tokensOf(system)?.getSnapshot()
    if (state?.context.credentials === credentials && !state.hasTag('busy')) {
      const { expiresAt } = credentials
      last = { state, readAt: clock.now(), expiresAt, token: Promise.resolve(token) }
    }
    return token
  }

  return (system) => {
    if (last && last.state === tokensOf(system)?.getSnapshot()) {
      const now = clock.now()
      // A clock that was set back says nothing about the token.
      if (last.readAt <= now && now < last.expiresAt) {
        last.readAt = now
        return last.token
      }
    }
    last = undefined
    return read(system)
  }
}
