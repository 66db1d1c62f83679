import { randomHex } from './randomHex.ts'
import type { Secret } from './secret.ts'

/**
 * Finds the id of the user that tokens belong to: the one the server names, else the `sub` of the
 * access token. Without either the tokens get an id of their own, because one unknown user must not
 * count as the same as another.
 *
 * @see RFC 7519 §4.1.2
 */
export function userIdOf({ sub, access_token }: { sub?: string; access_token: Secret }): string {
  return sub ?? subjectOf(access_token.reveal()) ?? `unknown-${randomHex()}`
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
