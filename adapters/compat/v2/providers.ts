import * as api from '../../../services/http/endpoints.ts'
import { requireAllowed, requireFields } from '../checks.ts'
import type { Context } from '../context.ts'
import type { LoginState, UserProvider } from '../types.ts'

/** Parameters of `genProviderRedirectUri`. */
export interface ProviderRedirectRequest {
  provider_id: string
  /**
   * The redirect URI, which receives `code` and `state` in its query: of this origin or in `returnOrigins`
   * of `init`.
   */
  provider_redirect_uri?: string
  /** The former name of `provider_redirect_uri`. */
  redirect_uri?: string
  /** Returned unchanged: check it before you use the code. */
  state?: string
  scope?: string
  response_type?: string
  other_params?: { sign_out_uri?: string; [name: string]: string | undefined }
}

/** Parameters of `grantProviderToken`. */
export interface ProviderTokenRequest {
  provider_id: string
  provider_redirect_uri?: string
  provider_code?: string
  provider_access_token?: string
  provider_id_token?: string
  provider_params?: object
}

/** The user's profile at the provider. */
export interface ProviderProfile {
  provider_id?: string
  sub?: string
  name?: string
  phone_number?: string
  email?: string
  picture?: string
  meta?: { appid?: string; openid?: string }
}

/** The answer of `grantProviderToken` and `patchProviderToken`. */
export interface ProviderTokenResponse {
  provider_token: string
  /** Seconds. */
  expires_in?: number
  provider_profile?: ProviderProfile
}

/** Parameters of `signInWithProvider`. */
export interface ProviderSignInRequest {
  provider_token: string
  provider_id?: string
  force_disable_sign_up?: boolean
  sync_profile?: boolean
  /** `v2` signs in through `POST /auth/v2/signin/with/provider`. */
  version?: 'v1' | 'v2' | (string & {})
}

/** A provider of the environment, and whether the user has bound it. */
export interface BoundProvider extends UserProvider {
  provider_user_name?: string
  bind?: boolean
}

/** Creates the methods for third-party sign-in. */
export function createProviderMethods({ client, session, options }: Context) {
  return {
    /**
     * Returns the provider's authorization URL: `GET /auth/v1/provider/uri`.
     *
     * @throws CloudbaseError `provider_not_enabled`; `invalid_argument` for an address of an origin that is
     *   neither this one nor in `returnOrigins`
     */
    async genProviderRedirectUri(
      { provider_redirect_uri, ...params } = {} as ProviderRedirectRequest,
    ) {
      requireFields(params, 'provider_id')
      const redirect_uri = params.redirect_uri || provider_redirect_uri || ''
      const { sign_out_uri } = params.other_params ?? {}
      const addresses = { provider_redirect_uri: redirect_uri, sign_out_uri }
      requireAllowed(addresses, options.auth?.returnOrigins)
      return client.call(api.getProviderUri, { ...params, redirect_uri } as never)
    },

    /** Exchanges the provider's code for a provider token: `POST /auth/v1/provider/token`. @throws CloudbaseError */
    async grantProviderToken(params: ProviderTokenRequest): Promise<ProviderTokenResponse> {
      requireFields(params, 'provider_id')
      return client.call(api.grantProviderToken, params) as Promise<ProviderTokenResponse>
    },

    /** Adds parameters to a provider token: `PATCH /auth/v1/provider/token`. @throws CloudbaseError */
    async patchProviderToken(params: {
      provider_token: string
      provider_id?: string
      provider_params?: object
    }): Promise<ProviderTokenResponse> {
      requireFields(params, 'provider_token')
      return client.call(api.patchProviderToken, params) as Promise<ProviderTokenResponse>
    },

    /**
     * Signs in by a provider token, and signs up where there is no account and the provider's
     * settings allow it: `POST /auth/v1/signin/with/provider`.
     *
     * @throws CloudbaseError `not_found` without an account
     */
    async signInWithProvider(
      { version, ...params } = {} as ProviderSignInRequest,
    ): Promise<LoginState> {
      requireFields(params, 'provider_token')
      const operation = version === 'v2' ? api.signInWithProviderV2 : api.signInWithProvider
      return session.signIn((call) => call(operation, params))
    },

    /**
     * Binds a provider to the user: `POST /auth/v1/user/provider/bind`.
     *
     * @param params with a `uid`, to this user only
     * @throws CloudbaseError `cancelled` when another user is signed in
     */
    async bindWithProvider(params: { provider_token: string; uid?: string }): Promise<void> {
      requireFields(params, 'provider_token')
      await client.call(api.bindProvider, params)
      await session.reread()
    },

    /** Unbinds a provider: `DELETE /auth/v1/user/provider/{provider_id}`. @throws CloudbaseError */
    async unbindProvider({ provider_id } = {} as { provider_id: string }): Promise<void> {
      requireFields({ provider_id }, 'provider_id')
      await client.call(api.unbindProvider, { provider_id })
      await session.reread()
    },

    /**
     * Returns the providers of the environment and which of them are bound: `GET
     * /auth/v1/user/provider`. The fields of the first bound one are in the answer as well, where the
     * official documents read them.
     *
     * @throws CloudbaseError
     */
    async getProviders(): Promise<{ total: number; data: BoundProvider[] } & BoundProvider> {
      const { data, total = data.length } = await client.call(api.getProviders)
      const providers = data as BoundProvider[]
      return { ...providers.find(({ bind }) => bind), total: Number(total), data: providers }
    },
  }
}
