const SALT_LENGTH = 16
const IV_LENGTH = 12
const encoder = new TextEncoder()

/**
 * Encrypts and authenticates a text by AES-256-GCM. Each text has a key of its own, derived from the
 * secret and a random salt, so that a secret serves any number of texts.
 *
 * @param purpose what the text is for; it can be decrypted for nothing else
 * @returns base64url (RFC 4648 §5)
 * @see RFC 5869 (HKDF), NIST SP 800-38D (GCM)
 */
export async function encrypt(text: string, secret: string, purpose: string): Promise<string> {
  const head = crypto.getRandomValues(new Uint8Array(SALT_LENGTH + IV_LENGTH))
  const key = await keyOf(secret, head)
  const body = await crypto.subtle.encrypt(cipher(head, purpose), key, encoder.encode(text))
  return toBase64Url(new Uint8Array([...head, ...new Uint8Array(body)]))
}

/**
 * Decrypts what `encrypt` has returned.
 *
 * @param secrets of which one has encrypted it
 * @returns undefined for anything else: changed, for another purpose, or by another secret
 */
export async function decrypt(
  encrypted: string,
  secrets: readonly string[],
  purpose: string,
): Promise<string | undefined> {
  const bytes = fromBase64Url(encrypted)
  if (!bytes) return undefined
  const head = bytes.slice(0, SALT_LENGTH + IV_LENGTH)
  const body = bytes.slice(head.length)
  for (const secret of secrets) {
    try {
      const key = await keyOf(secret, head)
      return new TextDecoder().decode(await crypto.subtle.decrypt(cipher(head, purpose), key, body))
    } catch {
      // Not by this secret.
    }
  }
  return undefined
}

async function keyOf(secret: string, head: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const { subtle } = crypto
  const root = await subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const hkdf = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: head.slice(0, SALT_LENGTH),
    info: encoder.encode('cloudbase-authflow session cookie'),
  }
  const aes = { name: 'AES-GCM', length: 256 }
  return subtle.deriveKey(hkdf, root, aes, false, ['encrypt', 'decrypt'])
}

const cipher = (head: Uint8Array<ArrayBuffer>, purpose: string) => ({
  name: 'AES-GCM',
  iv: head.slice(SALT_LENGTH),
  additionalData: encoder.encode(purpose),
})

const toBase64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
