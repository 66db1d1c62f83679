import { type Config, defaultConfig } from '../config.ts'
import { ApiError } from '../error.ts'
import { isAllowedOrigin } from './cors.ts'

// Schemes that run code, read files or display foreign content as the page's own.
const dangerous = [
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'filesystem:',
  'about:',
  'view-source:',
  'jar:',
  'ws:',
  'wss:',
  'ftp:',
]

/**
 * Parses a redirect URI: http, https or an app's own scheme.
 *
 * @param text The `redirect_uri`.
 * @returns The URL.
 * @throws ApiError `invalid_argument` for a malformed or dangerous URI.
 */
export function parseRedirect(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isValid =
    url !== undefined &&
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) &&
    !dangerous.includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    // Other characters, though legal in a URL, would break the content security policy.
    /^[\w.:[\]-]*$/.test(url.host)
  if (!isValid) throw new ApiError('invalid_argument', 'redirect_uri is not allowed')
  return url
}

/**
 * Parses the address a sign-out leads to. Other than `redirect_uri` of a sign-in, it is bound to no
 * code, so that only a rule keeps a link from leading to a foreign page.
 *
 * @param text The address.
 * @param config Settings with `allowedOrigins`; the default list allows every address. A scheme of an
 *   app is listed as in `myapp:`.
 * @param own The origin of the server.
 * @returns The URL.
 * @throws ApiError `invalid_argument` for a malformed or dangerous address, and for one of an origin
 *   that is not allowed.
 */
export function parseSignOutUri(text: string, config: Config, own: string): URL {
  const url = parseRedirect(text)
  const source = toSource(url.href)
  // A sandbox that lists no sites of its own takes any: the client has a rule for them, too.
  const isUnlisted = config.allowedOrigins === defaultConfig.allowedOrigins
  if (source === own || isUnlisted || isAllowedOrigin(source, config)) return url
  throw new ApiError('invalid_argument', `redirect_uri leads to ${source}, which is not allowed`)
}

/**
 * Adds values to the query of a redirect URI.
 *
 * @param redirectUri The `redirect_uri`.
 * @param values The query parameters to set.
 * @returns The URL to redirect to.
 * @throws ApiError `invalid_argument` for a malformed or dangerous URI.
 */
export function toRedirect(redirectUri: string, values: Record<string, string>): string {
  const url = parseRedirect(redirectUri)
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Puts values into the fragment of a redirect URI, which browsers send to no server.
 *
 * @param redirectUri The `redirect_uri`.
 * @param values The parameters of the fragment.
 * @returns The URL to redirect to.
 * @throws ApiError `invalid_argument` for a malformed or dangerous URI.
 */
export function toFragment(redirectUri: string, values: Record<string, string>): string {
  const url = parseRedirect(redirectUri)
  url.hash = String(new URLSearchParams(values))
  return url.href
}

/**
 * Converts a redirect URI to a source expression of a content security policy.
 *
 * @param redirectUri The `redirect_uri`.
 * @returns Scheme and host for http and https, otherwise the scheme.
 */
export function toSource(redirectUri: string): string {
  const { protocol, host } = parseRedirect(redirectUri)
  return ['http:', 'https:'].includes(protocol) ? `${protocol}//${host}` : protocol
}
