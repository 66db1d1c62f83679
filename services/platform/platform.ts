import { AuthError } from '../error.ts'
import { Secret } from '../secret.ts'
import type { Awaitable } from '../session/store.ts'

/** The functions that depend on where the app runs: a browser, a mini-program, a native app. */
export interface Platform {
  /** Returns 128 random bits as hex digits, for the OAuth `state` (RFC 9700 §2.1). */
  nonce(): string
  /**
   * Leaves the page for `url`, once the running flow has been stored.
   *
   * @param url always an http or https page, whatever the server has answered
   */
  redirect(url: string): void
  /**
   * Opens `url` in a popup and waits for the authorization response.
   *
   * @param url always an http or https page, whatever the server has answered
   * @param signal aborted when the response is no longer needed
   * @returns the URL that the provider came back to
   * @throws AuthError `failed_precondition` when the popup is blocked and a click would open it,
   *   `unimplemented` where there are no popups, `cancelled` when the user has certainly closed it
   */
  openPopup(url: string, state: string, signal: AbortSignal): Promise<string>
  /** Reads the code of an authorization response; see `readCallback`. */
  readCallback(callback: Callback): Awaitable<{ provider_code: Secret }>
  /** Resolves where the user goes after the flow; see `destinationOf`. */
  destinationOf(redirect: Redirect, returnOrigins?: readonly string[]): string | undefined
}

/** A platform whose URLs with a code are wrapped as secrets. */
export interface SecretPlatform extends Omit<Platform, 'openPopup' | 'readCallback'> {
  openPopup(url: string, state: string, signal: AbortSignal): Promise<Secret>
  readCallback(callback: Callback<Secret>): Awaitable<{ provider_code: Secret }>
}

/** The pages of an authorization at a provider. */
export interface Redirect {
  /** The URL that the provider comes back to. */
  redirect_uri: string
  /**
   * The page to go to after the flow has succeeded, such as `/checkout?step=2`: of this origin, or of
   * one of the `returnOrigins` of `createAuth`. Default: the user stays on the page.
   */
  returnTo?: string
}

/** An authorization response. */
export interface Callback<Address = string> {
  /** The URL that the provider came back to. */
  url: Address
  /** The `state` of the authorization request. */
  state: string
}

/**
 * Reads the code of an authorization response, after comparing its `state`.
 *
 * @param queryOf reads the query of a URL where the global `URL` is missing
 * @throws AuthError `foreign_callback` when the response belongs to another request,
 *   `access_denied` when the user did not consent, or another code of the provider
 * @see RFC 6749 §4.1.2.1
 */
export function readCallback(
  { url, state }: Callback,
  queryOf: QueryOf = paramsOf,
): { provider_code: Secret } {
  const params = queryOf(url)
  const operation = 'readCallback'
  if (!params || params.get('state') !== state)
    throw new AuthError('foreign_callback', { operation })
  const code = params.get('code')
  if (code) return { provider_code: new Secret(code) }
  const error = params.get('error')
  throw new AuthError(error && /^\w{1,64}$/.test(error) ? error : 'invalid_response', {
    operation,
    description: params.get('error_description')?.slice(0, 300),
  })
}

type QueryOf = (address: string) => { get(name: string): string | null | undefined } | undefined

function paramsOf(address: string): URLSearchParams | undefined {
  return URL.canParse(address) ? new URL(address).searchParams : undefined
}
