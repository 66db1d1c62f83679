import { ServiceError } from '../serviceError.ts'
import { compare, type Fields, isEqual, isFields, type Value, valuesAt } from './values.ts'
import { matches } from './query.ts'

/**
 * Applies update operators to a document.
 *
 * @param document The document, which is not changed.
 * @param change Operators with paths and operands, such as `{ $set: { 'a.b': 1 } }`.
 * @returns The new document.
 * @throws ServiceError `INVALID_PARAM` for a malformed change, `OPERATION_NOT_SUPPORTED` for an
 *   unknown operator.
 */
export function applyUpdate(document: Fields, change: Fields): Fields {
  const next = structuredClone(document)
  for (const [operator, operands] of Object.entries(change)) {
    const apply = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (!apply) {
      throw new ServiceError('OPERATION_NOT_SUPPORTED', `The sandbox does not support ${operator}`)
    }
    if (!isFields(operands)) throw new ServiceError('INVALID_PARAM', `${operator} needs fields`)
    for (const [path, operand] of Object.entries(operands)) {
      const steps = path.split('.')
      const [before] = valuesAt(next, steps)
      const after = apply(before, operand)
      if (after === undefined) removeAt(next, steps)
      else setAt(next, steps, after)
    }
  }
  return next
}

/** Returns the new value of a field, or `undefined` to remove it. */
type Operator = (before: Value | undefined, operand: Value) => Value | undefined

const toNumber = (value: Value | undefined): number => {
  if (typeof value === 'number') return value
  throw new ServiceError('INVALID_PARAM', 'A number is needed')
}

const toItems = (value: Value | undefined): Value[] => {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new ServiceError('INVALID_PARAM', 'The field is not a list')
}

/** Whether an item is what `$pull` removes: a value, or one that meets a condition. */
function isPulled(item: Value, operand: Value): boolean {
  if (Array.isArray(operand)) return operand.some((each) => isPulled(item, each))
  if (!isFields(operand) || '$date' in operand) return isEqual(item, operand)
  const isCondition = Object.keys(operand).every((name) => name.startsWith('$'))
  return isCondition
    ? matches({ item }, { item: operand })
    : isFields(item) && matches(item, operand)
}

const operators: Record<string, Operator> = {
  $set: (_before, operand) => operand,
  $unset: () => undefined,
  $inc: (before, operand) => toNumber(before ?? 0) + toNumber(operand),
  $mul: (before, operand) => toNumber(before ?? 0) * toNumber(operand),
  $min: (before, operand) =>
    before === undefined || compare(operand, before) < 0 ? operand : before,
  $max: (before, operand) =>
    before === undefined || compare(operand, before) > 0 ? operand : before,
  $push(before, operand) {
    const items = toItems(before)
    const isList = isFields(operand) && Array.isArray(operand['$each'])
    const added = isList ? toItems(operand['$each']) : [operand]
    const position = isList ? operand['$position'] : undefined
    return typeof position === 'number'
      ? items.toSpliced(position, 0, ...added)
      : [...items, ...added]
  },
  $pop: (before, operand) =>
    operand === -1 ? toItems(before).slice(1) : toItems(before).slice(0, -1),
  $pull: (before, operand) => toItems(before).filter((each) => !isPulled(each, operand)),
  $pullAll: (before, operand) =>
    toItems(before).filter((each) => !toItems(operand).some((other) => isEqual(each, other))),
  $addToSet(before, operand) {
    const items = [...toItems(before)]
    const list = isFields(operand) && '$each' in operand ? operand['$each'] : operand
    for (const each of Array.isArray(list) ? list : [list ?? null]) {
      if (!items.some((other) => isEqual(each, other))) items.push(each)
    }
    return items
  },
}

/** Returns the container of the last step, and creates what is missing on the way. */
function openAt(root: Fields, steps: readonly string[]): Fields | Value[] {
  let at: Fields | Value[] = root
  for (const step of steps) {
    const known: Value | undefined = Array.isArray(at)
      ? at[toIndex(step)]
      : Object.hasOwn(at, step)
        ? at[step]
        : undefined
    const next: Value = known ?? {}
    if (typeof next !== 'object' || next === null) {
      throw new ServiceError('INVALID_PARAM', `${step} contains no fields`)
    }
    if (Array.isArray(at)) at[toIndex(step)] = next
    else at[step] = next
    at = next
  }
  return at
}

const maxIndex = 10_000

function toIndex(step: string): number {
  const index = /^\d+$/.test(step) ? Number(step) : NaN
  if (index <= maxIndex) return index
  throw new ServiceError('INVALID_PARAM', `${step} is not an index of the list`)
}

function setAt(root: Fields, steps: readonly string[], value: Value): void {
  const at = openAt(root, steps.slice(0, -1))
  const name = steps.at(-1) ?? ''
  if (Array.isArray(at)) at[toIndex(name)] = value
  else at[name] = value
}

function removeAt(root: Fields, steps: readonly string[]): void {
  if (valuesAt(root, steps).length === 0) return
  const at = openAt(root, steps.slice(0, -1))
  const name = steps.at(-1) ?? ''
  if (Array.isArray(at)) at[toIndex(name)] = null
  else delete at[name]
}
