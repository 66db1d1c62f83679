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
    const claims: unknown = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')))
    if (!isRecord(claims)) return {}
    const { sub, iat, exp } = claims
    return {
      sub: typeof sub === 'string' ? sub : undefined,
      iat: typeof iat === 'number' ? iat : undefined,
      exp: typeof exp === 'number' ? exp : undefined,
    }
  } catch {
    return {}
  }
}
