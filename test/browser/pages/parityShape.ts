/** The types of a value's fields. */
export type Shape = string | Shape[] | { [name: string]: Shape }

/** Fields that the official SDK has for itself. */
const INTERNALS = new Set(['cache', 'oauthInstance'])

/** Returns the types of a value's fields, without those that are undefined or empty text. */
export function shapeOf(value: unknown, depth = 4): Shape {
  if (value === null) return 'null'
  if (value instanceof Error) return errorOf(value)
  if (value instanceof Date) return 'date'
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0], depth)] : []
  if (typeof value !== 'object') return typeof value
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== undefined && field !== '' && !INTERNALS.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (depth === 0) return 'object'
  return Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field, depth - 1)]))
}

/** The fields of an error that apps branch on or show: their values, or the types of free text. */
const VALUES = [
  'name',
  'message',
  'code',
  'status',
  'errorCode',
  'category',
  'retryAfter',
  '__isAuthError',
]
const TYPES = ['requestId', 'helpMessage', 'loginMethodHint']

/** Returns the fields of an error of SDK 3.x. */
function errorOf(error: Error): Shape {
  const fields = error as unknown as Record<string, unknown>
  const given = (names: string[]) => names.filter((name) => fields[name])
  return Object.fromEntries([
    ...given(VALUES).map((name) => [name, String(fields[name])]),
    ...given(TYPES).map((name) => [name, typeof fields[name]]),
  ]) as Shape
}

/** Returns the fields of what a method of SDK 2.x rejects with. */
export function rejectionOf(thrown: unknown): Shape {
  const { error, error_code, error_description, retry_after } = thrown as Record<string, unknown>
  const fields = { error, error_code, error_description, retry_after }
  const given = Object.entries(fields).filter(([, value]) => value)
  return { rejected: Object.fromEntries(given.map(([name, value]) => [name, String(value)])) }
}
