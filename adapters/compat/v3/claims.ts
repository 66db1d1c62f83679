/** The content of a JSON Web Token. */
export interface Claims {
  claims: Record<string, unknown>
  header: Record<string, unknown>
  signature: string
}

/**
 * Decodes a JSON Web Token without verifying it.
 *
 * @returns `undefined` for malformed tokens
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
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
