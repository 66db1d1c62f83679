import { destinationOf } from '../../services/platform/destination.ts'
import { CloudbaseError } from './errors.ts'

/** Creates the error for a parameter that is rejected before anything is sent. */
export function invalid(description: string): CloudbaseError {
  return new CloudbaseError('invalid_argument', { description })
}

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''

/** Checks that every one of `names` is given. @throws CloudbaseError `invalid_argument` */
export function requireFields<T extends object>(params: T, ...names: (keyof T & string)[]): void {
  for (const name of names) {
    if (!isGiven(params?.[name])) throw invalid(`${name} is required`)
  }
}

/** Checks that exactly one of `names` is given. @throws CloudbaseError `invalid_argument` */
export function requireOneOf<T extends object>(params: T, ...names: (keyof T & string)[]): void {
  const given = names.filter((name) => isGiven(params?.[name]))
  const list = names.join(' or ')
  if (given.length === 0) throw invalid(`${list} is required`)
  if (given.length > 1) throw invalid(`either ${list}, not ${given.join(' and ')}`)
}

/** Checks that a listener can be called. @throws CloudbaseError `invalid_argument` */
export function requireListener(callback: unknown): void {
  if (typeof callback !== 'function') throw invalid('callback must be a function')
}

const GENDERS = new Set<unknown>(['MALE', 'FEMALE', 'UNKNOWN', undefined])

/** Checks that the gender, if given, is one of the protocol. @throws CloudbaseError `invalid_argument` */
export function requireGender({ gender }: { gender?: string }): void {
  if (!GENDERS.has(gender)) throw invalid('gender must be MALE, FEMALE or UNKNOWN')
}

/**
 * Checks addresses that a browser goes to: of the origin of the page, or of the `returnOrigins` of
 * `init`.
 *
 * @param addresses by the names of their parameters, for the error; a missing or empty one is not checked
 * @param returnOrigins further allowed origins
 * @throws CloudbaseError `invalid_argument` for any other address
 * @see RFC 9700 §4.11 (open redirection)
 */
export function requireAllowed(
  addresses: Readonly<Record<string, string | undefined>>,
  returnOrigins?: readonly string[],
): void {
  for (const [name, address] of Object.entries(addresses)) {
    try {
      if (address) destinationOf({ redirect_uri: address, returnTo: address }, returnOrigins)
    } catch {
      throw invalid(`${name} must be of this origin or in auth.returnOrigins of init`)
    }
  }
}
