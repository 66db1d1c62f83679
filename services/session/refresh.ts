import type { Caller } from '../http/caller.ts'
import { refresh, refreshV2 } from '../http/endpoints.ts'
import type { Tokens } from '../http/wire.ts'
import type { Refreshable } from './lockedRefresh.ts'

/**
 * Sends the refresh token to the version of the API that issued it. The request has no deadline of its
 * own: when the server has acted on it, the answer is the only way to the new pair.
 *
 * @see `POST /v1/token` and `/v2/token`, RFC 6749 §6
 */
export function sendRefresh(
  call: Caller,
  { version, refresh_token }: Refreshable,
  signal?: AbortSignal,
): Promise<Tokens> {
  const endpoint = version === 'v2' ? refreshV2 : refresh
  return call(endpoint, { refresh_token: refresh_token! }, { signal, timeout: Infinity })
}
