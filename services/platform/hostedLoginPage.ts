import { AuthError } from '../error.ts'
import { destinationOf } from './destination.ts'
import type { HostedLoginPage } from './platform.ts'

/**
 * Builds the URL of the sign-in page that CloudBase hosts: `/__auth/` at the origin of `redirect_uri`. It
 * stores the session there as the official SDK does, and the client of the page that it returns to takes
 * the session over when it starts.
 *
 * @returns an absolute URL, to be opened in this window
 * @throws AuthError `invalid_argument` without `env`, when `redirect_uri` is of another origin, and where
 *   it is missing although there is no page
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
  if (!env || !redirect_uri) {
    throw new AuthError('invalid_argument', {
      operation: 'hostedLoginPage',
      description: `${env ? 'redirect_uri' : 'env'} is required`,
    })
  }
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
