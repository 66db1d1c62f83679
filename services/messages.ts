import type { AuthError } from './error.ts'
import { en, type MessageKey, type Operation } from './messages/en.ts'
import { zh } from './messages/zh.ts'

export type { MessageKey } from './messages/en.ts'
export type Language = 'zh' | 'en'

/**
 * Sentences of an app's own, by key; also for codes that only its server knows. `{wait}` becomes
 * `in 45 seconds` or `later`, `在 45 秒后` or `稍后`.
 */
export type Catalogue = Partial<Record<MessageKey | `${Operation}:${string}`, string>>

/**
 * What to tell a person about an error: what happened and what to do next. The sentence for
 * (operation, code), else for the code, else a general one. None tells a stranger whether there is an
 * account: an unknown one and a wrong password sound the same.
 *
 * @example
 *   const text = messageFor(error, 'en', { 'signUp:failed_precondition': 'Welcome back! Sign in.' })
 *
 * @param catalogue wins over ours under the same key
 */
export function messageFor(
  { operation, code, retryAfter }: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
  catalogue: Catalogue = {},
): string {
  const { sentences, wait, addition } = languages[language]
  const find = (key: string) => own(catalogue, key) ?? own(sentences, key)
  const sentence = find(`${operation}:${code}`) ?? find(code) ?? find('unknown')!
  const moment = wait(retryAfter)
  const isLeftOut = moment !== wait() && !sentence.includes(WAIT)
  return (isLeftOut ? sentence + addition : sentence).replaceAll(WAIT, moment)
}

/** Codes come from servers: `constructor` is no key. */
function own(sentences: Partial<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(sentences, key) ? sentences[key] : undefined
}

const WAIT = '{wait}'

const languages = {
  zh: {
    sentences: zh,
    /** Goes after a sentence that does not say when. */
    addition: `可${WAIT}重试。`,
    wait: (seconds = 0) =>
      span(seconds, '稍后', (count, unit) => {
        return `在 ${count} ${{ second: '秒', minute: '分钟', hour: '小时', day: '天' }[unit]}后`
      }),
  },
  en: {
    sentences: en,
    addition: ` You can try again ${WAIT}.`,
    wait: (seconds = 0) =>
      span(seconds, 'later', (count, unit) => `in ${count} ${unit}${count === 1 ? '' : 's'}`),
  },
} satisfies Record<Language, object>

const units = [
  ['second', 1, 90],
  ['minute', 60, 5400],
  ['hour', 3600, 172_800],
  ['day', 86_400, 2_592_000],
] as const

type Unit = (typeof units)[number][0]

/** Rounded up, so that nobody comes too early. Without `Intl`, which not every place has. */
function span(seconds: number, later: string, say: (count: number, unit: Unit) => string): string {
  const found = units.find(([, , below]) => seconds > 0 && seconds < below)
  return found ? say(Math.ceil(seconds / found[1]), found[0]) : later
}
