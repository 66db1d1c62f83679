import { ApiError } from './error.ts'

const maxLength = 4096

/**
 * Reads typed fields out of untrusted JSON. `null` and `''` count as absent, a wrong type or an
 * overlong text is `invalid_argument`.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(values: Iterable<readonly [string, unknown]>) {
    this.#values = new Map(values)
  }

  /** Reads a JSON object; an empty text is an empty object. */
  static parse(text: string): Fields {
    return new Fields(Object.entries(parseObject(text)))
  }

  /** An optional text. */
  text(name: string, most = maxLength): string | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string' || value.length > most) {
      throw new ApiError('invalid_argument', `${name} must be a text of at most ${most}`)
    }
    return value
  }

  /** A text that must be there. */
  need(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new ApiError('invalid_argument', `${name} is required`)
    return value
  }

  /** An optional text out of a fixed list. */
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = allowed.find((each) => each === value)
    if (!found) throw new ApiError('invalid_argument', `${name} must be ${allowed.join(', ')}`)
    return found
  }

  /** An optional yes or no. */
  flag(name: string): boolean | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'boolean') {
      throw new ApiError('invalid_argument', `${name} must be true or false`)
    }
    return value
  }

  /** An optional object; an absent one is empty. */
  fields(name: string): Fields {
    const value = this.#values.get(name)
    return value === undefined || value === null || value === '' ? new Fields([]) : toFields(value)
  }

  /** An optional list of objects; an absent one is empty. */
  objects(name: string): Fields[] {
    const value = this.#values.get(name) ?? []
    if (!Array.isArray(value)) throw new ApiError('invalid_argument', `${name} must be a list`)
    return value.map(toFields)
  }

  /** An optional list of texts. */
  texts(name: string): string[] | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null) return undefined
    const isList = Array.isArray(value) && value.every((each) => typeof each === 'string')
    if (!isList) throw new ApiError('invalid_argument', `${name} must be a list of texts`)
    return value
  }
}

/** Parses a JSON object; everything else is `invalid_argument`. */
export function parseObject(text: string): object {
  const value = parseJson(text.trim() === '' ? '{}' : text)
  if (!isObject(value)) throw new ApiError('invalid_argument', 'The body must be a JSON object')
  return value
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function toFields(value: unknown): Fields {
  if (!isObject(value)) throw new ApiError('invalid_argument', 'An object is needed')
  return new Fields(Object.entries(value))
}

/** Parses JSON; damaged JSON is `invalid_argument`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError('invalid_argument', 'The body must be JSON')
  }
}
