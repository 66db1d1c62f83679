import { AuthError } from '../error.ts'
import { parseUrl } from '../parseUrl.ts'
import type { Redirect } from './platform.ts'

/**
 * Tests whether an address is an `http:` or `https:` URL. No other address from a server response may
 * be opened: it could be a script (`javascript:`, `data:`) or start another app.
 *
 * @param address as the server sent it
 */
export const isHttpUrl = (address: string): boolean => /^https?:\/\//i.test(address)

/**
 * Returns an address unchanged when it is an `http:` or `https:` URL.
 *
 * @param operation for the error
 * @throws AuthError `invalid_response` for any other address
 */
export function requireHttpUrl(address: string, operation: string): string {
  if (isHttpUrl(address)) return address
  throw new AuthError('invalid_response', { operation, description: 'not an http(s) URL' })
}

/**
 * Resolves `returnTo` to an absolute URL and checks `redirect_uri`. Allowed are the origin of the
 * current page (without a page, that of `redirect_uri`) and the `returnOrigins`. The parsed URL
 * decides, not its spelling; so it is with the allowed origins.
 *
 * @param returnOrigins further allowed origins, such as `https://shop.example`
 * @returns `undefined` when there is no `returnTo`
 * @throws AuthError `invalid_argument` for any other origin, for credentials in the URL, and for
 *   characters that URL parsers treat differently
 * @see RFC 9700 §4.11 (open redirection)
 */
export function destinationOf(
  { returnTo, redirect_uri }: Redirect,
  returnOrigins: readonly string[] = [],
): string | undefined {
  const here = globalThis.location?.origin
  const resolve = (name: string, address: string) => {
    const url = resolveAllowed(address, here ?? parseUrl(redirect_uri)?.origin, returnOrigins)
    if (url) return url
    throw new AuthError('invalid_argument', {
      operation: 'destinationOf',
      description: `${name} must be of this origin or in returnOrigins`,
    })
  }
  if (here !== undefined) resolve('redirect_uri', redirect_uri)
  return returnTo === undefined ? undefined : resolve('returnTo', returnTo)
}

/** @returns the absolute URL, or undefined when it is none that is allowed */
function resolveAllowed(
  address: string,
  here: string | undefined,
  returnOrigins: readonly string[],
): string | undefined {
  try {
    const { href, origin, username, password } = new URL(address, here)
    const isPlain = !(username + password) && !AMBIGUOUS.test(address)
    return isPlain &&
      isHttpUrl(href) &&
      [here, ...returnOrigins.map(allowedOrigin)].includes(origin)
      ? href
      : undefined
  } catch {
    return undefined
  }
}

/** @returns the origin that an entry names in any spelling; undefined when it is more than an origin */
function allowedOrigin(entry: string): string | undefined {
  const url = parseUrl(entry)
  return url?.href === `${url?.origin}/` ? url?.origin : undefined
}

/** Backslashes and control characters: some URL parsers drop or replace them, others do not. */
const AMBIGUOUS = /[\\\p{Cc}]/u
