import { AuthError } from './error.ts'
import { cleanText } from './typedText.ts'

const EMAIL = /^([^@\s\p{Cc}]+)@([^@\s\p{Cc}]+)$/u

/** The spaces that keyboards put around an @. */
const SPACED_AT = /\s*@\s*/g

/**
 * Reads an e-mail address as users type and paste it. The domain becomes lower-case and may be typed
 * with ideographic full stops; the local part keeps its letter case, which the server may distinguish.
 *
 * @param text any value
 * @returns the normal form, or undefined when it is no e-mail address
 */
export function parseEmail(text: unknown): string | undefined {
  const typed = cleanText(text).trim().replace(SPACED_AT, '@')
  const [, local, domain = ''] = EMAIL.exec(typed) ?? []
  if (!local) return undefined
  // Normalized again, because lower-case letters can combine with marks that capital ones do not.
  return `${local}@${domain.toLowerCase().replaceAll('。', '.')}`.normalize('NFKC')
}

/**
 * Reads an e-mail address like `parseEmail`.
 *
 * @throws AuthError `invalid_argument` when it is no e-mail address
 */
export function toEmail(text: unknown): string {
  const email = parseEmail(text)
  if (email) return email
  throw new AuthError('invalid_argument', {
    description: 'email must have one @ between a name and a domain, like "name@example.com"',
  })
}
