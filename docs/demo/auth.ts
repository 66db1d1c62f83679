/** The auth client of the demo, and its settings. */
import {
  account,
  type AuthEvent,
  createAuth,
  provider,
  resetPassword,
  signIn,
  upgrade,
  type View,
} from 'cloudbase-authflow'
import { refresh } from './dom.ts'
import { inspect } from './inspector.ts'
import { type Language, type Texts, texts } from './messages.ts'

const flows = { signIn, provider, resetPassword, upgrade, account }

export type DemoView = View<typeof flows>
export type DemoEvent = AuthEvent<typeof flows>

const LANGUAGE_KEY = 'demo_language'
const POPUP_KEY = 'demo_popup'

export const auth = createAuth({
  env: 'demo',
  endpoint: location.origin,
  language: initialLanguage() === 'zh' ? 'zh-CN' : 'en-US',
  flows,
  inspect,
})

export const ui = {
  view: auth.get(),
  language: initialLanguage(),
  /** Whether providers open in a popup. */
  isPopup: readSetting(POPUP_KEY) === 'yes',
}

/** Returns the texts in the chosen language. */
export const t = (): Texts => texts[ui.language]

/** Returns a time of day in the chosen language. */
export const timeOf = (at: number) =>
  new Date(at).toLocaleTimeString(ui.language === 'zh' ? 'zh-CN' : 'en-GB')

export function setLanguage(language: Language): void {
  ui.language = language
  writeSetting(LANGUAGE_KEY, language)
  refresh()
}

export function setPopup(isPopup: boolean): void {
  ui.isPopup = isPopup
  writeSetting(POPUP_KEY, isPopup ? 'yes' : 'no')
  refresh()
}

function initialLanguage(): Language {
  const stored = readSetting(LANGUAGE_KEY)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    // The storage is blocked.
    return null
  }
}

function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The storage is blocked: the setting lasts as long as the page.
  }
}
