import type { Contact, SendVerificationRequest } from './http/wire.ts'

/** A verification code that has been sent to a contact and may not be sent again yet. */
export interface SentCode {
  /** The contact and the purpose: another purpose needs another code. */
  key: string
  verificationId: string
  /** Whether the contact had an account when the code was sent. */
  isUser?: boolean
  /** When another one may be sent, in milliseconds since the epoch. */
  resendAt: number
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/**
 * Returns the key of the codes for a contact and a purpose.
 *
 * @param contact in its normal form
 */
export const codeKey = (
  { phone_number, email }: Contact,
  target: SendVerificationRequest['target'],
): string => `${target}:${phone_number ?? email}`
