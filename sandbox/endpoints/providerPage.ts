import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { seeOther } from '../http/page.ts'
import { parseRedirect, parseSignOutUri, toFragment, toRedirect } from '../http/redirect.ts'
import type { EndpointGroup } from '../http/route.ts'
import { newAccount, toProviderPage } from '../provider/page.ts'
import { isAccountId, profileOf } from '../provider/accounts.ts'
import { signIdToken } from '../provider/idToken.ts'
import { newId } from '../secret.ts'

/**
 * Builds the path of a provider's consent page. The protocol leaves it to the server.
 *
 * @param providerId The provider.
 * @returns The path.
 */
export const pagePath = (providerId: string): string => `/auth/idp/${providerId}`
/**
 * Builds the path of a provider's sign-out page.
 *
 * @param providerId The provider.
 * @returns The path.
 */
export const signOutPath = (providerId: string): string => `${pagePath(providerId)}/signout`

/** Response types: a code in the query, or a token in the fragment of the redirect URI. */
export const responseTypes = ['code', 'token', 'id_token'] as const

const shared = { access: 'open', isCaptchaFree: true, isRaw: true } as const

/**
 * Creates the consent and sign-out pages that stand in for those of identity providers.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see RFC 6749, section 4.1.1
 */
export const providerPage: EndpointGroup = (core) => [
  {
    ...shared,
    method: 'GET',
    path: pagePath(':provider_id'),
    handle: (call) => show(core, call),
  },
  {
    ...shared,
    method: 'POST',
    path: pagePath(':provider_id'),
    handle: (call) => submit(core, call),
  },
  {
    ...shared,
    method: 'GET',
    path: signOutPath(':provider_id'),
    handle: ({ query, issuer }) => {
      const uri = query.requireText('redirect_uri')
      return seeOther(parseSignOutUri(uri, core.config(), issuer.origin).href)
    },
  },
]

/** An authorization request. */
interface AuthorizationRequest {
  providerId: string
  name: string
  redirectUri: string
  responseType: (typeof responseTypes)[number]
  state: string | undefined
  /** Origin of the server, which is that of the provider. */
  origin: string
  clientId: string
  nonce: string | undefined
}

/** Reads the authorization request in the URL of a page. */
function readRequest(
  core: Core,
  providerId: string,
  query: Fields,
  origin: string,
): AuthorizationRequest {
  return {
    providerId,
    name: core.providers.require(providerId).name,
    redirectUri: parseRedirect(query.requireText('redirect_uri')).href,
    responseType: query.oneOf('response_type', responseTypes) ?? 'code',
    state: query.text('state'),
    origin,
    clientId: query.text('client_id') ?? '',
    nonce: query.text('nonce'),
  }
}

/** Builds the authorization response: the URL to redirect to. Without an account it is an error. */
function authorize(core: Core, request: AuthorizationRequest, account: string | undefined): string {
  const { providerId, redirectUri, responseType, state } = request
  const common: Record<string, string> = state === undefined ? {} : { state }
  if (account === undefined) {
    const error = { error: 'access_denied', error_description: 'The user denied the request' }
    return toRedirect(redirectUri, { ...error, ...common })
  }
  const kind = responseType === 'token' ? 'access_token' : responseType
  const code =
    kind === 'id_token'
      ? issueIdToken(core, request, account)
      : core.providers.consent({ kind, providerId, redirectUri, account })
  const values = { [kind]: code, ...common }
  return kind === 'code' ? toRedirect(redirectUri, values) : toFragment(redirectUri, values)
}

function issueIdToken(core: Core, request: AuthorizationRequest, account: string): string {
  const { providerId, origin, clientId, nonce } = request
  const { sub, name, picture } = profileOf(providerId, account)
  const iat = Math.floor(core.clock.now() / 1000)
  return signIdToken(core.state.providerKey, {
    iss: origin + pagePath(providerId),
    sub,
    aud: clientId,
    iat,
    exp: iat + core.config().providerCodeSeconds,
    nonce,
    name,
    picture,
    preferred_username: account,
  })
}

/**
 * Submits the consent page of a provider without a browser.
 *
 * @param core The server's core.
 * @param uri The `uri` that `GET /auth/v1/provider/uri` returned.
 * @param account The provider account that consents. Without one, the request is denied.
 * @returns The URL the page redirects to.
 * @throws ApiError `invalid_argument` for another URI or a malformed account.
 */
export function authorizeByUri(core: Core, uri: string, account: string | undefined): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  const providerId = /^\/auth\/idp\/([^/]+)$/.exec(url?.pathname ?? '')?.[1]
  if (!url || providerId === undefined) {
    throw new ApiError('invalid_argument', 'uri must be one that provider/uri returned')
  }
  if (account !== undefined && !isAccountId(account)) {
    throw new ApiError('invalid_argument', 'account must be 1-32 letters, digits, - or _')
  }
  const request = readRequest(core, providerId, new Fields(url.searchParams), url.origin)
  return authorize(core, request, account)
}

type Problem = 'noAccount' | 'malformed'

function render(
  core: Core,
  { language }: Call,
  request?: AuthorizationRequest,
  problem?: Problem,
): Promise<Response> {
  const isIsolated = core.config().providerCoop === 'on'
  return toProviderPage({ language, isIsolated, request, problem })
}

/** Reads the authorization request, if it is valid. */
function tryReadRequest(
  core: Core,
  { params, query, issuer }: Call,
): AuthorizationRequest | undefined {
  try {
    return readRequest(core, params['provider_id'] ?? '', query, issuer.origin)
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function show(core: Core, call: Call): Promise<Response> {
  const request = tryReadRequest(core, call)
  return render(core, call, request, request ? undefined : 'malformed')
}

function submit(core: Core, call: Call): Response | Promise<Response> {
  const request = tryReadRequest(core, call)
  const form = new URLSearchParams(call.text)
  if (!request || form.get('action') !== 'allow') {
    return request ? seeOther(authorize(core, request, undefined)) : show(core, call)
  }
  const choice = form.get('account') ?? ''
  if (!isAccountId(choice)) return render(core, call, request, 'noAccount')
  const account = choice === newAccount ? `new-${newId().slice(0, 8)}` : choice
  return seeOther(authorize(core, request, account))
}
