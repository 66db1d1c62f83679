import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'

/** Where a code can be sent; `address` is the form in which contacts are compared. */
export interface Contact {
  kind: 'phone_number' | 'email'
  address: string
}

const phonePattern = /^\+[1-9]\d{0,2} \d{4,15}$/
const emailPattern = /^[^\s@]+@[^\s@]+$/

/** Reads `+<calling code> <number>`; any other form is `invalid_argument`. */
export function parsePhone(text: string): Contact {
  if (!phonePattern.test(text)) {
    throw new ApiError('invalid_argument', 'phone_number must be in the form +86 13800000000')
  }
  return { kind: 'phone_number', address: text }
}

/** Reads an email address; letter case does not matter. */
export function parseEmail(text: string): Contact {
  if (text.length > 254 || !emailPattern.test(text)) {
    throw new ApiError('invalid_argument', 'email must be an email address')
  }
  return { kind: 'email', address: text.toLowerCase() }
}

/** The one contact of a request: `phone_number` or `email`, not both and not neither. */
export function needContact(body: Fields): Contact {
  const phone = body.text('phone_number')
  const email = body.text('email')
  if (phone !== undefined && email === undefined) return parsePhone(phone)
  if (email !== undefined && phone === undefined) return parseEmail(email)
  throw new ApiError('invalid_argument', 'Either phone_number or email is required')
}

/** The form in which a sign-in name is compared: a phone, an email or a chosen name. */
export function parseUsername(text: string): string {
  if (text.startsWith('+')) return parsePhone(text).address
  return text.includes('@') ? parseEmail(text).address : text
}

/** Reads a chosen user name, which must not be mistaken for a phone or an email. */
export function parseChosenName(text: string): string {
  if (text.length > 64 || /^\+|@|\s/.test(text)) {
    throw new ApiError('invalid_argument', 'username must be 1-64 characters without +, @, space')
  }
  return text
}
