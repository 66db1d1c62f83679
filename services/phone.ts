import { AuthError } from './error.ts'

/**
 * ITU-T E.164: at most 15 digits with the calling code. No code is the beginning of another, so the
 * split is exact.
 */
const INTERNATIONAL =
  /^\+(?=\d{5,15}$)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)(\d{4,})$/
const MAINLAND = /^(?:0?0?86)?(1[3-9]\d{9})$/

/**
 * A phone number as the wire wants it: `+<calling code> <number>`. Bare mainland numbers get `+86`;
 * spaces, dashes, brackets and what cannot be seen are dropped; `00` counts as `+`.
 *
 * @throws AuthError `invalid_argument` when no country can be told.
 */
export function toPhoneNumber(text: unknown): string {
  const phone = parse(bare(text).replace(/^00/, '+'))
  if (phone) return phone
  throw new AuthError('invalid_argument', {
    description: 'phone_number must carry its country code, like "+86 13800000000"',
  })
}

/**
 * A login name: a phone number in the wire's form, anything else (e-mail, username) untouched. It is
 * a phone by its `+`, or by being one of the mainland: a name may begin with `00`.
 */
export function toUsername(text: unknown): unknown {
  return parse(bare(text)) ?? text
}

/** Without what people and address books put between digits. */
function bare(text: unknown): string {
  return typeof text === 'string' ? text.normalize('NFKC').replace(/[\s\p{Pd}\p{Cf}().]/gu, '') : ''
}

function parse(digits: string): string | undefined {
  const mainland = MAINLAND.exec(digits)
  if (mainland) return `+86 ${mainland[1]}`
  const international = INTERNATIONAL.exec(digits)
  return international ? `+${international[1]} ${international[2]}` : undefined
}

/** Placeholder until the services' own. */
export function normalizeContact<C extends { phone_number?: string; email?: string }>({ phone_number, email }: C): any {
  return phone_number !== undefined ? { phone_number: toPhoneNumber(phone_number) } : { email: String(email).trim() }
}
