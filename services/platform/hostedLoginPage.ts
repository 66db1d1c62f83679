import { destinationOf } from './destination.ts'

/** The sign-in page that CloudBase hosts, and where it returns to. */
export interface HostedLoginPage {
  /** The CloudBase environment id. */
  env: string
  /** Default: the environment id. */
  clientId?: string
  /**
   * The page to return to after the sign-in, of this origin or of one of the `returnOrigins`. Default:
   * this page.
   */
  redirect_uri?: string
  /** Further allowed origins, such as `https://shop.example`. */
  returnOrigins?: readonly string[]
  /** `env` (default): the sign-in page of the environment; else that of an application. */
  config_version?: string
  /** The application, where `config_version` is not `env`. */
  app_id?: string
  /** Added to the query of the sign-in page. */
  query?: Readonly<Record<string, string>>
  /** Added to the query of `redirect_uri`, so that the return can be recognized. */
  state?: string
}

/**
 * Builds the URL of the sign-in page that CloudBase hosts: `/__auth/` at the origin of `redirect_uri`. It
 * stores the session there as the official SDK does, and the client of the page that it returns to takes
 * the session over when it starts.
 *
 * @returns an absolute URL, to be opened in this window
 * @throws AuthError `invalid_argument` when `redirect_uri` is of another origin
 *
 * @example
 *   location.assign(hostedLoginPage({ env: 'my-env' }))
 */
export function hostedLoginPage({
  env,
  clientId = env,
  redirect_uri = globalThis.location?.href,
  returnOrigins,
  config_version = 'env',
  app_id = '',
  query = {},
  state,
}: HostedLoginPage): string {
  const address = destinationOf({ redirect_uri, returnTo: redirect_uri }, returnOrigins)!
  const page = new URL('/__auth/', address)
  const redirect = state ? withState(address, state) : address
  const fields = {
    app_id,
    env_id: env,
    client_id: clientId,
    config_version,
    redirect_uri: redirect,
  }
  for (const [name, value] of [...Object.entries(fields), ...Object.entries(query)]) {
    page.searchParams.append(name, value)
  }
  return page.href
}

/** Puts the `state` before the query, which stays as it is and may have a `state` of its own. */
function withState(address: string, state: string): string {
  const url = new URL(address)
  url.search = `state=${state}${url.search.replace('?', '&')}`
  return url.href
}
