/**
 * Returns the last item of a list. `Array.prototype.at` is younger than the browsers this library
 * supports.
 *
 * @returns undefined for an empty list
 */
export function last<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1]
}
