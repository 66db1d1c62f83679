import type * as wire from '../../services/http/wire.ts'

/** The server's record of a user, in the names of the HTTP API, with the `uid` that the SDK adds. */
export interface UserInfo extends Partial<wire.User> {
  uid?: string
  /** How the user signed in, where that is known; `CUSTOM` for a ticket of the app's server. */
  loginType?: string
  hasPassword?: boolean
  created_from?: string
  updated_at?: string
  /** The user's id at the WeChat of this mini-program. */
  open_id?: string
}

/** A third-party identity of a user. */
export interface UserProvider {
  id?: string
  provider_user_id?: string
  /** The same as `provider_user_id`. */
  providerUserId?: string
  name?: string
}

/** Parameters of `User.update`. */
export interface UserUpdate extends wire.Profile {
  zoneinfo?: string
  /** Refused: `auth.bindPhoneNumber` changes it. */
  phone_number?: never
  /** Refused: `auth.bindEmail` changes it. */
  email?: never
}

/** Parameters of `User.updateUserBasicInfo`; a new contact must be verified shortly before. */
export interface UserEdit {
  nickname?: string
  username?: string
  description?: string
  avatar_url?: string
  gender?: wire.Profile['gender']
  email?: string
  phone?: string
}

/** The current user. `update` and `refresh` update its fields as well. */
export interface User extends Omit<UserInfo, 'providers'> {
  emailVerified?: boolean
  phoneNumber?: string
  providers?: UserProvider[]
  /**
   * Changes the profile: `PATCH /auth/v1/user/profile`.
   *
   * @throws CloudbaseError `invalid_argument` for a gender that is not MALE, FEMALE or UNKNOWN, and
   *   for a contact
   */
  update(userInfo: UserUpdate): Promise<void>
  /** Reads the profile again: `GET /auth/v1/user/me`. @throws CloudbaseError */
  refresh(): Promise<UserInfo>
  /**
   * Changes the password by the old one: `POST /auth/v1/user/sudo`, `PATCH /auth/v1/user/password`.
   *
   * @throws CloudbaseError `invalid_password`
   */
  updatePassword(newPassword: string, oldPassword: string): Promise<void>
  /** The same as `update({ username })`. @throws CloudbaseError `already_exists` */
  updateUsername(username: string): Promise<void>
  /** The same as `updateUserBasicInfo({ email })`. @throws CloudbaseError */
  updateEmail(email: string): Promise<void>
  /**
   * Changes the user and reads them again: `POST /auth/v1/user/basic/edit`.
   *
   * @throws CloudbaseError `permission_denied` for a contact that is not verified
   */
  updateUserBasicInfo(changes: UserEdit): Promise<void>
}

/** The tokens of a session, as the official SDK stores them. */
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

/** The user who is signed in, and the tokens of the session. */
export interface LoginState {
  user: User
  oauthLoginState: Credentials | null
}

/** Parameters of `signUp`. */
export interface SignUpRequest extends wire.Profile {
  /** The contact of the account: this or `email`. Numbers of mainland China may lack their `+86`. */
  phone_number?: string
  email?: string
  /** The name of `phone_number` in SDK 3.x, where `verifyOtp` signs up. */
  phone?: string
  verification_code?: string
  verification_token?: string
  provider_token?: string
  password?: string
  /** The access token of an anonymous user, who becomes this user and keeps the uid. */
  anonymous_token?: string | { accessToken: string }
}

/** Parameters of `signIn`. */
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

/** The answer of `getVerification`. */
export interface VerificationInfo {
  verification_id?: string
  is_user?: boolean
  /** Seconds for which the code is valid. */
  expires_in?: number
}

/** Parameters of `getVerification`. */
export interface GetVerificationRequest {
  phone_number?: string
  email?: string
  /** Which contacts may receive a code. `CUR_USER`: only the current user's. Default: all. */
  target?: 'ANY' | 'USER' | 'NOT_USER' | 'CUR_USER' | (string & {})
  usage?: string
  email_redirect_to?: string
}

/** A sudo token, or the whole answer of `auth.sudo`. */
export type SudoToken = string | { sudo_token?: string }
