/**
 * Checks that a value is a plain object, as JSON creates them, also one without prototype or from
 * another frame: no array, no instance of a class.
 *
 * @param value any value
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
