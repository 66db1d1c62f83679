import type { AuthError } from '../error.ts'
import type { Operation } from './operation.ts'
import type { MessageKey } from './sentencesEn.ts'

/**
 * An app's own sentences by key, also for codes that only its server knows. `{wait}` in a sentence
 * becomes the time to wait, like `in 45 seconds` or `later`.
 */
export type Catalogue = Partial<Record<MessageKey | `${Operation}:${string}`, string>>

/** The parts of an error that a message depends on. */
export type Failure = Pick<AuthError, 'operation' | 'code' | 'retryAfter'>

/** The parts that the messages of a language are built from. */
export interface Language {
  sentences: Record<MessageKey, string>
  /** Follows a sentence that does not say how long to wait, when that is known. */
  addition: string
  /** Writes a time to wait; `unit` is 0 for seconds, 1 for minutes, 2 for hours, 3 for days. */
  writeWait(count: number, unit: number): string
  /** Stands for a time to wait that is unknown. */
  later: string
}

/** Operations with the sentences of another one; so has version 2 of an operation. */
const sameAs: Partial<Record<string, string>> = {
  initCaptcha: 'createCaptcha',
  patchProviderToken: 'grantProviderToken',
  upgrade: 'signUp',
}

/**
 * Finds the sentence for an error: that of its operation and code, else of its code, else a general
 * one; a sentence of the catalogue wins over a built-in one under the same key.
 */
export function composeMessage(
  { operation = '', code, retryAfter }: Failure,
  { sentences, addition, writeWait, later }: Language,
  catalogue: Catalogue,
): string {
  const twin = own(sameAs, operation) ?? operation.replace(/V2$/, '')
  const [sentence] = [`${operation}:${code}`, `${twin}:${code}`, code, 'unknown'].flatMap(
    (key) => own(catalogue, key) ?? own(sentences, key) ?? [],
  )
  const wait = waitOf(retryAfter, writeWait)
  const whole = wait && !sentence!.includes(WAIT) ? sentence + addition : sentence!
  return whole.replaceAll(WAIT, wait ?? later)
}

const WAIT = '{wait}'

/** The value under a key. A name that a server sends, such as `constructor`, may be inherited. */
function own(values: Partial<Record<string, string>>, key: string): string | undefined {
  const text: unknown = values[key]
  return typeof text === 'string' ? text : undefined
}

/** The seconds of each unit. */
const UNITS = [1, 60, 3600, 86_400]

/** Seconds from which a time is rather given in the next unit. */
const ENDS = [90, 5400, 172_800, 2_592_000]

/** The time to wait, rounded up; undefined when it is unknown. `Intl` is missing in mini-programs. */
function waitOf(seconds = 0, writeWait: Language['writeWait']): string | undefined {
  const unit = seconds > 0 ? ENDS.findIndex((end) => seconds < end) : -1
  return unit < 0 ? undefined : writeWait(Math.ceil(seconds / UNITS[unit]!), unit)
}
