import type { Door } from './client.ts'
import type { Session } from './session.ts'
import type { InitOptions } from './settings.ts'

/** What every group of methods works on. */
export interface Core {
  readonly env: string
  readonly clientId: string
  readonly options: InitOptions
  readonly door: Door
  readonly session: Session
}
