import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import { parseRedirect, parseSignOutUri } from '../http/redirect.ts'
import type { Call } from '../http/call.ts'
import type { EndpointGroup } from '../http/route.ts'
import { codePrefix, isMiniProgram, noProfile } from '../rules/providers.ts'
import type { ProviderCodeKind, ProviderToken } from '../state.ts'
import { profileOf } from '../provider/accounts.ts'
import { readIdToken } from '../provider/idToken.ts'
import { readAdditions, readLoginCode } from '../provider/wechat.ts'
import { pagePath, responseTypes, signOutPath } from './providerPage.ts'

/**
 * Creates the endpoints for authorization URIs and provider tokens.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `GET /auth/v1/provider/uri`
 * @see `POST /auth/v1/provider/token`
 * @see `PATCH /auth/v1/provider/token`
 */
export const provider: EndpointGroup = (core) => [
  {
    method: 'GET',
    path: '/auth/v1/provider/uri',
    access: 'client',
    handle: (call) => createUris(core, call),
  },
  {
    method: 'POST',
    path: '/auth/v1/provider/token',
    access: 'client',
    handle: ({ body, issuer }) => {
      const token = readGrant(core, body, issuer.clientId)
      return toGrantResponse(core.providers.issue(token), token, core.config().providerTokenSeconds)
    },
  },
  {
    method: 'PATCH',
    path: '/auth/v1/provider/token',
    access: 'client',
    handle: ({ body }) => updateProfile(core, body),
  },
]

const kinds: readonly ProviderCodeKind[] = ['code', 'access_token', 'id_token']

function createUris(core: Core, { query, issuer }: Call): object {
  const providerId = query.requireText('provider_id')
  core.providers.require(providerId)
  const values = {
    client_id: issuer.clientId,
    redirect_uri: parseRedirect(query.requireText('redirect_uri')).href,
    response_type: query.oneOf('response_type', responseTypes) ?? 'code',
    scope: query.text('scope'),
    state: query.text('state'),
    nonce: query.text('nonce') ?? query.text('other_params[nonce]'),
  }
  const signOutUri = query.text('other_params[sign_out_uri]')
  return {
    uri: toUrl(issuer.origin, pagePath(providerId), values),
    signout_uri:
      signOutUri === undefined
        ? undefined
        : toUrl(issuer.origin, signOutPath(providerId), {
            redirect_uri: parseSignOutUri(signOutUri, core.config(), issuer.origin).href,
          }),
  }
}

function toUrl(origin: string, path: string, values: Record<string, string | undefined>): string {
  const url = new URL(path, origin)
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

type Grant = Omit<ProviderToken, 'expiresAt'>

/** Exchanges the code or token of a provider for a profile. */
function readGrant(core: Core, body: Fields, clientId: string): Grant {
  const providerId = body.requireText('provider_id')
  core.providers.require(providerId)
  const redirectUri = body.text('provider_redirect_uri')
  const params = body.fields('provider_params')
  for (const kind of kinds) {
    const code = body.text(`provider_${kind}`)
    if (code === undefined) continue
    const isFromPage = code.startsWith(codePrefix)
    if (kind === 'code' && !isFromPage && isMiniProgram(providerId)) {
      return readLoginCode(providerId, code, params)
    }
    if (kind === 'id_token') return readIdentity(core, providerId, clientId, code)
    return redeem(core, { kind, providerId, redirectUri }, code)
  }
  throw new ApiError(
    'invalid_argument',
    'provider_code, provider_access_token or provider_id_token is required',
  )
}

/** Reads an ID token that the provider issued for the client. */
function readIdentity(core: Core, providerId: string, clientId: string, token: string): Grant {
  const claims = readIdToken(core.state.providerKey, token)
  const isMatch =
    claims?.aud === clientId &&
    claims.iss.endsWith(pagePath(providerId)) &&
    claims.exp * 1000 > core.clock.now()
  if (!isMatch) throw noProfile()
  return { profile: profileOf(providerId, claims.preferred_username), isPhone: false }
}

/** What a code or token must have been issued for. */
interface ExpectedConsent {
  kind: ProviderCodeKind
  providerId: string
  redirectUri: string | undefined
}

function redeem(
  core: Core,
  { kind, providerId, redirectUri }: ExpectedConsent,
  code: string,
): Grant {
  const consent = core.providers.redeem(code)
  const isExpected = consent.providerId === providerId && consent.kind === kind
  // A code is bound to its redirect URI (RFC 6749, section 4.1.3); tokens are not.
  if (!isExpected || (kind === 'code' && !isSameUri(redirectUri, consent.redirectUri)))
    throw noProfile()
  return { profile: profileOf(providerId, consent.account), isPhone: false }
}

const isSameUri = (text: string | undefined, redirectUri: string): boolean =>
  text !== undefined && URL.canParse(text) && new URL(text).href === redirectUri

function updateProfile(core: Core, body: Fields): object {
  const providerToken = body.requireText('provider_token')
  const { token } = core.providers.check(providerToken)
  const providerId = body.text('provider_id') ?? token.profile.provider_id
  if (providerId !== token.profile.provider_id) {
    throw new ApiError('invalid_argument', 'provider_token belongs to another provider')
  }
  token.profile = { ...token.profile, ...readAdditions(body.fields('provider_params')) }
  const seconds = Math.ceil((token.expiresAt - core.clock.now()) / 1000)
  return toGrantResponse(providerToken, token, seconds)
}

const toGrantResponse = (providerToken: string, { profile }: Grant, seconds: number): object => ({
  provider_token: providerToken,
  expires_in: seconds,
  provider_profile: profile,
})
