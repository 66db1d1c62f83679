import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import { profileFields, type User } from '../state.ts'

const genders = ['MALE', 'FEMALE', 'UNKNOWN'] as const

/**
 * Reads the profile fields of a body. Other fields are ignored.
 *
 * @param body The body.
 * @returns The fields that were sent.
 * @throws ApiError `invalid_argument` for an unknown gender or an overlong value.
 */
export function readProfile(body: Fields): Partial<User> {
  body.oneOf('gender', genders)
  const given = profileFields.flatMap((name) => {
    const value = body.text(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  for (const [name, value] of given) {
    if (value.length > 1024) throw new ApiError('invalid_argument', `${name} is too long`)
  }
  return Object.fromEntries(given)
}
