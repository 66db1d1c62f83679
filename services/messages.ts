import { messageFor as englishFor } from './messages/en.ts'
import type { Catalogue, Failure } from './messages/message.ts'
import { messageFor as chineseFor } from './messages/zh.ts'

export type { Catalogue, Failure } from './messages/message.ts'
export type { MessageKey } from './messages/sentencesEn.ts'

/** A language that the built-in messages are written in. */
export type Language = 'en' | 'zh'

/**
 * Writes a sentence for an error in the chosen language. An app in one language takes the entry of
 * that language instead, `cloudbase-authflow/messages/zh`, which carries no other.
 *
 * @param error an `AuthError`
 * @param catalogue the app's own sentences, which win over the built-in ones
 * @example
 *   import { messageFor } from 'cloudbase-authflow/messages'
 *   const { error } = auth.get()
 *   if (error) show(messageFor(error, navigator.language.startsWith('zh') ? 'zh' : 'en'))
 */
export function messageFor(error: Failure, language: Language, catalogue?: Catalogue): string {
  return (language === 'en' ? englishFor : chineseFor)(error, catalogue)
}
