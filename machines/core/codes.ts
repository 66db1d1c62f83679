import { type ActorRefFrom, type AnyActorRef, fromTransition } from 'xstate'
import type { Contact, SendVerificationRequest } from '../../services/http/wire.ts'

/** A verification code that is on its way to a contact or has arrived. */
export interface SentCode {
  /** Whose contact and what for: another purpose needs another code. */
  key: string
  verificationId: string
  /** Whether the contact had an account when the code was sent. */
  isUser?: boolean
  /** When another one may be sent, in milliseconds since the epoch. */
  resendAt: number
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** @returns what identifies the codes for this contact and purpose */
export const codeKey = (
  { phone_number, email }: Contact,
  target: SendVerificationRequest['target'],
) => `${target}:${phone_number ?? email}`

/**
 * Remembers the newest code of every contact while it must not be sent again, so that leaving the
 * code step and returning with the same contact goes on with that code.
 */
export const codes = fromTransition<
  ReadonlyMap<string, SentCode>,
  { type: 'code.sent'; code: SentCode; at: number } | { type: 'code.spent'; key: string },
  never,
  undefined
>((sent, event) => {
  if (event.type === 'code.spent') return without(sent, (code) => code.key === event.key)
  const { code, at } = event
  return without(sent, ({ resendAt }) => resendAt <= at).set(code.key, code)
}, new Map())

const without = (sent: ReadonlyMap<string, SentCode>, isGone: (code: SentCode) => boolean) =>
  new Map([...sent].filter(([, code]) => !isGone(code)))

/** @returns the actor that remembers sent codes; undefined outside a client */
export const codesOf = (system: AnyActorRef['system']): ActorRefFrom<Codes> | undefined =>
  system.get('codes')

/** The actor logic of `codes`. */
export type Codes = typeof codes
