import { AuthError } from '../error.ts'
import { hasOwn, isRecord } from '../record.ts'
import { isTree, Secret } from '../secret.ts'

/** A number that the documents describe as text and the server sends as a number. */
export type Count = number | `${number}`

/** The kind of value that a field must have; `seconds` is a number above 0. */
export type Kind = 'string' | 'boolean' | 'seconds' | 'count' | 'secret' | 'record' | 'list'

/**
 * The fields of an answer, each with its kind as the type `T` declares it; a `?` after the kind
 * marks a field that may be missing.
 *
 * @example const shape: Shape<{ sub: string; name?: string }> = { sub: 'string', name: 'string?' }
 */
export type Shape<T> = {
  [K in keyof T]-?: undefined extends T[K] ? `${KindOf<Exclude<T[K], undefined>>}?` : KindOf<T[K]>
}

type KindOf<V> = [V] extends [Secret]
  ? 'secret'
  : [Count] extends [V]
    ? 'count'
    : V extends number
      ? 'seconds'
      : V extends boolean
        ? 'boolean'
        : V extends string
          ? 'string'
          : V extends readonly unknown[]
            ? 'list'
            : 'record'

const checks: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string' && value !== '',
  boolean: (value) => typeof value === 'boolean',
  // The limit is 250,000 years: a later time has no valid Date.
  seconds: (value) => typeof value === 'number' && value > 0 && value < 8e12,
  count: (value) => /^"?\d{1,15}"?$/.test(JSON.stringify(value)),
  record: isRecord,
  list: Array.isArray,
  // RFC 6749 appendix A.12: other characters are not allowed in a header.
  secret: (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
}

/** Whether functions that call themselves can walk an answer; none of this protocol is deeper. */
const isShallow = (value: unknown, levels: number): boolean =>
  !isTree(value) ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)))

/**
 * Checks that a text names a kind of field, with or without the `?` of a field that may be missing.
 *
 * @param kind any value
 */
export function isKind(kind: unknown): boolean {
  return typeof kind === 'string' && hasOwn(checks, kind.replace(/\?$/, ''))
}

/**
 * Reads the fields of `shape` from an answer and ignores all others. A field that is null or an
 * empty text counts as missing.
 *
 * @param answer the parsed JSON object
 * @param shape the fields to read
 * @returns the fields, those of the kind `secret` wrapped in a `Secret`
 * @throws AuthError `invalid_response` naming the first field that is missing or malformed
 */
export function read<T>(answer: unknown, shape: Shape<T>): T {
  const fields: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries<string>(shape)) {
    const value = (answer as Record<string, unknown>)[name] ?? ''
    if (value === '' && kind.endsWith('?')) continue
    const type = kind.replace('?', '') as Kind
    if (!checks[type](value) || !isShallow(value, 100))
      throw new AuthError('invalid_response', { description: `${name} is missing or malformed` })
    fields[name] = type === 'secret' ? new Secret(value as string) : value
  }
  return fields as T
}
