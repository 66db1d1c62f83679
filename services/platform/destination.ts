import { AuthError } from '../error.ts'
import type { Redirect } from './platform.ts'

/**
 * Whether this is a page of the web, which alone anybody is led to: an address a server answers can
 * be a script (`javascript:`, `data:`) or a call to another app. Apps that live under a scheme of
 * their own are led back to by the provider, not from here.
 */
export const isPage = (address: string): boolean => /^https?:\/\//i.test(address)

/**
 * The address that `returnTo` stands for, if one may be taken there: of the origin of this page, or
 * where there is none of the `redirect_uri`, or of an allowed one (RFC 9700 §4.11). It decides by
 * what the address leads to, not by how it looks, and takes none that looks like two things.
 *
 * @throws AuthError `invalid_argument`
 */
export function destinationOf(
  { returnTo, redirect_uri }: Redirect,
  returnOrigins: readonly string[] = [],
): string | undefined {
  if (returnTo === undefined) return undefined
  try {
    const here = globalThis.location?.origin ?? new URL(redirect_uri).origin
    const { href, origin, username, password } = new URL(returnTo, here)
    const isPlain = !(username + password) && !AMBIGUOUS.test(returnTo)
    if (isPlain && isPage(href) && [here, ...returnOrigins].includes(origin)) return href
  } catch {
    // It is no address.
  }
  throw new AuthError('invalid_argument', {
    operation: 'destinationOf',
    description: 'returnTo must be of this origin or in returnOrigins',
  })
}

/** Characters that one reader of an address drops and another does not. */
const AMBIGUOUS = /[\\\p{Cc}]/u

/** @throws AuthError `invalid_response` where it is no page of the web */
export function pageAt(address: string, operation: string): string {
  if (isPage(address)) return address
  throw new AuthError('invalid_response', { operation, description: 'no page to go to' })
}
