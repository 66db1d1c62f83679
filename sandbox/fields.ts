import { ApiError } from './error.ts'

const defaultMaxLength = 4096

/**
 * Reads typed fields from untrusted JSON. `null` and `''` count as absent; a wrong type or an
 * overlong text throws `ApiError` `invalid_argument`.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(values: Iterable<readonly [string, unknown]>) {
    this.#values = new Map(values)
  }

  /** Parses a JSON object. An empty text is an empty object. */
  static parse(text: string): Fields {
    return new Fields(Object.entries(parseObject(text)))
  }

  /** Reads an optional text of at most `maxLength` characters. */
  text(name: string, maxLength = defaultMaxLength): string | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string' || value.length > maxLength) {
      throw new ApiError('invalid_argument', `${name} must be a text of at most ${maxLength}`)
    }
    return value
  }

  /** Reads a required text. */
  requireText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new ApiError('invalid_argument', `${name} is required`)
    return value
  }

  /** Reads an optional text that must be one of `allowed`. */
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = allowed.find((each) => each === value)
    if (!found) throw new ApiError('invalid_argument', `${name} must be ${allowed.join(', ')}`)
    return found
  }

  /** Reads an optional boolean. */
  flag(name: string): boolean | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'boolean') {
      throw new ApiError('invalid_argument', `${name} must be true or false`)
    }
    return value
  }

  /** Reads an optional whole number that is not negative. */
  count(name: string): number | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw new ApiError('invalid_argument', `${name} must be a whole number`)
    }
    return value
  }

  /** Returns a value as it was sent. */
  value(name: string): unknown {
    return this.#values.get(name)
  }

  /** Reads an object. An absent one is empty. */
  fields(name: string): Fields {
    const value = this.#values.get(name)
    return value === undefined || value === null || value === '' ? new Fields([]) : toFields(value)
  }

  /** Reads a list of objects. An absent one is empty. */
  objects(name: string): Fields[] {
    const value = this.#values.get(name) ?? []
    if (!Array.isArray(value)) throw new ApiError('invalid_argument', `${name} must be a list`)
    return value.map(toFields)
  }

  /** Reads an optional list of texts. */
  texts(name: string): string[] | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null) return undefined
    const isList = Array.isArray(value) && value.every((each) => typeof each === 'string')
    if (!isList) throw new ApiError('invalid_argument', `${name} must be a list of texts`)
    return value
  }
}

/**
 * Parses a JSON object.
 *
 * @param text JSON. An empty text is an empty object.
 * @returns The object.
 * @throws ApiError `invalid_argument` for anything else.
 */
export function parseObject(text: string): object {
  const value = parseJson(text.trim() === '' ? '{}' : text)
  if (!isObject(value)) throw new ApiError('invalid_argument', 'The body must be a JSON object')
  return value
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function toFields(value: unknown): Fields {
  if (!isObject(value)) throw new ApiError('invalid_argument', 'An object is required')
  return new Fields(Object.entries(value))
}

/**
 * Parses JSON.
 *
 * @param text The text to parse.
 * @returns The parsed value.
 * @throws ApiError `invalid_argument` for malformed JSON, and for more than 100 levels.
 */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ApiError('invalid_argument', 'The body must be JSON')
  }
  checkDepth(value)
  return value
}

/** MongoDB stores at most as many levels. */
const maxDepth = 100

/**
 * Checks that a value is not nested so deeply that a recursive function would fail on it.
 *
 * @param value JSON.
 * @throws ApiError `invalid_argument` for more than 100 levels.
 */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) {
      throw new ApiError('invalid_argument', `JSON has at most ${maxDepth} levels`)
    }
    level = level.filter((each) => typeof each === 'object' && each !== null)
    level = level.flatMap((each) => Object.values(each as object))
  }
}
