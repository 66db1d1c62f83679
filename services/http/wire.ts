/**
 * What goes over the wire, in the wire's own names (snake_case; durations in seconds), and how an
 * answer is checked. Only the fields named here are ever read.
 */
import { AuthError } from '../error.ts'
import { isRecord } from '../record.ts'
import { Secret } from '../secret.ts'

/** Where a code is sent: a phone number or an e-mail address, never both. */
export type Contact =
  { phone_number: string; email?: never } | { email: string; phone_number?: never }

export type SendVerificationRequest = Contact & {
  /** Who may be written to: anybody, only users, only strangers, or the contact of the user signed in. */
  target?: 'ANY' | 'USER' | 'NOT_USER' | 'CUR_USER'
  usage?: string
}

export interface Verification {
  verification_id: string
  /** Seconds the code lives. */
  expires_in: number
  /** Whether the contact had an account when the code was sent. It can go stale. */
  is_user?: boolean
}

export interface VerifyRequest {
  verification_id: string
  verification_code: Secret
}

export interface VerificationToken {
  verification_token: Secret
  expires_in?: number
}

export interface SignInRequest {
  /** A username, an e-mail address or a phone number. */
  username: string
  password?: Secret
  verification_token?: Secret
}

export interface Profile {
  name?: string
  username?: string
  gender?: 'MALE' | 'FEMALE' | 'UNKNOWN'
  picture?: string
  locale?: string
  birthdate?: string
}

export type SignUpRequest = Partial<Record<'phone_number' | 'email', string>> &
  Profile & {
    verification_code?: Secret
    verification_token?: Secret
    provider_token?: Secret
    password?: Secret
    anonymous_token?: Secret
  }

export type UpgradeRequest = Partial<Record<'phone_number' | 'email', string>> &
  Profile & {
    /** Who the guest is; not sent. */
    uid?: string
    verification_token?: Secret
    provider_token?: Secret
    password?: Secret
  }

export interface AnonymousRequest {
  provider_token?: Secret
}

export interface CustomTicketRequest {
  provider_id: string
  ticket: Secret
}

export interface ProviderSignInRequest {
  provider_token: Secret
  provider_id?: string
  force_disable_sign_up?: boolean
  sync_profile?: boolean
}

/** An RSA key (PEM) that sign-in bodies can be encrypted with. */
export interface PublicKey {
  public_key: string
  public_key_thumbprint: string
}

export interface RefreshRequest {
  refresh_token: Secret
}

export interface RevokeRequest {
  token: Secret
}

export interface SignOutRequest {
  redirect_uri?: string
  state?: string
}

export interface SignedOut {
  redirect_uri?: string
}

/** The answer to every sign-in, sign-up and refresh (RFC 6749 §5.1 and what CloudBase adds). */
export interface Tokens {
  access_token: Secret
  refresh_token?: Secret
  token_type?: string
  /** Seconds the access token lives. */
  expires_in: number
  sub?: string
  scope?: string
  groups?: readonly unknown[]
}

export interface User extends Profile {
  sub: string
  phone_number?: string
  email?: string
  email_verified?: boolean
  zoneinfo?: string
  created_at?: string
  groups?: readonly unknown[]
  providers?: readonly unknown[]
}

export type DeletedUser = Partial<User>

/** Named as this endpoint names things; a contact needs a code traded for a token shortly before. */
export interface EditUserRequest {
  nickname?: string
  username?: string
  description?: string
  avatar_url?: string
  gender?: Profile['gender']
  email?: string
  phone?: string
  /** The old one, beside `new_password`. */
  password?: Secret
  new_password?: Secret
}

export interface SudoRequest {
  password?: Secret
  verification_token?: Secret
}

/** No token: the user has nothing to prove themselves by, and an empty one is accepted. */
export interface Sudo {
  sudo_token?: Secret
  expires_in?: number
}

export type SetContactRequest = Contact & {
  sudo_token?: Secret
  verification_token: Secret
  conflict_resolution?: 'DEFAULT' | 'DELETE_ACCOUNT_TRANSFER' | 'TRANSFER'
}

export interface SetPasswordRequest {
  new_password: Secret
  /** None, or empty, for a user who came in by a provider only and has no password. */
  sudo_token?: Secret
}

