import { AuthError } from '../error.ts'
import type { Redirect } from './platform.ts'

/**
 * Checks that an address is a page of the web. The user is sent to no other address, because one
 * that a server answers could be a script (`javascript:`, `data:`) or a call to another app. Apps
 * with a URL scheme of their own are opened by the provider, not from here.
 */
export const isPage = (address: string): boolean => /^https?:\/\//i.test(address)

/**
 * Resolves `returnTo` to an absolute URL when it is allowed: of the origin of this page, or without
 * a page of the origin of `redirect_uri`, or of an allowed origin. The parsed URL decides, and an
 * ambiguous text is refused.
 *
 * @param returnOrigins the allowed origins, such as `https://shop.example`
 * @returns the URL, or undefined without `returnTo`
 * @throws AuthError `invalid_argument`
 * @see RFC 9700 §4.11
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
    // It is not a URL.
  }
  throw new AuthError('invalid_argument', {
    operation: 'destinationOf',
    description: 'returnTo must be of this origin or in returnOrigins',
  })
}

/** Characters that some URL parsers drop and others keep. */
const AMBIGUOUS = /[\\\p{Cc}]/u

/**
 * Returns an address that is a page of the web.
 *
 * @param operation the operation that the error names
 * @throws AuthError `invalid_response` when it is not
 */
export function pageAt(address: string, operation: string): string {
  if (isPage(address)) return address
  throw new AuthError('invalid_response', {
    operation,
    description: 'the address is no http or https page',
  })
}
