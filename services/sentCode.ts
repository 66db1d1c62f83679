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

/**
 * Adds a code that has just been sent and drops those that may be sent again.
 *
 * @param at milliseconds since the epoch
 */
export const withCode = (
  codes: readonly SentCode[],
  code: SentCode,
  at: number,
): readonly SentCode[] => [
  ...withoutCode(codes, code.key).filter(({ resendAt }) => resendAt > at),
  code,
]

/** Drops the code with this key, which has been used or cannot be used any more. */
export const withoutCode = (codes: readonly SentCode[], key: string): readonly SentCode[] =>
  codes.filter((code) => code.key !== key)
