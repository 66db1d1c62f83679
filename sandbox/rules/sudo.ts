import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, newToken } from '../secret.ts'
import type { State, User } from '../state.ts'

/** Lets users prove again who they are before they change what matters. */
export interface Sudo {
  /** A sudo token of this user, good for any number of changes until it expires. */
  grant(user: User): string
  /** Whether this user has nothing to prove anything by, so that the empty token does. */
  isNeedless(user: User): boolean
  /** Refuses a token that is not this user's; an absent one counts as empty. */
  check(user: User, sudoToken: string | undefined): void
  /** Ends all sudo tokens of a user. */
  revokeAll(sub: string): void
}

/** Keeps sudo tokens in `state`. */
export function createSudo(state: State, clock: Clock, config: () => Config): Sudo {
  const isNeedless = ({ password, phone_number, email }: User): boolean =>
    password === undefined && phone_number === undefined && email === undefined
  return {
    isNeedless,
    grant({ sub }) {
      const token = newToken('s.')
      const expiresAt = clock.now() + config().sudoTokenSeconds * 1000
      state.sudoTokens.set(digest(token), { sub, expiresAt })
      return token
    },
    check(user, sudoToken) {
      if (sudoToken === undefined && isNeedless(user)) return
      const token = state.sudoTokens.get(digest(sudoToken ?? ''))
      if (token?.sub !== user.sub || token.expiresAt <= clock.now()) {
        throw new ApiError('permission_denied', 'sudo_token is missing, wrong or expired')
      }
    },
    revokeAll(sub) {
      for (const [key, token] of state.sudoTokens) {
        if (token.sub === sub) state.sudoTokens.delete(key)
      }
    },
  }
}
