import type { Caller } from '../http/caller.ts'
import { refresh, refreshV2 } from '../http/endpoints.ts'
import type { Tokens } from '../http/wire.ts'
import type { Credentials } from './credentials.ts'
import type { TokenStore } from './tokenStore.ts'

/**
 * Refreshes a token pair while no other tab of this browser does.
 *
 * @returns the new pair, or undefined when another tab has changed the stored session meanwhile
 * @throws AuthError `invalid_grant` when the server rejects the refresh token
 */
export type Refresher = (
  credentials: Credentials,
  signal: AbortSignal,
) => Promise<Tokens | undefined>

/**
 * Creates the function that refreshes the tokens of a session.
 *
 * @param store the tokens' store, which all tabs share
 */
export function createRefresher(call: Caller, store: TokenStore): Refresher {
  return async (credentials, signal) => {
    const send = () => sendRefresh(call, credentials, signal)
    // Without a page there are no tabs. A chunk that cannot be loaded now is done without.
    const lock = globalThis.document && (await import('./refreshLock.ts').catch(() => undefined))
    return lock ? lock.refreshUnderLock(credentials, { store, send, signal }) : send()
  }
}

/**
 * Sends the refresh token to the version of the API that issued it.
 *
 * @see `POST /v1/token` and `/v2/token`, RFC 6749 §6
 */
export function sendRefresh(
  call: Caller,
  { version, refresh_token }: Pick<Credentials, 'version' | 'refresh_token'>,
  signal: AbortSignal,
): Promise<Tokens> {
  const endpoint = version === 'v2' ? refreshV2 : refresh
  return call(endpoint, { refresh_token: refresh_token! }, { signal })
}
