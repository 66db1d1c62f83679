import * as api from '../../services/http/endpoints.ts'
import { need } from './checks.ts'
import type { Core } from './context.ts'
import type { LoginState, UserProvider } from './types.ts'

export interface ProviderRedirectRequest {
  provider_id: string
  /** Where the provider sends the person back to, with `code` and `state` in the query. */
  provider_redirect_uri?: string
  /** The older name of `provider_redirect_uri`. */
  redirect_uri?: string
  /** Comes back unchanged: check it before using the code. */
  state?: string
  scope?: string
  response_type?: string
  other_params?: { sign_out_uri?: string; [name: string]: string | undefined }
}

export interface ProviderTokenRequest {
  provider_id: string
  provider_redirect_uri?: string
  provider_code?: string
  provider_access_token?: string
  provider_id_token?: string
  provider_params?: object
}

export interface ProviderProfile {
  provider_id?: string
  sub?: string
  name?: string
  phone_number?: string
  email?: string
  picture?: string
  meta?: { appid?: string; openid?: string }
}

export interface ProviderTokenResponse {
  provider_token: string
  /** Seconds. */
  expires_in?: number
  provider_profile?: ProviderProfile
}

export interface ProviderSignInRequest {
  provider_token: string
  provider_id?: string
  force_disable_sign_up?: boolean
  sync_profile?: boolean
  /** `v2` signs in through `POST /auth/v2/signin/with/provider`. */
  version?: 'v1' | 'v2' | (string & {})
}

/** One provider of the environment, and whether the user has bound it. */
export interface BoundProvider extends UserProvider {
  provider_user_name?: string
  bind?: boolean
}

/** Sign-in with third parties. */
export function providerMethods({ door, session }: Core) {
  return {
    /**
     * Where to send the person to consent: `GET /auth/v1/provider/uri`.
     *
     * @throws CloudbaseError `provider_not_enabled`
     */
    async genProviderRedirectUri(
      { provider_redirect_uri, ...params } = {} as ProviderRedirectRequest,
    ) {
      need(params, 'provider_id')
      const redirect_uri = params.redirect_uri || provider_redirect_uri || ''
      return door.call(api.getProviderUri, { ...params, redirect_uri } as never)
    },

    /** Trades what the provider sent back for a provider token: `POST /auth/v1/provider/token`. */
    async grantProviderToken(params: ProviderTokenRequest): Promise<ProviderTokenResponse> {
      need(params, 'provider_id')
      return door.call(api.grantProviderToken, params) as Promise<ProviderTokenResponse>
    },

    /** Adds to what a provider token stands for: `PATCH /auth/v1/provider/token`. */
    async patchProviderToken(params: {
      provider_token: string
      provider_id?: string
      provider_params?: object
    }): Promise<ProviderTokenResponse> {
      need(params, 'provider_token')
      return door.call(api.patchProviderToken, params) as Promise<ProviderTokenResponse>
    },

    /**
     * Signs in by a provider token: `POST /auth/v1/signin/with/provider`. A person who is new is
     * signed up, if the provider's settings allow it.
     */
    async signInWithProvider(
      { version, ...params } = {} as ProviderSignInRequest,
    ): Promise<LoginState> {
      need(params, 'provider_token')
      const operation = version === 'v2' ? api.signInWithProviderV2 : api.signInWithProvider
      return session.signIn(() => door.call(operation, params))
    },

    /** Binds a provider to the user: `POST /auth/v1/user/provider/bind`. */
    async bindWithProvider(params: { provider_token: string }): Promise<void> {
      need(params, 'provider_token')
      await door.call(api.bindProvider, params)
    },

    /** Unbinds a provider: `DELETE /auth/v1/user/provider/{provider_id}`. */
    async unbindProvider({ provider_id } = {} as { provider_id: string }): Promise<void> {
      need({ provider_id }, 'provider_id')
      await door.call(api.unbindProvider, { provider_id })
    },

    /**
     * The providers of the environment and which of them are bound: `GET /auth/v1/user/provider`.
     * The first one bound is also spread over the answer, as the documents read it from there.
     */
    async getProviders(): Promise<{ total: number; data: BoundProvider[] } & BoundProvider> {
      const { data, total = data.length } = await door.call(api.getProviders)
      const providers = data as BoundProvider[]
      return { ...providers.find(({ bind }) => bind), total: Number(total), data: providers }
    },
  }
}
