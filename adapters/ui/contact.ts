import type { Contact } from '../../services/http/wire.ts'
import { cleanText } from '../../services/typedText.ts'

/**
 * Reads a contact from one field that takes both: a text with an `@` is an e-mail address, all else a
 * phone number. Whether it is valid is the flow's to say.
 *
 * @param typed what the user typed
 * @param callingCode the country of a phone number that is typed without one, such as `852`
 */
export function contactOf(typed: string, callingCode = ''): Contact {
  const text = cleanText(typed).trim()
  if (text.includes('@')) return { email: text }
  const isInternational = /^(\+|00)/.test(text)
  return { phone_number: callingCode && !isInternational ? `+${callingCode} ${text}` : text }
}

/**
 * Masks a contact for a screen that others may see.
 *
 * @param contact a phone number or an e-mail address in its normal form, such as `view.code.contact`
 * @returns `+86 138••••0000`, `a•••@example.com`
 */
export function maskContact({ phone_number, email }: Partial<Contact>): string {
  if (email !== undefined) {
    const at = email.lastIndexOf('@')
    return `${email.slice(0, 1)}•••${email.slice(at)}`
  }
  if (!phone_number) return ''
  const phone = phone_number.replace(/[\s().-]/g, '')
  const [, country = '', number = ''] = /^(\+86|\+\d{1,3}(?=\d{7})|)(.*)$/.exec(phone) ?? []
  const [head, tail] = number.length > 9 ? [3, 4] : [2, 2]
  // The space does not break, so that a number stays on one line.
  return `${country}\u00a0${number.slice(0, head)}••••${number.slice(-tail)}`.trim()
}
