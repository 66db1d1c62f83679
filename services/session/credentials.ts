import type { Tokens } from '../http/wire.ts'

/** A token pair with the moment it expires, and what is known of its owner. */
export interface Credentials extends Omit<Tokens, 'expires_in'> {
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The version of the API that issued the pair, `v1` or `v2`: the same one refreshes it. */
  version?: string
}
