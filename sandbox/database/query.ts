import { createContext, runInContext } from 'node:vm'
import { ServiceError } from '../serviceError.ts'
import {
  compare,
  type Fields,
  isComparable,
  isEqual,
  isFields,
  toText,
  type Value,
  valuesAt,
} from './values.ts'

/**
 * Checks whether a document matches a query.
 *
 * @param document The document.
 * @param query A query of MongoDB, as clients encode it.
 * @returns Whether it matches.
 * @throws ServiceError `INVALID_PARAM` for a malformed query, `OPERATION_NOT_SUPPORTED` for an
 *   unknown operator.
 */
export function matches(document: Value, query: Fields): boolean {
  return Object.entries(query).every(([name, condition]) => {
    if (name === '$and') return toQueries(condition).every((each) => matches(document, each))
    if (name === '$or') return toQueries(condition).some((each) => matches(document, each))
    if (name === '$nor') return !toQueries(condition).some((each) => matches(document, each))
    if (name.startsWith('$')) throw unsupported(name)
    return meets(valuesAt(document, name.split('.')), condition)
  })
}

const unsupported = (operator: string): ServiceError =>
  new ServiceError('OPERATION_NOT_SUPPORTED', `The sandbox does not support ${operator}`)

function toQueries(value: Value): Fields[] {
  if (Array.isArray(value) && value.every(isFields)) return value
  throw new ServiceError('INVALID_PARAM', 'A logical operator needs a list of queries')
}

const isOperators = (condition: Value): condition is Fields =>
  isFields(condition) && Object.keys(condition).some((key) => /^\$(?!date$)/.test(key))

/** Whether the values of a field meet a condition: a value or operators. */
function meets(values: readonly Value[], condition: Value): boolean {
  if (!isOperators(condition)) return equals(values, condition)
  return Object.entries(condition).every(([operator, operand]) => {
    if (operator === '$options') return true
    if (operator === '$regex') {
      return someText(values, toText(operand), toText(condition['$options'] ?? ''))
    }
    const check = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (!check) throw unsupported(operator)
    return check(values, operand)
  })
}

type Check = (values: readonly Value[], operand: Value) => boolean

/** A list matches a condition if it or one of its items does. */
const candidates = (values: readonly Value[]): Value[] =>
  values.flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]))

const equals: Check = (values, wanted) =>
  wanted === null && values.length === 0
    ? true
    : candidates(values).some((each) => isEqual(each, wanted))

const compares =
  (isMatch: (order: number) => boolean): Check =>
  (values, wanted) =>
    candidates(values).some((each) => isComparable(each, wanted) && isMatch(compare(each, wanted)))

function toList(value: Value): Value[] {
  if (!Array.isArray(value)) throw new ServiceError('INVALID_PARAM', 'A list is needed')
  return value
}

const operators: Record<string, Check> = {
  $eq: equals,
  $ne: (values, operand) => !equals(values, operand),
  $gt: compares((order) => order > 0),
  $gte: compares((order) => order >= 0),
  $lt: compares((order) => order < 0),
  $lte: compares((order) => order <= 0),
  $in: (values, operand) => toList(operand).some((each) => equals(values, each)),
  $nin: (values, operand) => !toList(operand).some((each) => equals(values, each)),
  $all: (values, operand) => toList(operand).every((each) => equals(values, each)),
  $not: (values, operand) => !meets(values, operand),
  $exists: (values, operand) => values.length > 0 === Boolean(operand),
  $size: (values, operand) => values.some((each) => Array.isArray(each) && each.length === operand),
  $mod(values, operand) {
    const [divisor, rest] = toList(operand).map(Number)
    return candidates(values).some((each) => Number(each) % (divisor ?? NaN) === rest)
  },
  $elemMatch(values, operand) {
    const items = values.flatMap((each) => (Array.isArray(each) ? each : []))
    const isQuery = isFields(operand) && !isOperators(operand)
    return items.some((each) => (isQuery ? matches(each, operand) : meets([each], operand)))
  },
}

const sandboxed = createContext({})

/** Whether one of the texts matches a pattern. A slow pattern is ended, because it blocks the server. */
function someText(values: readonly Value[], source: string, flags: string): boolean {
  const texts = candidates(values).filter((each) => typeof each === 'string')
  Object.assign(sandboxed, { source, flags, texts })
  try {
    const code = 'texts.some((text) => new RegExp(source, flags).test(text))'
    return Boolean(runInContext(code, sandboxed, { timeout: 200 }))
  } catch {
    throw new ServiceError('INVALID_PARAM', 'The regular expression is malformed or too slow')
  }
}

/** One field to sort by. */
export interface SortKey {
  field: string
  direction: 'asc' | 'desc'
}

/**
 * Sorts documents.
 *
 * @param documents The documents.
 * @param keys The fields to sort by, the most important one first.
 * @returns A new list.
 */
export const sort = (documents: readonly Fields[], keys: readonly SortKey[]): Fields[] =>
  documents.toSorted((a, b) => {
    for (const { field, direction } of keys) {
      const path = field.split('.')
      const order = compare(valuesAt(a, path)[0], valuesAt(b, path)[0])
      if (order !== 0) return direction === 'desc' ? -order : order
    }
    return 0
  })

/**
 * Picks the fields of a document that a client wants.
 *
 * @param document The document.
 * @param projection Paths with 1 (only these and `_id`) or 0 (all but these).
 * @returns A new document.
 */
export function project(document: Fields, projection: Fields): Fields {
  const paths = Object.entries(projection)
  const isIncluding = paths.some(([path, wanted]) => path !== '_id' && Boolean(wanted))
  const isWanted = (path: string): boolean => {
    const exact = paths.find(([each]) => each === path || path.startsWith(`${each}.`))
    if (exact) return Boolean(exact[1])
    if (path === '_id' || !isIncluding) return true
    return false
  }
  const pick = (value: Fields, prefix: string): Fields =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, each]) => {
        const path = prefix + name
        const isDeeper = paths.some(([other]) => other.startsWith(`${path}.`))
        if (isDeeper && isFields(each)) return [[name, pick(each, `${path}.`)]]
        return isWanted(path) ? [[name, each]] : []
      }),
    )
  return paths.length === 0 ? { ...document } : pick(document, '')
}
