import {
  freshTokens,
  refreshIfDue,
  type System,
  tokensOf,
} from '../../machines/core/freshTokens.ts'
import type { Clock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import { validityOf } from '../../services/session/expiry.ts'

/**
 * Milliseconds after which the age of a token is measured again. Within it, only a system time that is
 * set back is noticed.
 */
const MEASURE_MS = 10_000

/** A token that was read, and the times between which it needs no measuring. */
interface LastToken {
  state: unknown
  token: Promise<string>
  /** The last time it was read, in milliseconds since the epoch. */
  readAt: number
  /** When it has to be measured again. */
  until: number
}

/**
 * Creates the reader behind `auth.getAccessToken`. While nothing has changed since the last read, the
 * same settled promise is returned.
 */
export function createAccessTokenReader(clock: Clock): (system: System) => Promise<string> {
  let last: LastToken | undefined

  async function read(system: System): Promise<string> {
    const { credentials, error } = await freshTokens(system)
    if (!credentials) throw AuthError.from(error, 'getAccessToken')
    refreshIfDue(system)
    const token = credentials.access_token.reveal()
    const state = tokensOf(system)?.getSnapshot()
    const isFresh = validityOf(credentials, clock).freshness() === 'fresh'
    if (isFresh && state?.context.credentials === credentials && !state.hasTag('busy')) {
      const readAt = clock.now()
      const until = Math.min(credentials.expiresAt, readAt + MEASURE_MS)
      last = { state, token: Promise.resolve(token), readAt, until }
    }
    return token
  }

  return (system) => {
    if (last && last.state === tokensOf(system)?.getSnapshot()) {
      const now = clock.now()
      // A system time that was set back says nothing about the token.
      if (last.readAt <= now && now < last.until) {
        last.readAt = now
        return last.token
      }
    }
    last = undefined
    return read(system)
  }
}
