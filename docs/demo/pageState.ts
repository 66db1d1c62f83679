/** The state of the page in its history entry, which a reload keeps. It contains no secrets. */
import type { Contact } from 'cloudbase-authflow'
import type { Screen } from './screen.ts'

/** The parts of an account that have a form of their own. */
export const editNames = ['profile', 'password', 'phone', 'email', 'delete'] as const
export type EditName = (typeof editNames)[number]

export const providerIds = ['wx_open', 'demo_idp'] as const
export type ProviderId = (typeof providerIds)[number]

export interface PageState {
  screen?: Screen | undefined
  /** The selected tab of the sign-in card. */
  tab?: 'code' | 'password' | undefined
  /** The form of the account that is open. */
  edit?: EditName | undefined
  /** Where the last code was sent. */
  contact?: Contact | undefined
  /** The contact that is about to become the account's. */
  target?: Contact | undefined
  /** The provider that was chosen last. */
  provider?: ProviderId | undefined
  /** How a guest last tried to upgrade. */
  upgradeBy?: 'contact' | 'provider' | undefined
}

export const pageState: PageState = { ...(history.state as PageState | null) }

/** Changes the state until the page is left. */
export function savePageState(changes: PageState): void {
  const entries = Object.entries(changes) as [keyof PageState, unknown][]
  if (entries.every(([name, value]) => pageState[name] === value)) return
  Object.assign(pageState, changes)
  history.replaceState({ ...pageState }, '')
}
