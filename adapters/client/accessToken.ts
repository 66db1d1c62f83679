import { freshTokens, type System, tokensOf } from '../../machines/core/freshTokens.ts'
import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'

/**
 * Creates the reader behind `auth.getAccessToken`. While nothing has changed since the last read, the
 * same settled promise is returned.
 */
export function createAccessTokenReader(clock: Clock): (system: System) => Promise<string> {
  let last: { state: unknown; expiresAt: number; token: Promise<string> } | undefined

  async function read(system: System): Promise<string> {
    const { credentials, error } = await freshTokens(system)
    if (!credentials) throw AuthError.from(error, 'getAccessToken')
    const token = credentials.access_token.reveal()
    const state = tokensOf(system)?.getSnapshot()
    if (state?.context.credentials === credentials && !state.hasTag('busy')) {
      last = { state, expiresAt: credentials.expiresAt, token: Promise.resolve(token) }
    }
    return token
  }

  return (system) => {
    const isUnchanged = last && last.state === tokensOf(system)?.getSnapshot()
    return isUnchanged && clock.now() < last!.expiresAt ? last!.token : read(system)
  }
}
