import { randomHex } from './randomHex.ts'
import { isRecord } from './record.ts'
import type { Secret } from './secret.ts'

/** The claims of an access token that this library reads. Times in seconds since the epoch. */
export interface Claims {
  sub?: string
  iat?: number
  exp?: number
}

/**
 * Reads the claims of an access token without checking its signature.
 *
 * @returns no claims for a token that is not a JWT
 * @see RFC 7519 §4.1
 */
export function claimsOf(token: Secret): Claims {
  try {
    const [, payload = ''] = token.reveal().split('.')
    const text = atob(payload.replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (!isRecord(claims)) return {}
    const { sub, iat, exp } = claims
    return {
      sub: typeof sub === 'string' && sub ? sub : undefined,
      iat: typeof iat === 'number' ? iat : undefined,
      exp: typeof exp === 'number' ? exp : undefined,
    }
  } catch {
    return {}
  }
}

/**
 * Finds the id of the user that tokens belong to: the one the server names, else the `sub` of the
 * access token. Without either the tokens get an id of their own, because one unknown user must not
 * count as the same as another.
 *
 * @see RFC 7519 §4.1.2
 */
export function userIdOf({ sub, access_token }: { sub?: string; access_token: Secret }): string {
  return sub ?? claimsOf(access_token).sub ?? `unknown-${randomHex()}`
}
