import * as api from '../../services/http/endpoints.ts'
import { normalizeUsername } from '../../services/contact.ts'
import type { Door } from './client.ts'

/** A request that only the server can read. */
export interface EncryptedRequest {
  /** Base64 of the encrypted JSON. */
  params: string
  public_key_thumbprint: string
}

/**
 * Encrypts a sign-in with the server's public key, which is asked for each time:
 * `POST /auth/v2/signin/publichkey`.
 */
export async function encrypted(
  door: Door,
  request: { username: string },
): Promise<EncryptedRequest> {
  const [{ public_key, public_key_thumbprint }, { encrypt }] = await Promise.all([
    door.call(api.getPublicKey),
    import('./rsa.ts'),
  ])
  const text = JSON.stringify({ ...request, username: normalizeUsername(request.username) })
  return { params: encrypt(text, public_key), public_key_thumbprint }
}
