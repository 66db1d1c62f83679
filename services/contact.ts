import { parseEmail, toEmail } from './email.ts'
import { AuthError } from './error.ts'
import type { Contact } from './http/wire.ts'
import { parsePhoneNumber, toPhoneNumber } from './phone.ts'
import { Secret } from './secret.ts'
import { cleanText } from './typedText.ts'

/**
 * Converts a contact to its normal form, in which equal contacts are equal texts.
 *
 * @param contact a phone number or an e-mail address as typed; an empty field beside a filled
 *   one counts as missing
 * @returns `{ phone_number: '+86 13800000000' }` or `{ email: 'Name@example.com' }`
 * @throws AuthError `invalid_argument`; its description says what is expected
 */
export function normalizeContact({ phone_number, email }: Partial<Contact>): Contact {
  if (phone_number) return { phone_number: toPhoneNumber(phone_number) }
  if (email !== undefined) return { email: toEmail(email) }
  if (phone_number !== undefined) return { phone_number: toPhoneNumber(phone_number) }
  throw new AuthError('invalid_argument', { description: 'phone_number or email is required' })
}

/**
 * Converts a login name to its normal form: a phone number or an e-mail address to that of
 * `normalizeContact`, any other name stays as it is.
 *
 * @param text any value
 */
export function normalizeUsername(text: unknown): unknown {
  return parsePhoneNumber(text) ?? parseEmail(text) ?? text
}

/**
 * Converts a verification code as users type and paste it to the code that was sent: without spaces
 * and dashes, in ordinary digits.
 *
 * @param typed a code like `123 456`, `123-456` or `１２３４５６`, wrapped or not
 * @throws AuthError `invalid_argument` when nothing is left, as of spaces
 */
export function normalizeCode(typed: unknown): string {
  const code = cleanCode(typed)
  if (code) return code
  throw new AuthError('invalid_argument', { description: 'verification_code is required' })
}

/** The characters of a code or a picture as typed, wrapped or not, of which nothing may be left. */
export function cleanCode(typed: unknown): string {
  return cleanText(typed instanceof Secret ? typed.reveal() : typed)
    .replace(/[\s\p{Pd}\u2212]/gu, '')
    .normalize('NFKC')
}
