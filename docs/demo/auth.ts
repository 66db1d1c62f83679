/** The door, and what the page remembers beside it. */
import {
  account,
  type AuthError,
  type AuthEvent,
  createAuth,
  provider,
  resetPassword,
  signIn,
  upgrade,
  type User,
  type View,
} from 'cloudbase-authflow'
import { inspect } from './inspector.ts'
import { refresh } from './live.ts'
import { type Language, type Texts, texts } from './messages.ts'

const flows = { signIn, provider, resetPassword, upgrade, account }

export type DemoView = View<typeof flows>
export type DemoEvent = AuthEvent<typeof flows>

export type News = keyof Texts['news']

/** What a person has chosen for all pages of this browser. */
const LANGUAGE = 'demo_language'
const POPUP_KEY = 'demo_popup'

export const auth = createAuth({
  env: 'demo',
  endpoint: location.origin,
  language: firstLanguage() === 'zh' ? 'zh-CN' : 'en-US',
  flows,
  inspect,
})

export const ui = {
  view: auth.get(),
  language: firstLanguage(),
  /** Whether providers are visited in a window of their own. */
  isPopup: recall(POPUP_KEY) === 'yes',
  /** Why a flow or a session ended by itself. */
  notice: undefined as AuthError | undefined,
  /** What has just been achieved. */
  news: undefined as News | undefined,
  profile: {} as { user?: User; at?: number; isLoading?: boolean; error?: AuthError },
}

export const t = (): Texts => texts[ui.language]

export function setLanguage(language: Language): void {
  ui.language = language
  remember(LANGUAGE, language)
  refresh()
}

export function setPopup(isPopup: boolean): void {
  ui.isPopup = isPopup
  remember(POPUP_KEY, isPopup ? 'yes' : 'no')
  refresh()
}

function firstLanguage(): Language {
  const stored = recall(LANGUAGE)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    // Blocked storage: as if never chosen.
    return null
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
}