export interface DeleteUserRequest {
  sudo_token?: Secret
}

/** One of them; ids of at most 50 users, joined by commas. */
export interface QueryUsersRequest {
  id?: string
  username?: string
  email?: string
  phone_number?: string
}

export interface Users {
  total?: Count
  data: readonly unknown[]
}

export type ResetPasswordRequest = Contact & {
  new_password: Secret
  verification_token: Secret
}

export interface UsernameRequest {
  username: string
}

export interface Existence {
  exist: boolean
}

export interface ProviderUriRequest {
  provider_id: string
  redirect_uri: string
  state?: string
  scope?: string
  response_type?: string
  /** Sent as `other_params[name]`. */
  other_params?: Record<string, string>
}

export interface ProviderUri {
  uri: string
  signout_uri?: string
}

export interface ProviderTokenRequest {
  provider_id: string
  provider_redirect_uri?: string
  provider_code?: Secret
  provider_access_token?: Secret
  provider_id_token?: Secret
  provider_params?: object
}

export interface PatchProviderTokenRequest {
  provider_token: Secret
  provider_id?: string
  provider_params?: object
}

export interface ProviderToken {
  provider_token: Secret
  expires_in?: number
  provider_profile?: object
}

export interface BindProviderRequest {
  provider_token: Secret
}

export interface UnbindProviderRequest {
  provider_id: string
}

export interface Providers {
  total?: Count
  data: readonly unknown[]
}

export interface CaptchaRequest {
  /** What the captcha is for: `METHOD:/v1/path`. */
  state: string
  redirect_uri?: string
}

export interface CaptchaPicture {
  /** A `data:` URL of the picture. */
  data: string
  /** Names the picture when its text is sent. */
  token: Secret
  expires_in?: number
}

export interface CaptchaAnswer {
  token: Secret
  /** The text a person read from the picture. */
  key: Secret
}

export interface CaptchaToken {
  captcha_token: Secret
  expires_in: number
}

/** A page to solve the captcha on, or at once a token. */
export interface CaptchaPage {
  url?: string
  captcha_token?: Secret
  expires_in: number
}

export type Empty = Record<never, never>

/** The documents say text, the server says number. */
export type Count = number | `${number}`

/** How a field must look; `?` after it when it may be missing. */
type Kind = 'string' | 'boolean' | 'seconds' | 'count' | 'secret' | 'record' | 'list'

/** One kind per field of `T`, as `T` itself says it. */
export type Shape<T> = {
  [K in keyof T]-?: undefined extends T[K] ? `${KindOf<Exclude<T[K], undefined>>}?` : KindOf<T[K]>
}

type KindOf<V> = [V] extends [Secret]
  ? 'secret'
  : [Count] extends [V]
    ? 'count'
    : V extends number
      ? 'seconds'
      : V extends boolean
        ? 'boolean'
        : V extends string
          ? 'string'
          : V extends readonly unknown[]
            ? 'list'
            : 'record'

const isText = (value: unknown) => typeof value === 'string' && value !== ''

const looks: Record<Kind, (value: unknown) => boolean> = {
  string: isText,
  boolean: (value) => typeof value === 'boolean',
  // 250,000 years: what ends later has no date.
  seconds: (value) => typeof value === 'number' && value > 0 && value < 8e12,
  count: (value) => /^"?\d{1,15}"?$/.test(JSON.stringify(value)),
  record: isRecord,
  list: Array.isArray,
  // RFC 6749 §A.12: what else there is cannot go into a header.
  secret: (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
}

/**
 * Reads the fields of `shape` from an answer and nothing else; secrets arrive sealed. A field that
 * is null or empty is missing.
 *
 * @throws AuthError `invalid_response` naming the first field that is missing or of the wrong type.
 */
export function read<T>(answer: unknown, shape: Shape<T>): T {
  const fields: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries<string>(shape)) {
    const value = (answer as Record<string, unknown>)[name] ?? ''
    if (value === '' && kind.endsWith('?')) continue
    const type = kind.replace('?', '') as Kind
    if (!looks[type](value))
      throw new AuthError('invalid_response', { description: `${name} is missing or malformed` })
    fields[name] = type === 'secret' ? new Secret(value as string) : value
  }
  return fields as T
}
