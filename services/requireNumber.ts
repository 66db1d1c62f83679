import { AuthError } from './error.ts'

/** The largest number of seconds, some 300 years: a database and a browser can still add it to the time. */
const MAX = 1e10

/**
 * Checks options that are whole numbers above 0.
 *
 * @param operation the function that takes the options
 * @param options the numbers, by the names of the options
 * @param max the largest number; `Infinity` where there may be no limit. Default: 10,000,000,000
 * @throws AuthError `invalid_argument` naming the option
 */
export function requireNumber(
  operation: string,
  options: Readonly<Record<string, unknown>>,
  max = MAX,
): void {
  for (const [name, value] of Object.entries(options)) {
    const isWhole = Number.isInteger(value) || value === Infinity
    if (isWhole && Number(value) > 0 && Number(value) <= max) continue
    const description = `${name} must be a whole number above 0${max === Infinity ? ', or Infinity' : ''}`
    throw new AuthError('invalid_argument', { operation, description })
  }
}
