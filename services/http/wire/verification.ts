import type { Secret } from '../../secret.ts'
import type { Contact } from './contact.ts'

/** Asks for a verification code. */
export type SendVerificationRequest = Contact & {
  /**
   * Which contacts the code may be sent to: any, only those of a user, only those of no user, or only
   * those of the signed-in user. Default: `ANY`.
   */
  target?: 'ANY' | 'USER' | 'NOT_USER' | 'CUR_USER'
  usage?: string
}

/** A verification code that was sent. */
export interface Verification {
  verification_id: string
  /** Seconds until the code expires. */
  expires_in: number
  /** Whether the contact belonged to a user when the code was sent. It can become outdated. */
  is_user?: boolean
}

/** Trades a verification code for a token or a session. */
export interface VerifyRequest {
  verification_id: string
  verification_code: Secret
}

/** The proof that a contact was verified. */
export interface VerificationToken {
  verification_token: Secret
  /** Seconds until the token expires. */
  expires_in?: number
}

/** Sets a new password by a verified contact. */
export type ResetPasswordRequest = Contact & {
  new_password: Secret
  verification_token: Secret
}
