import * as api from '../../../services/http/endpoints.ts'
import type { Store } from '../../../services/session/store.ts'
import { invalid, requireAllowed, requireFields } from '../checks.ts'
import { CloudbaseError } from '../errors.ts'
import { type Answer, answer, NO_SESSION } from './answer.ts'
import {
  AUTHORIZATION_TYPES,
  saveAuthorizationState,
  createState,
  restoreAddress,
  takeAuthorizationState,
} from './authorizationState.ts'
import type { V3Context } from './context.ts'
import type { AuthSession, AuthUser } from './shapes.ts'
import { parseUrl } from '../../../services/parseUrl.ts'

/** Parameters of `signInWithOAuth` and `linkIdentity`. */
export interface OAuthRequest {
  provider: string
  options?: {
    /**
     * The page that receives the authorization response, of this origin or in `returnOrigins` of
     * `init`. Default: this page.
     */
    redirectTo?: string
    /** Returns the provider's URL without redirecting to it. */
    skipBrowserRedirect?: boolean
    /** Default: 128 random bits. */
    state?: string
    /** Added to the query of the provider's URL. */
    queryParams?: Record<string, string>
    type?: 'sign_in' | 'bind_identity'
  }
}

/** The authorization response: the parameters of `verifyOAuth`. */
export interface OAuthReturn {
  /** Default: from the page's query. */
  code?: string
  /** Default: from the page's query. */
  state?: string
  provider?: string
}

/** The answer of `verifyOAuth`. */
export interface OAuthResult {
  type: 'sign_in' | 'bind_identity'
  provider: string
  user?: AuthUser
  session?: AuthSession
  /** The page of `redirectTo`, or the one that `signInWithOAuth` was called on. */
  redirectUrl: string
}

/** An authorization response or error response (RFC 6749 §4.1.2). */
interface AuthorizationResponse extends OAuthReturn {
  error?: string
  error_description?: string
}

/**
 * Creates the methods of SDK 3.x for third-party sign-in. They never reject: `error` is part of the
 * answer.
 *
 * @param tab stores the authorization requests of this tab
 */
