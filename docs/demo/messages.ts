/** The texts of the page, in English and Chinese. */
import type { AuthError } from 'cloudbase-authflow'
import { messageFor as messageInEnglish } from 'cloudbase-authflow/messages/en'
import { messageFor as messageInChinese } from 'cloudbase-authflow/messages/zh'
import { en, type Texts } from './words/en.ts'
import { zh } from './words/zh.ts'

export type Language = 'zh' | 'en'
export type { Texts }

export const texts: Record<Language, Texts> = { en, zh }

/** Returns the sentence that the page shows for an error. */
export function sentence(
  error: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
): string {
  const messageFor = { zh: messageInChinese, en: messageInEnglish }[language]
  return messageFor(error, texts[language].errors)
}
