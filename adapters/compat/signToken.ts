import { hmacSha256 } from './sha256.ts'

/**
 * Signs a JSON Web Token with HMAC-SHA256 (`HS256`), also where there is no `crypto.subtle`.
 *
 * @param payload the content, as JSON
 * @param key the secret
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-3.1
 */
export function signToken(payload: object, key: string): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, payload].map((part) =>
    toBase64Url(toBytes(JSON.stringify(part))),
  )
  const content = parts.join('.')
  return `${content}.${toBase64Url(hmacSha256(toBytes(key), toBytes(content)))}`
}

/** Encodes text as UTF-8; mini-programs have no `TextEncoder`. */
function toBytes(text: string): Uint8Array {
  const bytes = encodeURIComponent(text).match(/%[\dA-F]{2}|[^%]/g) ?? []
  return Uint8Array.from(bytes, (byte) =>
    byte.length > 1 ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0),
  )
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Encodes bytes by RFC 4648 §5, without padding; mini-programs have no `btoa`. */
function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3)
    const bits = (group[0]! << 16) | ((group[1] ?? 0) << 8) | (group[2] ?? 0)
    for (let digit = 0; digit <= group.length; digit++)
      text += DIGITS[(bits >> (18 - 6 * digit)) & 63]
  }
  return text
}
