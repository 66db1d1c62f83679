/** The door, and what the page remembers beside it. */
import { type AuthError, createAuth, signIn, type User, type View } from 'cloudbase-authflow'
import { type Language, type Texts, texts } from './messages.ts'
import { refresh } from './live.ts'

const flows = { signIn }

export type DemoView = View<typeof flows>

const LANGUAGE = 'demo_language'

export const auth = createAuth({
  env: 'demo',
  endpoint: location.origin,
  language: firstLanguage() === 'zh' ? 'zh-CN' : 'en-US',
  flows,
})

export const ui = {
  view: auth.get(),
  language: firstLanguage(),
  /** Why a flow or a session ended by itself. Starting the next flow clears it in the view. */
  notice: undefined as AuthError | undefined,
  /** Where the last code went: still on screen while the sign-in itself is under way. */
  contact: undefined as { phone_number?: string; email?: string } | undefined,
  profile: {} as { user?: User; at?: number; isLoading?: boolean; error?: AuthError },
}

export const t = (): Texts => texts[ui.language]

export function setLanguage(language: Language): void {
  ui.language = language
  try {
    localStorage.setItem(LANGUAGE, language)
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
  refresh()
}

function firstLanguage(): Language {
  try {
    const stored = localStorage.getItem(LANGUAGE)
    if (stored === 'zh' || stored === 'en') return stored
  } catch {
    // Blocked storage: as if never chosen.
  }
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}
