/** Every word on the page, in English and in Chinese. */
import type { AuthError } from 'cloudbase-authflow'
import { messageFor as messageInEnglish } from '../../services/messages/en.ts'
import { messageFor as messageInChinese } from '../../services/messages/zh.ts'
import { en, type Texts } from './words/en.ts'
import { zh } from './words/zh.ts'

export type Language = 'zh' | 'en'
export type { Texts }

export const texts: Record<Language, Texts> = { en, zh }

/** What to tell a person about an error: what happened and what to do next. */
export function sentence(
  error: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
): string {
  const messageFor = { zh: messageInChinese, en: messageInEnglish }[language]
  return messageFor(error, texts[language].errors)
}
