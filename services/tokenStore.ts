import type { Clock } from './clock.ts'
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

/** Seconds before its end in which a token is no longer sent, so that it does not expire on the way. */
const MARGIN = 30

/** A session begins: `expires_in` becomes a moment. What a renewal does not repeat stays. */
export function toCredentials(
  { expires_in, ...tokens }: Tokens,
  clock: Clock,
  previous?: Credentials,
): Credentials {
  const margin = Math.min(MARGIN, expires_in / 2)
  const expiresAt = clock.now() + (expires_in - margin) * 1000
  return { ...previous, ...tokens, expiresAt }
}

/** Keeps the session under the official client's key and in its form, so that an app can switch. */
export function createTokenStore(store: Store, clientId: string): TokenStore {
  const key = `credentials_${clientId}`
  return {
    async load() {
      try {
        return parse(JSON.parse((await store.get(key)) ?? 'null'))
      } catch {
        return undefined
      }
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

function parse(stored: Record<string, unknown> | null): Credentials | undefined {
  const { access_token, refresh_token, expires_at, sub, scope, token_type } = stored ?? {}
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
