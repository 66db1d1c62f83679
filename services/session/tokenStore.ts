import { unwrapSecrets } from '../secret.ts'
import type { Store } from './store.ts'
import { read, type Shape, type Tokens } from '../http/wire.ts'

/** A token pair with the moment it stops being good, and what is known of its owner. */
export interface Credentials extends Omit<Tokens, 'expires_in'> {
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Of the protocol the session was begun by, `v1` or `v2`: it is renewed by the same. */
  version?: string
}

/** What renewing a pair takes. */
export interface Renewal {
  refresh(credentials: Credentials): Promise<Tokens>
  /** Another tab has changed the session: reads it again, and ends this renewal by its signal. */
  reload(): void
  signal: AbortSignal
}

/** Where the session outlives the page. */
export interface TokenStore {
  load(): Promise<Credentials | undefined>
  save(credentials: Credentials): Promise<void>
  clear(): Promise<void>
  /** Renews a pair, in turn with the other tabs of this browser. */
  renew(credentials: Credentials, renewal: Renewal): Promise<Tokens>
}

/** What is stored: the official client's key and form, so that an app can switch. */
interface Stored extends Omit<Tokens, 'expires_in'> {
  /** ISO 8601. */
  expires_at: string
  version?: string
}

const stored: Shape<Stored> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  expires_at: 'string',
  token_type: 'string?',
  sub: 'string?',
  scope: 'string?',
  groups: 'list?',
  version: 'string?',
}

export function createTokenStore(store: Store, clientId: string): TokenStore {
  const key = `credentials_${clientId}`
  const load = async () => parse(await store.get(key))
  return {
    load,
    async save({ expiresAt, ...credentials }) {
      const expires_at = new Date(expiresAt).toISOString()
      const record = { version: 'v1', ...unwrapSecrets(credentials), expires_at }
      await store.set(key, JSON.stringify(record))
    },
    async clear() {
      await store.remove(key)
    },
    async renew(credentials, renewal) {
      // Where there is no page there are no tabs; what cannot be fetched now is done without.
      const tabs = globalThis.document && (await import('./refreshLock.ts').catch(() => undefined))
      return tabs
        ? tabs.renewInTurn(credentials, { ...renewal, key, load })
        : renewal.refresh(credentials)
    },
  }
}

/** What is damaged or not a session is none. */
function parse(text: string | null | undefined): Credentials | undefined {
  try {
    const { expires_at, ...credentials } = read<Stored>(JSON.parse(text ?? ''), stored)
    const expiresAt = Date.parse(expires_at)
    return expiresAt ? { ...credentials, expiresAt } : undefined
  } catch {
    return undefined
  }
}
