/** The texts of the page, in English and Chinese: those of the elements and those around them. */
import type { AuthError } from 'cloudbase-authflow'
import { messageFor as messageInEnglish } from 'cloudbase-authflow/messages/en'
import { messageFor as messageInChinese } from 'cloudbase-authflow/messages/zh'
import { en as elementsInEnglish } from 'cloudbase-authflow/ui/en'
import { zh as elementsInChinese } from 'cloudbase-authflow/ui/zh'
import { en } from './words/en.ts'
import { zh } from './words/zh.ts'

export type Language = 'zh' | 'en'
export type Texts = typeof elementsInEnglish & typeof en

const merge = <A extends { home: object }, B extends { home: object }>(a: A, b: B) => ({
  ...a,
  ...b,
  home: { ...a.home, ...b.home },
})

export const texts = {
  en: merge(elementsInEnglish, en),
  zh: merge(elementsInChinese, zh),
} as unknown as Record<Language, Texts>

/** Returns the sentence that the page shows for an error; `kind`: of the contact that it is about. */
export function sentence(
  error: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
  kind?: 'phone' | 'email',
): string {
  const messageFor = { zh: messageInChinese, en: messageInEnglish }[language]
  const { errors, phoneErrors, emailErrors } = texts[language]
  const byKind = kind && (kind === 'email' ? emailErrors : phoneErrors)
  return messageFor(error, { ...errors, ...byKind })
}
