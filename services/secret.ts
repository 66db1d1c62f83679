import { isRecord } from './record.ts'

const MASK = '[secret]'

/**
 * A password, code or token on its way through the machines. It prints as `[secret]` and serializes
 * to nothing; only the HTTP layer and the token store reveal it.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the text, to build a request or to write the token store; for nothing else. */
  reveal(): string {
    return this.#value
  }

  /** Tests the text against a pattern without revealing it. */
  matches(pattern: RegExp): boolean {
    return pattern.test(this.#value)
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
 * The names of secret fields: those of the HTTP API end in `code`, `password`, `ticket` or `token`;
 * an app's own events may have a `newPassword`. The answer to a captcha is `text`, on the wire `key`;
 * the `url` of an authorization response holds a code.
 */
const SECRET_FIELD =
  /(^|_)(code|password|ticket|token)$|(Code|Password|Ticket|Token)$|^(text|key|url)$/

/** Wraps the secret fields of an event or of a call's parameters, nested ones too. */
export function wrapSecrets<T extends object>(fields: object): T {
  const wrapped = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' && SECRET_FIELD.test(name)
      ? new Secret(value)
      : isRecord(value)
        ? wrapSecrets(value)
        : value,
  ])
  return Object.fromEntries(wrapped) as T
}

/** No request of the HTTP API nests deeper, and deeper parts of an answer hold no secrets. */
const MAX_DEPTH = 3

/** Replaces every secret of a value by its text, nested ones too. */
export function unwrapSecrets<T>(value: T, depth = MAX_DEPTH): Unwrapped<T> {
  if (value instanceof Secret) return value.reveal() as Unwrapped<T>
  if (!isRecord(value) || depth === 0) return value as Unwrapped<T>
  const unwrapped = Object.entries(value).map(([name, field]) => [
    name,
    unwrapSecrets<unknown>(field, depth - 1),
  ])
  return Object.fromEntries(unwrapped) as Unwrapped<T>
}

/** Lists the texts of a value's secrets, nested ones too, without empty ones. */
export function textsOf(value: unknown, depth = MAX_DEPTH): string[] {
  if (value instanceof Secret) return [value.reveal()].filter(Boolean)
  if (!isRecord(value) || depth === 0) return []
  return Object.values(value).flatMap((field) => textsOf(field, depth - 1))
}
