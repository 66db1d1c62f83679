import type { Store } from '../../../services/session/store.ts'
import { invalid, need } from '../checks.ts'
import type { Core } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import type { OlderMethods } from '../v2.ts'
import { type Answer, answer } from './answer.ts'
import { type Journey, keepJourney, newState, restoreAddress, takeJourney } from './oauthState.ts'
import type { AuthSession, AuthUser, SignedIn } from './shapes.ts'

export interface OAuthRequest {
  provider: string
  options?: {
    /** Where to come back to. Default: this page. */
    redirectTo?: string
    /** Do not go to the provider: only answer the address. */
    skipBrowserRedirect?: boolean
    /** Default: 128 random bits. */
    state?: string
    /** Added to the provider's address. */
    queryParams?: Record<string, string>
    type?: 'sign_in' | 'bind_identity'
  }
}

export interface OAuthReturn {
  /** Default: from the address of the page. */
  code?: string
  /** Default: from the address of the page. */
  state?: string
  provider?: string
}

export interface OAuthResult {
  type: 'sign_in' | 'bind_identity'
  provider: string
  user?: AuthUser
  session?: AuthSession
  /** The address that the journey began with or was to end at. */
  redirectUrl: string
}

/** What a provider says in the address it leads back to (RFC 6749 §4.1.2). */
interface Return extends OAuthReturn {
  error?: string
  error_description?: string
}

/** Sign-in with third parties, by the newer names. */
export function newerOAuthMethods(
  { session }: Core,
  older: OlderMethods,
  signedIn: () => Promise<SignedIn>,
  tab: Store,
) {
  /** Returns under way: one that is taken up twice is one. */
  const returns = new Map<string, Promise<Answer<OAuthResult>>>()

  async function finish({ code = '', state = '', provider, ...denial }: Return) {
    const journey = await takeJourney(tab, state)
    restoreAddress(journey)
    if (denial.error) throw CloudbaseError.from(denial, 'verifyOAuth')
    if (provider && provider !== journey.provider) throw invalid('provider is another one')
    need({ code }, 'code')
    const { type, search, hash, redirect = location.origin + location.pathname } = journey
    const { provider_token } = await older.grantProviderToken({
      provider_id: journey.provider,
      provider_redirect_uri: redirect,
      provider_code: code,
    })
    const result = { type, provider: journey.provider, redirectUrl: redirect + search + hash }
    if (type === 'sign_in') {
      await older.signInWithProvider({ provider_token })
      return { ...result, ...(await signedIn()) }
    }
    await older.bindWithProvider({ provider_token })
    session.stateEvents.fire('BIND_IDENTITY', { data: result, error: null })
    return result
  }

  const methods = {
    /**
     * Goes to a provider: `GET /auth/v1/provider/uri`. Back on the page, call `verifyOAuth`.
     *
     * @returns where the provider is, for who goes there themselves
     */
    signInWithOAuth: (params: OAuthRequest) =>
      answer(async () => {
        need(params, 'provider')
        const { provider, options = {} } = params
        const { origin, pathname, search, hash } = toUrl(options.redirectTo)
        const redirect = origin + pathname
        const state = options.state || newState()
        const { uri } = await older.genProviderRedirectUri({
          provider_id: provider,
          provider_redirect_uri: redirect,
          state,
        })
        const url = new URL(uri)
        if (!/^https?:$/.test(url.protocol)) throw invalid('uri of the provider is no page')
        for (const [name, value] of Object.entries(options.queryParams ?? {})) {
          url.searchParams.set(name, value)
        }
        const type = options.type ?? 'sign_in'
        const journey: Journey = { provider, redirect, search, hash, type }
        await keepJourney(tab, state, journey)
        const canGo = typeof location !== 'undefined' && !options.skipBrowserRedirect
        if (canGo) location.assign(url.href)
        return { url: url.href, provider }
      }),

    /**
     * Ends a journey to a provider, with the `code` and `state` it came back with. The state is
     * checked before the code is used; the page gets its address of before back.
     */
    verifyOAuth(params: OAuthReturn = {}): Promise<Answer<OAuthResult>> {
      const back: Return = params.state ? params : { ...readAddress(), ...params }
      const { state = '' } = back
      const running = returns.get(state)
      if (running) return running
      const result = answer<OAuthResult>(async () => {
        need({ state }, 'state')
        return finish(back)
      })
      if (state) returns.set(state, result)
      return result
    },

    /** Binds a provider to the user: goes there as `signInWithOAuth` does. */
    linkIdentity: (params: OAuthRequest) =>
      answer(async () => {
        const options = { ...params.options, type: 'bind_identity' } as const
        const { data, error } = await methods.signInWithOAuth({ ...params, options })
        if (error) throw error
        return data
      }),

    /** Unbinds a provider. */
    unlinkIdentity: (params: { provider: string }) =>
      answer(async () => {
        need(params, 'provider')
        await older.unbindProvider({ provider_id: params.provider })
        return {}
      }),

    /** The providers the user has bound. */
    getUserIdentities: () =>
      answer(async () => {
        const { data } = await older.getProviders()
        return { identities: data.filter(({ bind }) => bind) }
      }),
  }
  return methods
}

/** What the provider has put into the address of the page. */
function readAddress(): Return {
  return typeof location === 'undefined'
    ? {}
    : Object.fromEntries(new URLSearchParams(location.search))
}

function toUrl(redirectTo?: string): URL {
  const address = redirectTo || globalThis.location?.href
  if (URL.canParse(address)) return new URL(address)
  throw invalid('redirectTo must be an absolute URL')
}
