import { AuthError } from './error.ts'
import { cleanText } from './typedText.ts'

/**
 * An international number: at most 15 digits with the calling code (ITU-T E.164). No calling code is
 * the beginning of another, so the split is exact.
 */
const INTERNATIONAL =
  /^\+(?=\d{5,15}$)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)(\d{4,})$/
const MAINLAND = /^(?:0?0?86)?(1[3-9]\d{9})$/

/**
 * Converts a phone number as users type and paste it to the form of the HTTP API,
 * `+<calling code> <number>`. A mainland number needs no calling code; spaces, dashes, brackets and
 * dots are dropped and `00` counts as `+`.
 *
 * @param text any value
 * @throws AuthError `invalid_argument` when the country is missing or it is no phone number
 */
export function toPhoneNumber(text: unknown): string {
  const phone = parse(digitsOf(text).replace(/^00/, '+'))
  if (phone) return phone
  throw new AuthError('invalid_argument', {
    description: 'phone_number must carry its country code, like "+86 13800000000"',
  })
}

/**
 * Reads a phone number that may also be another login name, which can begin with `00` as well: it is
 * a phone number when it begins with `+` or is a mainland number.
 *
 * @param text any value
 * @returns the form of `toPhoneNumber`, or undefined
 */
export function parsePhoneNumber(text: unknown): string | undefined {
  return parse(digitsOf(text))
}

/** The text without what users and address books put between digits. */
function digitsOf(text: unknown): string {
  return cleanText(text).replace(/[\s\p{Pd}().]/gu, '')
}

function parse(digits: string): string | undefined {
  const mainland = MAINLAND.exec(digits)
  if (mainland) return `+86 ${mainland[1]}`
  const international = INTERNATIONAL.exec(digits)
  return international ? `+${international[1]} ${international[2]}` : undefined
}
