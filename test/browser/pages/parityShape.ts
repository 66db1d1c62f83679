export type Shape = string | Shape[] | { [name: string]: Shape }

/** What the official client keeps in its objects for itself. */
const INNARDS = new Set(['cache', 'oauthInstance'])

/** The fields of a value and what they hold; what is undefined or empty text is not there. */
export function shapeOf(value: unknown, depth = 4): Shape {
  if (value === null) return 'null'
  if (value instanceof Error) return 'error'
  if (value instanceof Date) return 'date'
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0], depth)] : []
  if (typeof value !== 'object') return typeof value
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== undefined && field !== '' && !INNARDS.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (depth === 0) return 'object'
  return Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field, depth - 1)]))
}
