import { inspect } from 'node:util'

/** How deep values are printed. What lies deeper is still found by {@link textsIn}. */
const PRINT_DEPTH = 8

/**
 * Collects every text that can be reached from a value: own properties of any kind, at any depth, the
 * entries of maps and sets, and the parts of errors.
 *
 * @param value where to start
 * @param seen objects to skip; those that were walked are added
 * @returns the texts, property names included
 */
export function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  const texts: string[] = []
  const queue = [value]
  for (let next = queue.pop(); queue.length > 0 || next !== undefined; next = queue.pop()) {
    if (typeof next === 'string') texts.push(next)
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue
    if (seen.has(next)) continue
    seen.add(next)
    for (const key of Reflect.ownKeys(next)) {
      if (typeof key === 'string') texts.push(key)
      queue.push(Object.getOwnPropertyDescriptor(next, key)?.value)
    }
    if (next instanceof Map || next instanceof Set) queue.push(...[...next].flat())
    if (next instanceof Error) queue.push(next.message, next.stack, next.cause)
  }
  return texts
}

/**
 * Prints a value as logs and error reports do, with hidden properties and custom formats.
 *
 * @param value any value
 * @returns its JSON, and what `util.inspect` makes of it
 */
export function print(value: unknown): string[] {
  const ancestors: unknown[] = []
  const json = JSON.stringify(value, function (this: unknown, _key, field: unknown) {
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(field) || ancestors.length > PRINT_DEPTH) return '[circular]'
    ancestors.push(field)
    return field
  })
  const options = { depth: PRINT_DEPTH, showHidden: true, maxStringLength: null }
  return [json ?? '', inspect(value, options)]
}
