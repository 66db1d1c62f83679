import type { Secret } from '../../secret.ts'
import type { Contacts } from './contact.ts'
import type { Profile } from './user.ts'

/** The answer to every sign-in, sign-up and refresh (RFC 6749 §5.1, with fields of CloudBase). */
export interface Tokens {
  access_token: Secret
  refresh_token?: Secret
  token_type?: string
  /** Seconds until the access token expires; when it is missing, the token itself says. */
  expires_in?: number
  /** The user id. */
  sub?: string
  /** `anonymous` for an anonymous user. */
  scope?: string
  groups?: readonly unknown[]
}

/** Signs in with a password, a verification token, or both where a second factor is required. */
export interface SignInRequest {
  /** A username, an e-mail address or a phone number. */
  username: string
  password?: Secret
  verification_token?: Secret
}

/** Creates a user; at least one proof is required: a verification token or a provider token. */
export interface SignUpRequest extends Contacts, Profile {
  verification_code?: Secret
  verification_token?: Secret
  provider_token?: Secret
  password?: Secret
  /** The access token of the anonymous user that becomes the new user. */
  anonymous_token?: Secret
}

/** Turns the signed-in anonymous user into a registered one. */
export interface UpgradeRequest extends Contacts, Profile {
  /** The id of the anonymous user; compared with the answer and not sent. */
  uid?: string
  verification_token?: Secret
  provider_token?: Secret
  password?: Secret
}

/** Signs in without an account. */
export interface AnonymousRequest {
  provider_token?: Secret
}

/** Signs in with a ticket that the app's own server has signed. */
export interface CustomTicketRequest {
  /** `custom`. */
  provider_id: string
  ticket: Secret
}

/** An RSA key (PEM) that encrypts the body of a sign-in. */
export interface PublicKey {
  public_key: string
  public_key_thumbprint: string
}

/** Asks for new tokens (RFC 6749 §6). */
export interface RefreshRequest {
  refresh_token: Secret
}

/** Revokes the session of an access token. */
export interface RevokeRequest {
  /** The access token. */
  token: Secret
}

/** Ends the session and names the page to go to afterwards. */
export interface SignOutRequest {
  redirect_uri?: string
  state?: string
}

/** The answer to a sign-out. */
export interface SignedOut {
  /** The page to go to. */
  redirect_uri?: string
}
