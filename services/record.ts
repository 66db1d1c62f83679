/**
 * Checks that a value is a plain object, as JSON creates them: no array, no instance of a class.
 *
 * @param value any value
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
