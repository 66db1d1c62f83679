import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, isSame, newCode, newId, newToken } from '../secret.ts'
import type { State, Verification } from '../state.ts'

/** Sends codes and proves that they arrived. */
export interface Verifications {
  /** Sends a code to an address, for `sub` if they are signed in; answers its verification_id. */
  send(address: string, sub?: string): string
  /** Checks a code, counts a wrong one, and answers whose it is and how to spend it. */
  match(verificationId: string, code: string): VerificationMatch
  /** Trades a code for a verification token; the code is spent. */
  verify(verificationId: string, code: string): string
  /**
   * Checks that a verification token stands for one of `addresses` and answers how to spend it,
   * which the caller does once nothing else can fail.
   */
  check(verificationToken: string, ...addresses: readonly string[]): () => void
  /** The same for a contact that `sub` has proven, where the token itself is not sent. */
  checkGiven(sub: string, address: string): () => void
}

/** A code that was right. */
export interface VerificationMatch extends Pick<Verification, 'address' | 'sub'> {
  spend(): void
}

/** Keeps codes in `state`; the delivery is `state.messages`. */
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
    checkGiven(sub, address) {
      for (const [key, token] of state.verificationTokens) {
        const isIt = token.sub === sub && token.address === address
        if (isIt && token.expiresAt > clock.now()) {
          return () => void state.verificationTokens.delete(key)
        }
      }
      throw new ApiError('failed_precondition', 'The contact has to be verified first')
    },
  }
}
