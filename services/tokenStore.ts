import { Secret } from './secret.ts'
import type { Store } from './storage.ts'
import type { Tokens } from './wire.ts'

/** A token pair with the moment it stops being good, and what is known of its owner. */
export interface Credentials extends Omit<Tokens, 'expires_in'> {
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** Where the session outlives the page. */
export interface TokenStore {
  load(): Promise<Credentials | undefined>
  save(credentials: Credentials): Promise<void>
  clear(): Promise<void>
}

/** Keeps the session under the official client's key and in its form, so that an app can switch. */
export function createTokenStore(store: Store, clientId: string): TokenStore {
  const key = `credentials_${clientId}`
  return {
    async load() {
      return parse(await store.get(key))
    },
    async save({ access_token, refresh_token, expiresAt, ...rest }) {
      const credentials = {
        ...rest,
        access_token: access_token.reveal(),
        refresh_token: refresh_token?.reveal(),
        expires_at: new Date(expiresAt).toISOString(),
        version: 'v1',
      }
      await store.set(key, JSON.stringify(credentials))
    },
    async clear() {
      await store.remove(key)
    },
  }
}

/** What is damaged or not a session is none. */
function parse(text: string | null | undefined): Credentials | undefined {
  const { access_token, refresh_token, expires_at, sub, scope, token_type } = toObject(text)
  const expiresAt = Date.parse(String(expires_at))
  if (typeof access_token !== 'string' || !access_token || Number.isNaN(expiresAt)) return undefined
  return {
    access_token: new Secret(access_token),
    refresh_token: typeof refresh_token === 'string' ? new Secret(refresh_token) : undefined,
    expiresAt,
    ...(typeof sub === 'string' && { sub }),
    ...(typeof scope === 'string' && { scope }),
    ...(typeof token_type === 'string' && { token_type }),
  }
}

function toObject(text: string | null | undefined): Record<string, unknown> {
  try {
    return Object(JSON.parse(text ?? '{}')) as Record<string, unknown>
  } catch {
    return {}
  }
}
