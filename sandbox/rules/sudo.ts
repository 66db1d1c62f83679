import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, newToken } from '../secret.ts'
import type { State, User } from '../state.ts'

/** Sudo tokens: proofs that a user authenticated again before a sensitive change. */
export interface Sudo {
  /** Issues a sudo token, which permits any number of changes until it expires. */
  grant(user: User): string
  /** Whether the user has neither password nor contact, so that the empty token is accepted. */
  isExempt(user: User): boolean
  /**
   * Checks a sudo token.
   *
   * @throws ApiError `permission_denied` for a missing, wrong or expired one.
   */
  check(user: User, sudoToken: string | undefined): void
  /** Revokes all sudo tokens of a user. */
  revokeAll(sub: string): void
}

/**
 * Creates sudo tokens that are stored in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The sudo tokens.
 */
export function createSudo(state: State, clock: Clock, config: () => Config): Sudo {
  const isExempt = ({ password, phone_number, email }: User): boolean =>
    password === undefined && phone_number === undefined && email === undefined
  return {
    isExempt,
    grant({ sub }) {
      const token = newToken('s.')
      const expiresAt = clock.now() + config().sudoTokenSeconds * 1000
      state.sudoTokens.set(digest(token), { sub, expiresAt })
      return token
    },
    check(user, sudoToken) {
      if (sudoToken === undefined && isExempt(user)) return
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
