import { unwrapSecrets } from '../secret.ts'
import type { Store } from './store.ts'
import { read, type Shape, type Tokens } from '../http/wire.ts'
import type { Credentials, RefreshOptions } from './credentials.ts'

/** Keeps a session for the next page. */
export interface TokenStore {
  load(): Promise<Credentials | undefined>
  save(credentials: Credentials): Promise<void>
  clear(): Promise<void>
  /**
   * Refreshes a pair while no other tab of this browser does.
   *
   * @returns the new pair, or undefined when another tab has changed the stored session meanwhile
   */
  refresh(credentials: Credentials, options: RefreshOptions): Promise<Tokens | undefined>
}

/** The stored form: the official client's key and fields, so that an app can switch. */
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

/**
 * Creates the store of a session's tokens.
 *
 * @param store holds the record
 * @param clientId part of the key, as in the official client: `credentials_<clientId>`
 */
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
    async refresh(credentials, options) {
      // Without a page there are no tabs. A chunk that cannot be loaded now is done without.
      const lock = globalThis.document && (await import('./refreshLock.ts').catch(() => undefined))
      return lock
        ? lock.refreshUnderLock(credentials, { ...options, key, load })
        : options.send(credentials)
    },
  }
}

/** @returns undefined for malformed data */
function parse(text: string | null | undefined): Credentials | undefined {
  try {
    const { expires_at, ...credentials } = read<Stored>(JSON.parse(text ?? ''), stored)
    const expiresAt = Date.parse(expires_at)
    return expiresAt ? { ...credentials, expiresAt } : undefined
  } catch {
    return undefined
  }
}
