import * as api from '../../../services/http/endpoints.ts'
import { normalizeUsername } from '../../../services/contact.ts'
import type { CompatClient } from '../client.ts'

/** A request that only the server can decrypt. */
export interface EncryptedRequest {
  /** Base64 of the encrypted JSON. */
  params: string
  public_key_thumbprint: string
}

/**
 * Encrypts a sign-in request with the server's public key, which is requested each time:
 * `POST /auth/v2/signin/publichkey`.
 *
 * @throws CloudbaseError `invalid_response` when the server's key is malformed
 */
export async function encryptRequest(
  client: CompatClient,
  request: { username: string },
): Promise<EncryptedRequest> {
  const [{ public_key, public_key_thumbprint }, { encrypt }] = await Promise.all([
    client.call(api.getPublicKey),
    import('./rsa.ts'),
  ])
  const text = JSON.stringify({ ...request, username: normalizeUsername(request.username) })
  return { params: encrypt(text, public_key), public_key_thumbprint }
}
