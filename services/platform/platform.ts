import { AuthError } from '../error.ts'
import { maskContacts } from '../http/maskContacts.ts'
import { Secret } from '../secret.ts'
import type { Awaitable } from '../session/store.ts'
import { parseUrl } from '../parseUrl.ts'

/** What depends on where the app runs: a browser, a mini-program or a native shell. */
export interface Platform {
  /**
   * Creates the random part of an OAuth `state`.
   *
   * @returns 128 random bits as hex
   * @see RFC 9700 §2.1
   */
  nonce(): string
  /**
   * Leaves the page for the provider. It is called after the running flow has been stored.
   *
   * @param url an `http:` or `https:` URL, whatever the server has sent
   */
  redirect(url: string): void
  /**
   * Opens the provider in a popup and waits for its authorization response.
   *
   * @param url an `http:` or `https:` URL, whatever the server has sent
   * @param state the OAuth `state` of this request
   * @param signal aborts the wait
   * @returns the callback URL, with the authorization response in its query
   * @throws AuthError `failed_precondition` when the popup was blocked and a click can open it,
   *   `unimplemented` where there are no popups, `cancelled` when the user certainly closed it
   */
  openPopup(url: string, state: string, signal: AbortSignal): Promise<string>
  /**
   * Opens the sign-in page that CloudBase hosts. It stores the session for pages of its origin. Default:
   * `redirect`.
   */
  openLoginPage?(url: string): void
  /** Reads the authorization code from a callback URL; see the function of this name. */
  readCallback(callback: Callback): Awaitable<{ provider_code: Secret }>
  /** Resolves and checks `returnTo`; see the function of this name. */
  destinationOf(redirect: Redirect, returnOrigins?: readonly string[]): string | undefined
}

/** A platform that wraps callback URLs, because they contain the authorization code. */
export interface SecretPlatform extends Omit<Platform, 'openPopup' | 'readCallback'> {
  openPopup(url: string, state: string, signal: AbortSignal): Promise<Secret>
  readCallback(callback: Callback<Secret>): Awaitable<{ provider_code: Secret }>
}

/** Where the provider returns to, and where the flow ends. */
export interface Redirect {
  /**
   * The page the provider redirects to with its authorization response (RFC 6749 §3.1.2): a URL of
   * this origin, or of one of the `returnOrigins` of `createAuth`.
   */
  redirect_uri: string
  /**
   * Where the flow navigates once it has succeeded, such as `/checkout?step=2`: a URL of this
   * origin, or of one of the `returnOrigins` of `createAuth`. Default: it stays on the page.
   */
  returnTo?: string
}

/** A callback URL and the `state` it must carry. */
export interface Callback<Address = string> {
  /** The callback URL, with the authorization response in its query. */
  url: Address
  /** The `state` of the authorization request. */
  state: string
}

/**
 * Reads the authorization code from a callback URL. The `state` is compared first.
 *
 * @param parseQuery reads the query of an absolute URL, where the platform has no `URL`
 * @returns the authorization code
 * @throws AuthError `foreign_callback` when the URL belongs to another authorization request,
 *   `access_denied` when the user refused, any other error code of the provider, or
 *   `invalid_response` when there is neither a code nor a well-formed error
 * @see RFC 6749 §4.1.2
 */
export function readCallback(
  { url, state }: Callback,
  parseQuery: ParseQuery = parseWithUrl,
): { provider_code: Secret } {
  const params = parseQuery(url)
  const operation = 'readCallback'
  if (!params || params.get('state') !== state)
    throw new AuthError('foreign_callback', { operation })
  const code = params.get('code')
  if (code) return { provider_code: new Secret(code) }
  const error = params.get('error')
  const description = params.get('error_description')
  throw new AuthError(error && /^\w{1,64}$/.test(error) ? error : 'invalid_response', {
    operation,
    description: description ? maskContacts(description) : undefined,
  })
}

type ParseQuery = (url: string) => { get(name: string): string | null | undefined } | undefined

function parseWithUrl(url: string): URLSearchParams | undefined {
  return parseUrl(url)?.searchParams
}
