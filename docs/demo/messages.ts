/** Every word on the page, in English and in Chinese. */
import type { AuthError } from 'cloudbase-authflow'
import { type Language, messageFor } from '../../services/messages.ts'
import { en, type Texts } from './words/en.ts'
import { zh } from './words/zh.ts'

export type { Language, Texts }

export const texts: Record<Language, Texts> = { en, zh }

/** What to tell a person about an error: what happened and what to do next. */
export function sentence(
  error: Pick<AuthError, 'operation' | 'code' | 'retryAfter'>,
  language: Language,
): string {
  return messageFor(error, language, texts[language].errors)
}
