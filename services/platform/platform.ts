import { AuthError } from '../error.ts'
import { Secret } from '../secret.ts'
import type { Awaitable } from '../session/store.ts'

/** What only the place the app runs in can do. */
export interface Platform {
  /** 128 random bits as hex, for the `state` of a journey to a provider (RFC 9700 §2.1). */
  nonce(): string
  /**
   * Leaves the page for `url`, once the running flow has been kept for the return. Like `visit` it
   * is given pages of the web alone, whatever the server has answered.
   */
  redirect(url: string): void
  /**
   * Opens `url` in a window of its own and settles with the address it comes back to.
   *
   * @throws AuthError `failed_precondition` when the window is blocked and a click will open it,
   *   `unimplemented` where there are none, `cancelled` where it is certain that the person has
   *   closed it
   */
  openPopup(url: string, state: string, signal: AbortSignal): Promise<string>
  /** Takes the code out of the address a person came back to; see the function of this name. */
  readCallback(callback: Callback): Awaitable<{ provider_code: Secret }>
  /** Where a person may be taken to after a journey; see the function of this name. */
  destinationOf(redirect: Redirect, returnOrigins?: readonly string[]): string | undefined
}

/** The same with what an address bears, a code, out of sight. */
export interface SecretPlatform extends Omit<Platform, 'openPopup' | 'readCallback'> {
  openPopup(url: string, state: string, signal: AbortSignal): Promise<Secret>
  readCallback(callback: Callback<Secret>): Awaitable<{ provider_code: Secret }>
}

export interface Redirect {
  /** Where the provider sends the person back to. */
  redirect_uri: string
  /**
   * Where the person is taken once the journey has ended well, such as `/checkout?step=2`: of this
   * origin, or of one of the `returnOrigins` given to `createAuth`. Default: they stay.
   */
  returnTo?: string
}

export interface Callback<Address = string> {
  /** The address the provider sent the person back to. */
  url: Address
  /** The `state` this journey went out with. */
  state: string
}

/**
 * The code a provider sent along. Nothing is spent before the state has been compared.
 *
 * @throws AuthError `foreign_callback` when it belongs to another journey, `access_denied` when the
 *   person refused, or the provider's own code (RFC 6749 §4.1.2.1)
 * @param queryOf reads an address where there is no `URL`
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
