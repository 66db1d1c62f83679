import type * as wire from '../../services/http/wire.ts'

/** What the server knows of a user, in the wire's own names, and the `uid` this client adds. */
export interface UserInfo extends Partial<wire.User> {
  uid?: string
  /** How the user signed in, where that is known; `CUSTOM` by a ticket of the app's own server. */
  loginType?: string
  hasPassword?: boolean
  created_from?: string
  updated_at?: string
  /** Of a user who is signed in at this mini program's WeChat. */
  open_id?: string
}

export interface UserProvider {
  id?: string
  provider_user_id?: string
  /** The same as `provider_user_id`. */
  providerUserId?: string
  name?: string
}

/** What `User.update` takes. */
export interface UserUpdate extends wire.Profile {
  phone_number?: string
  email?: string
  zoneinfo?: string
}

/** The current user. `update` and `refresh` bring its fields up to date as well. */
export interface User extends Omit<UserInfo, 'providers'> {
  emailVerified?: boolean
  phoneNumber?: string
  providers?: UserProvider[]
  /**
   * Changes the profile: `PATCH /auth/v1/user/profile`.
   *
   * @throws CloudbaseError `invalid_argument` for a gender that is not MALE, FEMALE or UNKNOWN
   */
  update(userInfo: UserUpdate): Promise<void>
  /** Reads the profile anew: `GET /auth/v1/user/me`. */
  refresh(): Promise<UserInfo>
}

/** The tokens of a session, in the form the official client stores them. */
export interface Credentials {
  token_type?: string | null
  access_token?: string | null
  refresh_token?: string | null
  scope?: string | null
  /** Seconds. */
  expires_in?: number | null
  expires_at?: Date | string | null
  sub?: string | null
  groups?: string[] | null
  version?: string
}

/** Somebody is signed in. */
export interface LoginState {
  user: User
  oauthLoginState: Credentials | null
}

export interface SignUpRequest extends wire.Profile {
  /** Where the account is reached: this or `email`. Bare mainland numbers get their `+86`. */
  phone_number?: string
  email?: string
  /** The newer name of `phone_number`, for {@link SignUpResult} `verifyOtp`. */
  phone?: string
  verification_code?: string
  verification_token?: string
  provider_token?: string
  password?: string
  /** A guest's access token: the guest becomes this user and keeps the uid. */
  anonymous_token?: string | { accessToken: string }
}

export interface SignInRequest {
  /** A phone number, an e-mail address or a chosen name. */
  username: string
  password?: string
  verification_token?: string
  verification_code?: string
  verify_opt?: string
  /** `v2` signs in through `POST /auth/v2/signin/username`. */
  version?: 'v1' | 'v2' | (string & {})
  /** Sends the request encrypted with the server's public key. */
  isEncrypt?: boolean
}

export interface VerificationInfo {
  verification_id?: string
  is_user?: boolean
  /** Seconds the code lives. */
  expires_in?: number
}

export interface GetVerificationRequest {
  phone_number?: string
  email?: string
  /** Who may be written to. `CUR_USER`: the contact of whoever is signed in. Default: anybody. */
  target?: 'ANY' | 'USER' | 'NOT_USER' | 'CUR_USER' | (string & {})
  usage?: string
  email_redirect_to?: string
}

/** A sudo token, or the whole answer of `auth.sudo` that holds it. */
export type SudoToken = string | { sudo_token?: string }

/** The answer of a method of the newer names: it never rejects. */
export type Answer<Data, E> =
  { data: Data; error: null } | { data: { [K in keyof Data]?: undefined }; error: E }