export function createOAuthMethods(
  { client, clientId, session, options: init, v2, getSignedIn }: V3Context,
  tab: Store,
) {
  /** The results by `state`, and whose they are: a response that is verified twice is exchanged once. */
  const results = new Map<
    string,
    { result: Promise<Answer<OAuthResult>>; owner: Promise<string | undefined> }
  >()

  /** Keeps a result until its user signs out. */
  function keep(state: string, result: Promise<Answer<OAuthResult>>) {
    results.set(state, { result, owner: result.then(currentSub) })
    const stop = session.stateEvents.on(
      (event) => event === 'SIGNED_OUT' && results.delete(state) && stop(),
    )
  }

  const currentSub = async () => (await client.credentials())?.sub ?? undefined

  async function finish({ code = '', state = '', provider, ...denial }: AuthorizationResponse) {
    const sub = await currentSub()
    const authorization = await takeAuthorizationState(tab, state, { clientId, sub })
    restoreAddress(authorization)
    if (denial.error) throw CloudbaseError.from(denial, 'verifyOAuth')
    if (provider && provider !== authorization.provider)
      throw invalid('provider is not the one of the request')
    requireFields({ code }, 'code')
    const { type, search, hash, redirect = location.origin + location.pathname } = authorization
    const grant = (call: typeof client.call) =>
      call(api.grantProviderToken, {
        provider_id: authorization.provider,
        provider_redirect_uri: redirect,
        provider_code: code,
      })
    const result = { type, provider: authorization.provider, redirectUrl: redirect + search + hash }
    if (type === 'sign_in') {
      await session.signIn(async (call) => {
        const { provider_token } = await grant(call)
        await call(api.signInWithProvider, { provider_token })
      })
      return { ...result, ...(await getSignedIn()) }
    }
    const { provider_token } = await grant(client.call)
    // Another user may have signed in since.
    await v2.bindWithProvider({ provider_token, uid: sub ?? '' })
    session.announce('BIND_IDENTITY', { data: result, error: null })
    return result
  }

  const methods = {
    /**
     * Redirects to a provider: `GET /auth/v1/provider/uri`. The page that receives the response calls
     * `verifyOAuth`.
     *
     * @returns `url` of the provider
     */
    signInWithOAuth: (params: OAuthRequest) =>
      answer('signInWithOAuth', { url: null, provider: null }, async () => {
        requireFields(params, 'provider')
        const { provider, options = {} } = params
        const { redirectTo } = options
        const { origin, pathname, search, hash } = toUrl(redirectTo)
        requireAllowed({ redirectTo }, init.auth?.returnOrigins)
        const redirect = origin + pathname
        const state = options.state || createState()
        const { type = 'sign_in' } = options
        if (!AUTHORIZATION_TYPES.includes(type)) throw invalid('type is unknown')
        const { uri } = await v2.genProviderRedirectUri({
          provider_id: provider,
          provider_redirect_uri: redirect,
          state,
        })
        const url = new URL(uri)
        if (!/^https?:$/.test(url.protocol)) throw invalid('uri of the provider is not a web page')
        for (const [name, value] of Object.entries(options.queryParams ?? {})) {
          url.searchParams.set(name, value)
        }
        const sub = await currentSub()
        await saveAuthorizationState(tab, state, {
          clientId,
          sub,
          provider,
          redirect,
          search,
          hash,
          type,
        })
        const canRedirect = typeof location !== 'undefined' && !options.skipBrowserRedirect
        if (canRedirect) location.assign(url.href)
        return { url: url.href, provider }
      }),

    /**
     * Finishes a third-party sign-in with the provider's authorization response: `POST
     * /auth/v1/provider/token`, then `signin/with/provider`. The `state` is checked before the code is
     * used; the page's query and fragment are restored. Only the user who began the request, if any, can
     * finish it.
     */
    async verifyOAuth(params: OAuthReturn = {}): Promise<Answer<OAuthResult>> {
      const response: AuthorizationResponse = params.state
        ? params
        : { ...readAddress(), ...params }
      const { state = '' } = response
      const known = results.get(state)
      // The tokens of a user are not for the next one.
      if (known && (await known.owner) === (await currentSub())) return known.result
      const result = answer<OAuthResult>('verifyOAuth', NO_RESULT, async () => {
        requireFields({ state }, 'state')
        return finish(response)
      })
      if (state) keep(state, result)
      return result
    },

    /** Redirects to a provider, to bind it to the user; `verifyOAuth` finishes. */
    linkIdentity: (params: OAuthRequest) =>
      answer('linkIdentity', { provider: null }, async () => {
        requireFields(params, 'provider')
        const options = { ...params.options, type: 'bind_identity' } as const
        const { data, error } = await methods.signInWithOAuth({ ...params, options })
        if (error) throw error as unknown as CloudbaseError
        return data
      }),

    /** Unbinds a provider: `DELETE /auth/v1/user/provider/{provider}`. */
    unlinkIdentity: (params: { provider: string }) =>
      answer('unlinkIdentity', {}, async () => {
        requireFields(params, 'provider')
        await v2.unbindProvider({ provider_id: params.provider })
        return {}
      }),

    /** Returns the providers that the user has bound: `GET /auth/v1/user/provider`. */
    getUserIdentities: () =>
      answer('getUserIdentities', { identities: null }, async () => {
        const { data } = await v2.getProviders()
        return { identities: data.filter(({ bind }) => bind) }
      }),
  }
  return methods
}

const NO_RESULT = { ...NO_SESSION, redirectUrl: null }

/** The authorization response in the page's query. */
function readAddress(): AuthorizationResponse {
  return typeof location === 'undefined'
    ? {}
    : Object.fromEntries(new URLSearchParams(location.search))
}

function toUrl(redirectTo?: string): URL {
  const url = parseUrl(redirectTo || globalThis.location?.href)
  if (url) return url
  throw invalid('redirectTo must be an absolute URL')
}
