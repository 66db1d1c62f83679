import type { Secret } from '../../secret.ts'
import type { Count } from '../shape.ts'

/** Asks for the authorization page of a provider (RFC 6749 §4.1.1). */
export interface ProviderUriRequest {
  provider_id: string
  redirect_uri: string
  state?: string
  scope?: string
  response_type?: string
  /** Further parameters; sent as `other_params[name]`, empty ones not at all. */
  other_params?: Record<string, string>
}

/** The authorization page of a provider. */
export interface ProviderUri {
  uri: string
  signout_uri?: string
}

/** Trades what a provider returned for a provider token. */
export interface ProviderTokenRequest {
  provider_id: string
  provider_redirect_uri?: string
  provider_code?: Secret
  provider_access_token?: Secret
  provider_id_token?: Secret
  provider_params?: object
}

/** Adds data of the provider, such as an encrypted WeChat phone number, to a provider token. */
export interface PatchProviderTokenRequest {
  provider_token: Secret
  provider_id?: string
  provider_params?: object
}

/** The proof of an identity at a provider. */
export interface ProviderToken {
  provider_token: Secret
  /** Seconds until the token expires. */
  expires_in?: number
  provider_profile?: object
}

/** Signs in, or signs up, with an identity at a provider. */
export interface ProviderSignInRequest {
  provider_token: Secret
  provider_id?: string
  /** Fails for an unknown identity instead of creating a user. */
  force_disable_sign_up?: boolean
  sync_profile?: boolean
}

/** Links an identity at a provider to the user. */
export interface BindProviderRequest {
  /** The id of the user who asked for it; compared with the session and not sent. */
  uid?: string
  provider_token: Secret
}

/** Removes the identity at a provider from the user. */
export interface UnbindProviderRequest {
  provider_id: string
}

/** The providers of the environment and those linked to the user. */
export interface Providers {
  total?: Count
  data: readonly unknown[]
}
