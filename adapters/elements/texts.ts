import type { Catalogue, Failure } from '../../services/messages/message.ts'
import type { Contact } from '../../services/http/wire.ts'
import type { UiTexts } from '../ui/en.ts'

/** A language that the elements are written in. */
export type ElementLanguage = 'en' | 'zh'

/** Some texts of an app's own, in place of the built-in ones. */
export type OwnTexts = {
  [K in keyof UiTexts]?: UiTexts[K] extends string ? string : Partial<UiTexts[K]>
}

/** All that an element says in one language. */
export interface LanguageTexts {
  language: ElementLanguage
  texts: UiTexts
  messageFor(error: Failure, catalogue?: Catalogue): string
}

const loaders: Record<ElementLanguage, () => Promise<LanguageTexts>> = {
  async en() {
    const [{ en: texts }, { messageFor }] = await Promise.all([
      import('../ui/en.ts'),
      import('../../services/messages/en.ts'),
    ])
    return { language: 'en', texts, messageFor }
  },
  async zh() {
    const [{ zh: texts }, { messageFor }] = await Promise.all([
      import('../ui/zh.ts'),
      import('../../services/messages/zh.ts'),
    ])
    return { language: 'zh', texts, messageFor }
  },
}

const loaded = new Map<ElementLanguage, LanguageTexts>()

/** Returns the texts of a language, or loads them first and then calls `onLoad`. */
export function textsIn(language: ElementLanguage, onLoad: () => void): LanguageTexts | undefined {
  const known = loaded.get(language)
  if (!known) {
    loaders[language]().then(
      (texts) => {
        loaded.set(language, texts)
        onLoad()
      },
      // The chunk could not be loaded; the next change of the element tries again.
      () => undefined,
    )
  }
  return known
}

/** Puts an app's own texts over the built-in ones, two levels deep. */
export function withOwnTexts(texts: UiTexts, own: OwnTexts | undefined): UiTexts {
  if (!own) return texts
  const merged = Object.entries(texts).map(([name, built]) => {
    const given = own[name as keyof UiTexts]
    return [name, typeof given === 'object' ? { ...(built as object), ...given } : (given ?? built)]
  })
  return Object.fromEntries(merged) as UiTexts
}

/** Writes the sentence for an error; `kind` of contact decides between phone number and e-mail. */
export function sentenceFor(
  error: Failure,
  { texts, messageFor }: LanguageTexts,
  kind?: 'phone' | 'email',
  own?: Catalogue,
): string {
  const { errors, phoneErrors, emailErrors } = texts
  const byKind = kind && (kind === 'email' ? emailErrors : phoneErrors)
  return messageFor(error, { ...errors, ...byKind, ...own } as Catalogue)
}

/** @returns which of the two a contact is */
export const kindOf = (contact: Partial<Contact> | undefined): 'phone' | 'email' | undefined =>
  contact && (contact.email === undefined ? 'phone' : 'email')
