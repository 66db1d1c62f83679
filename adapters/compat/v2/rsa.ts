import { CloudbaseError } from '../errors.ts'
import { encryptBlock, type PublicKey } from './rsaBlock.ts'

/** Bytes of padding in a block (RFC 8017 §7.2.1). */
const PADDING = 11

/**
 * Encrypts text with RSAES-PKCS1-v1_5, which Web Crypto lacks. Longer text is split into blocks by
 * bytes, because a split by characters makes blocks of Chinese text too long.
 *
 * @param pem the public key, `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`
 * @returns the concatenated blocks in base64
 * @throws CloudbaseError `invalid_response` when the key is malformed
 * @see https://www.rfc-editor.org/rfc/rfc8017#section-7.2
 */
export function encrypt(text: string, pem: string): string {
  const key = readKey(pem)
  const size = Math.ceil(key.n.toString(16).length / 2) - PADDING
  const bytes = new TextEncoder().encode(text)
  let binary = ''
  for (let start = 0; start < bytes.length; start += size) {
    const block = encryptBlock(key, bytes.subarray(start, start + size))
    binary += String.fromCharCode(...block)
  }
  return btoa(binary)
}

function readKey(pem: string): PublicKey {
  try {
    const base64 = pem.replace(/-----[^-]+-----|\s/g, '')
    const [n, e] = integersOf(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))
    if (n && e) return { n, e }
  } catch {
    // The key is not base64.
  }
  throw new CloudbaseError('invalid_response', {
    operation: 'getPublicKey',
    description: 'public_key is malformed',
  })
}

const SEQUENCE = 0x30
const BIT_STRING = 0x03
const INTEGER = 0x02

/**
 * Returns the integers of an RSA public key in DER, modulus first. The search descends into nested
 * structures, because the two PEM forms nest differently and only the key itself has integers.
 */
function integersOf(der: Uint8Array): bigint[] {
  const found: bigint[] = []
  for (let at = 0; at < der.length;) {
    const tag = der[at]
    let length = der[at + 1]!
    let start = at + 2
    if (length > 0x80) {
      const end = start + (length & 0x7f)
      length = der.subarray(start, end).reduce((sum, byte) => sum * 256 + byte, 0)
      start = end
    }
    at = start + length
    const content = der.subarray(start, at)
    if (tag === SEQUENCE) found.push(...integersOf(content))
    if (tag === BIT_STRING) found.push(...integersOf(content.subarray(1)))
    if (tag === INTEGER) found.push(BigInt(`0x${toHex(content)}`))
  }
  return found
}

const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
