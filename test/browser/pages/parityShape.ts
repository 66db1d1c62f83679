/** The types of a value's fields. */
export type Shape = string | Shape[] | { [name: string]: Shape }

/** Fields that the official SDK has for itself. */
const INTERNALS = new Set(['cache', 'oauthInstance'])

/** Returns the types of a value's fields, without those that are undefined or empty text. */
export function shapeOf(value: unknown, depth = 4): Shape {
  if (value === null) return 'null'
  if (value instanceof Error) return 'error'
  if (value instanceof Date) return 'date'
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0], depth)] : []
  if (typeof value !== 'object') return typeof value
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== undefined && field !== '' && !INTERNALS.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (depth === 0) return 'object'
  return Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field, depth - 1)]))
}
