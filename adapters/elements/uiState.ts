import type { Contact } from '../../services/http/wire.ts'
import type { EditName, Screen } from './screens.ts'

/** What the elements of a client show beside its view. It outlives a reload, and holds no secret. */
export interface UiState {
  screen?: Screen
  /** The selected tab of the sign-in form. */
  tab?: 'code' | 'password'
  /** The form of the account that is open. */
  edit?: EditName
  /** Where the last code was sent. */
  contact?: Contact
  /** The contact that is about to become the account's. */
  target?: Contact
  /** The provider that was chosen last. */
  provider?: string
  /** How a guest last tried to upgrade. */
  upgradeBy?: 'contact' | 'provider'
  /** The region of the last phone number. */
  region?: string
  /** The user has agreed to the terms. */
  agreed?: boolean
}

const KEY = 'authflow_elements'

/** Reads the state of this tab; there is none where the storage is blocked or the value is damaged. */
export function loadUiState(): UiState {
  try {
    return { ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as UiState) }
  } catch {
    return {}
  }
}

/** Stores the state of this tab. */
export function saveUiState(state: UiState): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state))
  } catch {
    // The storage is blocked: the state lasts as long as the page.
  }
}
