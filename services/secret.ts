import { AuthError } from './error.ts'
import { isRecord } from './record.ts'

const MASK = '[secret]'

/** Consoles and debuggers show private fields, but not what a `WeakMap` holds for an object. */
const values = new WeakMap<Secret, unknown>()

/**
 * A password, code or token on its way through the machines. It prints as `[secret]`, also in
 * DevTools, and serializes to nothing; only the HTTP layer and the token store reveal it.
 */
export class Secret {
  /** Without it, any object would pass for a secret in TypeScript. */
  declare private readonly isSecret: true

  constructor(value: string | number | bigint) {
    values.set(this, value)
  }

  /** Returns the text, to build a request or to write the token store; for nothing else. */
  reveal(): string {
    return String(values.get(this))
  }

  /** Returns `[secret]`. */
  toString(): string {
    return MASK
  }

  /** Returns undefined, so that JSON leaves the field out. */
  toJSON(): undefined {
    return undefined
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}

/** The type `T` with a plain text in place of every `Secret`: what callers pass and receive. */
export type Unwrapped<T> = {
  [K in keyof T]: Secret extends T[K] ? string | Exclude<T[K], Secret> : T[K]
}

/**
 * The names of secret fields. Those of the HTTP API end in `code`, `password`, `ticket` or `token`; an
 * app's own events may have a `newPassword`, `password2`, `pin` or `recoveryCodes`. The answer to a
 * captcha is `text`, on the wire `key`; the `url` of an authorization response holds a code.
 */
const SECRET_FIELD =
  /pass(word|wd|code|phrase)s?\d*([_-]?(confirm|repeat|again)\w*)?$|pwd\d*$|secret|(^|[_-])(code|ticket|token|credential|pin|t?otp|cvv)s?\d*$|^(text|key|url)$/i
const SECRET_SUFFIX = /[a-z\d](Code|Ticket|Token|Credential|P(in|IN)|T?O(tp|TP))s?\d*$/

/** No value that goes to a server is deeper; one that contains itself is. */
const MAX_DEPTH = 100
const description = 'fields are nested too deeply'

/**
 * Wraps the secrets of an event or of a call's parameters: everything in a secret field that is no
 * plain object or array, however deep.
 *
 * @param own the names of further secret fields
 * @throws AuthError `invalid_argument` when the fields contain themselves
 */
export function wrapSecrets<T extends object>(fields: object, own: readonly string[] = []): T {
  const isSecretField = (name: string) =>
    SECRET_FIELD.test(name) || SECRET_SUFFIX.test(name) || own.includes(name)

  function wrap(value: unknown, isSecret: boolean, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new AuthError('invalid_argument', { description })
    if (Array.isArray(value)) return value.map((item) => wrap(item, isSecret, depth + 1))
    if (isRecord(value)) return wrapFields(value, isSecret, depth + 1)
    return isSecret && isLeaf(value) ? new Secret(value as string) : value
  }
  const wrapFields = (record: object, isSecret: boolean, depth: number) =>
    mapFields(record, (value, name) => wrap(value, isSecret || isSecretField(name), depth))
  return wrapFields(fields, false, 0) as T
}

/** Booleans say something about a secret, like `hasPassword`, and are none. */
const isLeaf = (value: unknown): boolean =>
  value != null && value !== true && value !== false && !(value instanceof Secret)

const mapFields = (record: object, map: (value: unknown, name: string) => unknown) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))

/** Replaces every secret of a value by what it holds, nested ones too. */
export function unwrapSecrets<T>(value: T): Unwrapped<T> {
  return unwrap(value) as Unwrapped<T>
}

function unwrap(value: unknown): unknown {
  if (value instanceof Secret) return values.get(value)
  if (Array.isArray(value)) return hasSecret(value) ? value.map(unwrap) : value
  return isRecord(value) ? mapFields(value, unwrap) : value
}

/** Lists the texts of a value's secrets, nested ones too, without empty ones. */
export function textsOf(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()].filter(Boolean)
  return isTree(value) ? Object.values(value).flatMap(textsOf) : []
}

/** Checks whether a tree of plain objects and arrays holds a secret. */
export function hasSecret(value: unknown): boolean {
  return value instanceof Secret || (isTree(value) && Object.values(value).some(hasSecret))
}

/** Checks for a plain object or an array. */
export const isTree = (value: unknown): value is object => Array.isArray(value) || isRecord(value)
