/** What a JSON Web Token says, read and not verified: that is the server's business. */
export interface Claims {
  claims: Record<string, unknown>
  header: Record<string, unknown>
  signature: string
}

/** Undefined for what is no token (RFC 7519). */
export function claimsOf(token: string): Claims | undefined {
  try {
    const [header = '', claims = '', signature = ''] = token.split('.')
    return { claims: decode(claims), header: decode(header), signature }
  } catch {
    return undefined
  }
}

function decode(part: string): Record<string, unknown> {
  const binary = atob(part.replace(/-/g, '+').replace(/_/g, '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
}
