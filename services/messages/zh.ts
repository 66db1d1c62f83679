import { type Catalogue, composeMessage, type Failure, type Language } from './message.ts'
import { sentences } from './sentencesZh.ts'

export type { Catalogue, Failure } from './message.ts'
export type { MessageKey } from './sentencesEn.ts'

const units = ['秒', '分钟', '小时', '天']

const language: Language = {
  sentences,
  addition: '可{wait}重试。',
  writeWait: (count, unit) => `在 ${count} ${units[unit]}后`,
  later: '稍后',
}

/**
 * Writes a sentence in Chinese for an error: what happened and what to do next. No sentence reveals
 * whether an account exists: an unknown account and a wrong password read the same.
 *
 * @param error an `AuthError`
 * @param catalogue the app's own sentences, which win over the built-in ones
 * @example
 *   import { messageFor } from 'cloudbase-authflow/messages/zh'
 *   const { error } = auth.get()
 *   if (error) show(messageFor(error, { 'signUp:failed_precondition': '您已有账号，请直接登录。' }))
 */
export function messageFor(error: Failure, catalogue: Catalogue = {}): string {
  return composeMessage(error, language, catalogue)
}
