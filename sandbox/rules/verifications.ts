import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, isSame, newCode, newId, newToken } from '../secret.ts'
import type { State, Verification } from '../state.ts'

/** Verification codes and the tokens that prove a verified contact. */
export interface Verifications {
  /**
   * Sends a code.
   *
   * @param address The normalised contact.
   * @param sub The signed-in user who requests it, if any.
   * @returns The `verification_id`.
   */
  send(address: string, sub?: string): string
  /**
   * Checks a code and counts a wrong one.
   *
   * @returns The contact of the code and how to spend it.
   * @throws ApiError `invalid_argument` for a wrong or expired code, `aborted` after too many.
   */
  match(verificationId: string, code: string): VerificationMatch
  /**
   * Exchanges a code for a verification token and spends the code.
   *
   * @throws ApiError `invalid_argument` or `aborted`, like `match`.
   */
  verify(verificationId: string, code: string): string
  /**
   * Checks that a verification token belongs to one of the contacts.
   *
   * @returns Spends the token. The caller invokes it once nothing else can fail.
   * @throws ApiError `permission_denied` for an invalid token, `invalid_argument` for another contact.
   */
  check(verificationToken: string, ...addresses: readonly string[]): () => void
  /**
   * Checks that a user has verified a contact, for calls that send no verification token.
   *
   * @returns Spends the verification token.
   * @throws ApiError `failed_precondition` if the user has not.
   */
  checkVerified(sub: string, address: string): () => void
}

/** A correct code. The caller invokes `spend` once nothing else can fail. */
export interface VerificationMatch extends Pick<Verification, 'address' | 'sub'> {
  spend(): void
}

/**
 * Creates verifications that are stored in the state and delivered to `state.messages`.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The verifications.
 */
export function createVerifications(
  state: State,
  clock: Clock,
  config: () => Config,
): Verifications {
  const wrongCode = 'The verification code is wrong or has expired'
  const match: Verifications['match'] = (verificationId, code) => {
    const verification = state.verifications.get(verificationId)
    if (!verification || verification.expiresAt <= clock.now()) {
      throw new ApiError('invalid_argument', wrongCode)
    }
    if (verification.wrongTries >= config().codeTries) throw new ApiError('aborted')
    if (!isSame(verification.code, code)) {
      verification.wrongTries += 1
      throw new ApiError('invalid_argument', wrongCode)
    }
    const { address, sub } = verification
    return { address, sub, spend: () => void state.verifications.delete(verificationId) }
  }
  return {
    match,
    send(address, sub) {
      const id = newId()
      const code = newCode()
      const expiresAt = clock.now() + config().codeSeconds * 1000
      state.verifications.set(id, { code, address, sub, wrongTries: 0, expiresAt })
      state.messages.push({ to: address, code, verification_id: id, at: clock.now() })
      return id
    },
    verify(verificationId, code) {
      const { address, sub, spend } = match(verificationId, code)
      spend()
      const token = newToken('v.')
      const expiresAt = clock.now() + config().verificationTokenSeconds * 1000
      state.verificationTokens.set(digest(token), { address, sub, expiresAt })
      return token
    },
    check(verificationToken, ...addresses) {
      const key = digest(verificationToken)
      const token = state.verificationTokens.get(key)
      if (!token || token.expiresAt <= clock.now()) throw new ApiError('permission_denied')
      if (!addresses.includes(token.address)) {
        throw new ApiError('invalid_argument', 'verification_token belongs to another contact')
      }
      return () => void state.verificationTokens.delete(key)
    },
    checkVerified(sub, address) {
      for (const [key, token] of state.verificationTokens) {
        const isMatch = token.sub === sub && token.address === address
        if (isMatch && token.expiresAt > clock.now()) {
          return () => void state.verificationTokens.delete(key)
        }
      }
      throw new ApiError('failed_precondition', 'The contact has to be verified first')
    },
  }
}
