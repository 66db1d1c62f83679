import type { CompatClient } from './client.ts'
import type { Session } from './session.ts'
import type { InitOptions } from './settings.ts'

/** What every group of methods is built from. */
export interface Context {
  readonly env: string
  readonly clientId: string
  readonly options: InitOptions
  readonly client: CompatClient
  readonly session: Session
  /** Settles once the authorization response in the page's address, if there is one, is verified. */
  returned(): Promise<unknown> | undefined
}
