/** What belongs to the page's place in the history, and so stays through a reload. No secrets. */
import type { Contact } from 'cloudbase-authflow'
import type { Screen } from './screen.ts'

/** The parts of an account that have a form of their own. */
export const editNames = ['profile', 'password', 'phone', 'email', 'delete'] as const
export type EditName = (typeof editNames)[number]

export const providerIds = ['wx_open', 'demo_idp'] as const
export type ProviderId = (typeof providerIds)[number]

export interface Place {
  screen?: Screen | undefined
  /** The chosen tab of the sign-in card. */
  way?: 'code' | 'password' | undefined
  /** The form of the account that is open. */
  edit?: EditName | undefined
  /** Where the last code went. */
  contact?: Contact | undefined
  /** The contact that is to become the account's. */
  target?: Contact | undefined
  /** Where somebody is on the way to. */
  provider?: ProviderId | undefined
  /** What a guest has tried last to keep the account by. */
  upgradeBy?: 'contact' | 'provider' | undefined
}

export const place: Place = { ...(history.state as Place | null) }

/** Remembers it until the page is left. */
export function keep(changes: Place): void {
  const entries = Object.entries(changes) as [keyof Place, unknown][]
  if (entries.every(([name, value]) => place[name] === value)) return
  Object.assign(place, changes)
  history.replaceState({ ...place }, '')
}
