import { unwrapSecrets } from '../secret.ts'
import type { Store } from './store.ts'
import { read, type Shape } from '../http/shape.ts'
import type { Tokens } from '../http/wire.ts'
import type { Credentials } from './credentials.ts'

/** Keeps a session for the next page. */
export interface TokenStore {
  load(): Promise<Credentials | undefined>
  save(credentials: Credentials): Promise<void>
  clear(): Promise<void>
  /** Names the record; tabs that share it use the same name. */
  readonly key: string
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
    key,
    load,
    async save({ expiresAt, ...credentials }) {
      const expires_at = new Date(expiresAt).toISOString()
      const record = { version: 'v1', ...unwrapSecrets(credentials), expires_at }
      await store.set(key, JSON.stringify(record))
    },
    async clear() {
      await store.remove(key)
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
