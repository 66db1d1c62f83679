import { ServiceError } from '../serviceError.ts'

/** A value of a document. Dates are `{ $date: milliseconds }`. */
export type Value = string | number | boolean | null | Value[] | Fields

/** A document or a part of one. */
export interface Fields {
  [name: string]: Value
}

/**
 * Checks whether a value is an object.
 *
 * @param value Any value.
 * @returns Whether it is one, and neither `null` nor a list.
 */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads a value that must be a text.
 *
 * @param value Any value.
 * @returns The text.
 * @throws ServiceError `INVALID_PARAM` for anything else.
 */
export function toText(value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw new ServiceError('INVALID_PARAM', 'A text is needed')
}

const numbers = ['$numberInt', '$numberLong', '$numberDouble', '$numberDecimal'] as const

/**
 * Converts extended JSON to values: numbers to numbers, dates to `{ $date: milliseconds }`, the date
 * of the server to its present date.
 *
 * @param value A value as a client sends it.
 * @param now Milliseconds since the epoch.
 * @returns A new value.
 * @throws ServiceError `INVALID_PARAM` for the name `__proto__` and for paths of over 100 names.
 * @see MongoDB Extended JSON (v2)
 */
export function toValue(value: unknown, now: number): Value {
  if (Array.isArray(value)) return value.map((each) => toValue(each, now))
  if (!isFields(value)) return (value ?? null) as Value
  const [first] = Object.keys(value)
  const number = numbers.find((name) => name === first)
  if (number) return Number(value[number])
  if (first === '$oid') return toText(value['$oid'])
  if (first === '$date') return { $date: toTime(value['$date'], now) }
  const entries = Object.entries(value).map(([name, each]) => [name, toValue(each, now)] as const)
  for (const [name] of entries) checkName(name)
  return Object.fromEntries(entries)
}

function toTime(value: unknown, now: number): number {
  if (typeof value === 'string') return Date.parse(value)
  if (isFields(value) && 'offset' in value) return now + Number(value['offset'])
  return Number(toValue(value, now))
}

const maxSteps = 100

/** Names are assigned to, so that `__proto__` would change the prototype. */
function checkName(name: string): void {
  const steps = name.split('.')
  if (steps.includes('__proto__') || steps.length > maxSteps) {
    throw new ServiceError('INVALID_PARAM', `The field ${name.slice(0, 40)} is malformed`)
  }
}

const isDate = (value: Value | undefined): value is { $date: number } =>
  isFields(value) && typeof value['$date'] === 'number'

const order = ['null', 'number', 'string', 'object', 'array', 'boolean', 'date']

function typeOf(value: Value | undefined): string {
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return isDate(value) ? 'date' : typeof value
}

/**
 * Compares two values in the order of MongoDB: by type, then by value.
 *
 * @param a One value.
 * @param b The other value.
 * @returns A negative number, 0 or a positive number.
 */
export function compare(a: Value | undefined, b: Value | undefined): number {
  const [typeA, typeB] = [typeOf(a), typeOf(b)]
  if (typeA !== typeB) return order.indexOf(typeA) - order.indexOf(typeB)
  if (isDate(a) && isDate(b)) return a.$date - b.$date
  if (typeof a === 'object' || typeof b === 'object') {
    return isEqual(a, b) ? 0 : compareTexts(JSON.stringify(a), JSON.stringify(b))
  }
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return Number(a ?? 0) - Number(b ?? 0)
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/**
 * Checks whether two values have the same type.
 *
 * @param a One value.
 * @param b The other value.
 * @returns Whether a comparison such as `$gt` applies to them.
 */
export const isComparable = (a: Value | undefined, b: Value | undefined): boolean =>
  typeOf(a) === typeOf(b)

/**
 * Checks whether two values are equal. A missing value equals `null`.
 *
 * @param a One value.
 * @param b The other value.
 * @returns Whether they are.
 */
export function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, index) => isEqual(each, b[index]))
  }
  if (isFields(a) && isFields(b)) {
    const names = Object.keys(a)
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
    )
  }
  return (a ?? null) === (b ?? null)
}

/**
 * Reads the values at a path. Within a list the path continues in every item, as in MongoDB.
 *
 * @param value A document or a part of one.
 * @param path Names and indexes, separated by dots.
 * @returns The values. The list is empty if there are none.
 */
export function valuesAt(value: Value, path: readonly string[]): Value[] {
  const [name, ...rest] = path
  if (name === undefined) return [value]
  if (Array.isArray(value)) {
    const item = /^\d+$/.test(name) ? value[Number(name)] : undefined
    if (item !== undefined) return valuesAt(item, rest)
    return value.filter(isFields).flatMap((each) => valuesAt(each, path))
  }
  if (!isFields(value) || !Object.hasOwn(value, name)) return []
  return valuesAt(value[name] ?? null, rest)
}
