import type { Secret } from './secret.ts'

/**
 * Finds the id of the user that tokens belong to: the one the server names, else the `sub` of the
 * access token. Without either the id is made of the token, because one unknown user must not count as
 * the same as another.
 *
 * @see RFC 7519 §4.1.2
 */
export function userIdOf({ sub, access_token }: { sub?: string; access_token?: Secret }): string {
  if (sub) return sub
  // Tools for machines send events without tokens.
  const token = access_token?.reveal() ?? ''
  return subjectOf(token) ?? `unknown-${hash(token, 1)}${hash(token, 2)}`
}

/** A hash of 32 bits (FNV-1a), from which the text cannot be read. */
function hash(text: string, seed: number): string {
  let sum = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return (sum >>> 0).toString(16)
}

/** The claim `sub` of a JSON Web Token, which is not verified here. */
function subjectOf(token: string): string | undefined {
  try {
    const claims = atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = Uint8Array.from(claims, (character) => character.charCodeAt(0))
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }
    return typeof sub === 'string' && sub ? sub : undefined
  } catch {
    return undefined
  }
}
