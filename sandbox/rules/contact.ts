import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'

/** A phone number or e-mail address. */
export interface Contact {
  kind: 'phone_number' | 'email'
  /** The normalised form, in which contacts are stored and compared. */
  address: string
}

const phonePattern = /^\+[1-9]\d{0,2} \d{4,15}$/
const emailPattern = /^[^\s@]+@[^\s@]+$/

/**
 * Parses a phone number.
 *
 * @param text A text of the form `+<calling code> <number>`.
 * @returns The contact.
 * @throws ApiError `invalid_argument` for any other form.
 */
export function parsePhone(text: string): Contact {
  if (!phonePattern.test(text)) {
    throw new ApiError('invalid_argument', 'phone_number must be in the form +86 13800000000')
  }
  return { kind: 'phone_number', address: text }
}

/**
 * Parses an e-mail address and converts it to lower case.
 *
 * @param text The address.
 * @returns The contact.
 * @throws ApiError `invalid_argument` for a malformed address.
 */
export function parseEmail(text: string): Contact {
  if (text.length > 254 || !emailPattern.test(text)) {
    throw new ApiError('invalid_argument', 'email must be an email address')
  }
  return { kind: 'email', address: text.toLowerCase() }
}

/**
 * Reads the contact of a request.
 *
 * @param body A body with either `phone_number` or `email`.
 * @returns The contact.
 * @throws ApiError `invalid_argument` for a malformed contact, for both or for none.
 */
export function requireContact(body: Fields): Contact {
  const phone = body.text('phone_number')
  const email = body.text('email')
  if (phone !== undefined && email === undefined) return parsePhone(phone)
  if (email !== undefined && phone === undefined) return parseEmail(email)
  throw new ApiError('invalid_argument', 'Either phone_number or email is required')
}

/**
 * Normalises the name a user signs in with.
 *
 * @param text A phone number, an e-mail address or a user name.
 * @returns The form in which names are compared.
 * @throws ApiError `invalid_argument` for a malformed phone number or e-mail address.
 */
export function parseUsername(text: string): string {
  if (text.startsWith('+')) return parsePhone(text).address
  return text.includes('@') ? parseEmail(text).address : text
}

/**
 * Parses a new user name, which must differ in form from phone numbers and e-mail addresses.
 *
 * @param text The user name.
 * @returns The user name.
 * @throws ApiError `invalid_argument` for a malformed user name.
 */
export function parseChosenName(text: string): string {
  if (text.length > 64 || /^\+|@|\s/.test(text)) {
    throw new ApiError('invalid_argument', 'username must be 1-64 characters without +, @, space')
  }
  return text
}
