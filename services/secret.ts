import { isRecord } from './record.ts'

const MASK = '[secret]'

/**
 * A password, code or token on its way through the machines. It prints as `[secret]`, serializes
 * to nothing, and only the HTTP layer and the token store open it.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text itself: for building a request or writing the token store, nothing else. */
  reveal(): string {
    return this.#value
  }

  /** Whether the text bears a mark that only its rightful sender knows. */
  matches(mark: RegExp): boolean {
    return mark.test(this.#value)
  }

  toString(): string {
    return MASK
  }

  toJSON(): undefined {
    return undefined
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}

/** What a caller may pass where a secret goes: it is sealed before it meets a machine. */
export type Unwrapped<T> = {
  [K in keyof T]: Secret extends T[K] ? string | Exclude<T[K], Secret> : T[K]
}

/**
 * The protocol's own habit: every password, code, ticket and token is called one. In an app's own
 * events it may be a `newPassword`. The answer to a captcha is `text`, and `key` on the wire; the
 * `url` a provider sends a person back to bears a code.
 */
const SECRET_FIELD =
  /(^|_)(code|password|ticket|token)$|(Code|Password|Ticket|Token)$|^(text|key|url)$/

/** Wraps the secret fields of an event or of a call's parameters, nested ones too. */
export function wrapSecrets<T extends object>(fields: object): T {
  const sealed = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' && SECRET_FIELD.test(name)
      ? new Secret(value)
      : isRecord(value)
        ? wrapSecrets(value)
        : value,
  ])
  return Object.fromEntries(sealed) as T
}

/** No request of the protocol nests deeper; an answer that does holds no secrets down there. */
const DEEPEST_SECRET = 3

/** Opens every secret of a value, nested ones too, for the caller who asked for it. */
export function unwrapSecrets<T>(value: T, depth = DEEPEST_SECRET): Unwrapped<T> {
  if (value instanceof Secret) return value.reveal() as Unwrapped<T>
  if (!isRecord(value) || depth === 0) return value as Unwrapped<T>
  const opened = Object.entries(value).map(([name, field]) => [
    name,
    unwrapSecrets<unknown>(field, depth - 1),
  ])
  return Object.fromEntries(opened) as Unwrapped<T>
}

/** The texts of a value's secrets, nested ones too; the empty ones hide nothing. */
export function textsOf(value: unknown, depth = DEEPEST_SECRET): string[] {
  if (value instanceof Secret) return [value.reveal()].filter(Boolean)
  if (!isRecord(value) || depth === 0) return []
  return Object.values(value).flatMap((field) => textsOf(field, depth - 1))
}
