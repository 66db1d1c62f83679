import { type Catalogue, composeMessage, type Failure, type Language } from './message.ts'
import { sentences } from './sentencesEn.ts'

export type { Catalogue, Failure } from './message.ts'
export type { MessageKey } from './sentencesEn.ts'

const units = ['second', 'minute', 'hour', 'day']

const language: Language = {
  sentences,
  addition: ' You can try again {wait}.',
  writeWait: (count, unit) => `in ${count} ${units[unit]}${count === 1 ? '' : 's'}`,
  later: 'later',
}

/**
 * Writes a sentence in English for an error: what happened and what to do next. No sentence reveals
 * whether an account exists: an unknown account and a wrong password read the same.
 *
 * @param error an `AuthError`
 * @param catalogue the app's own sentences, which win over the built-in ones
 * @example
 *   import { messageFor } from 'cloudbase-authflow/messages/en'
 *   const { error } = auth.get()
 *   if (error) show(messageFor(error, { 'signUp:failed_precondition': 'You have an account. Sign in.' }))
 */
export function messageFor(error: Failure, catalogue: Catalogue = {}): string {
  return composeMessage(error, language, catalogue)
}
