import type { Clock } from '../clock.ts'
import type { Tokens } from '../http/wire.ts'
import { claimsOf, userIdOf } from '../jwt.ts'
import { type Lifetime, withMargin } from './expiry.ts'

/** A token pair with its lifetime, and what is known of its owner. */
export interface Credentials extends Omit<Tokens, 'expires_in'>, Lifetime {
  /** The version of the API that issued the pair, `v1` or `v2`: the same one refreshes it. */
  version?: string
}

/** Seconds for which a token is used when neither the server nor the token itself says how long. */
const DEFAULT_LIFETIME = 7200

/**
 * Turns the answer of the server into credentials. When the answer lacks `expires_in`, the access
 * token itself says how long it is valid.
 *
 * @param previous the pair before a refresh: what the answer does not repeat is kept
 */
export function toCredentials(
  { expires_in, ...tokens }: Tokens,
  clock: Clock,
  previous?: Partial<Credentials>,
): Credentials {
  const seconds = expires_in ?? lifetimeOf(tokens) ?? DEFAULT_LIFETIME
  return {
    ...previous,
    ...tokens,
    sub: tokens.sub ?? previous?.sub ?? userIdOf(tokens),
    lifetime: seconds * 1000,
    expiresAt: clock.now() + withMargin(seconds) * 1000,
  }
}

function lifetimeOf({ access_token }: Pick<Tokens, 'access_token'>): number | undefined {
  const { iat, exp } = claimsOf(access_token)
  return iat !== undefined && exp !== undefined && exp > iat ? exp - iat : undefined
}
