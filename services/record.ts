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

/**
 * Checks whether an object itself has a property. `Object.hasOwn` is younger than the browsers this
 * library supports.
 *
 * @param object any object
 * @param key a name that may come from outside, such as `constructor`
 */
export function hasOwn(object: object, key: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(object, key)
}
