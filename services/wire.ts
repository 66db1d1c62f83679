/**
 * What goes over the wire, in the wire's own names (snake_case; durations in seconds), and how an
 * answer is checked. Only the fields named here are ever read.
 */
import { AuthError } from './error.ts'
import { Secret } from './secret.ts'

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

export interface AnonymousRequest {
  provider_token?: Secret
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
}

export interface User extends Profile {
  sub: string
  phone_number?: string
  email?: string
  email_verified?: boolean
  zoneinfo?: string
  created_at?: string
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
  key: string
}

export interface CaptchaToken {
  captcha_token: Secret
  expires_in: number
}

export type Empty = Record<never, never>

/** How a field must look; `?` after it when it may be missing. */
type Kind = 'string' | 'boolean' | 'seconds' | 'secret'

/** One kind per field of `T`, as `T` itself says it. */
export type Shape<T> = {
  [K in keyof T]-?: undefined extends T[K] ? `${KindOf<Exclude<T[K], undefined>>}?` : KindOf<T[K]>
}

type KindOf<V> = V extends Secret
  ? 'secret'
  : V extends number
    ? 'seconds'
    : V extends boolean
      ? 'boolean'
      : 'string'

const readers: Record<Kind, (value: unknown) => unknown> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  seconds: (value) => (Number.isFinite(value) && (value as number) > 0 ? value : undefined),
  secret: (value) => (typeof value === 'string' && value ? new Secret(value) : undefined),
}

/**
 * Reads the fields of `shape` from an answer and nothing else; secrets arrive sealed.
 *
 * @throws AuthError `invalid_response` naming the first field that is missing or of the wrong type.
 */
export function read<T>(answer: unknown, shape: Shape<T>): T {
  const fields: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries<string>(shape)) {
    const given = (answer as Record<string, unknown>)[name] ?? undefined
    const value = given === undefined ? undefined : readers[kind.replace('?', '') as Kind](given)
    if (value === undefined && (given !== undefined || !kind.endsWith('?'))) {
      throw new AuthError('invalid_response', { description: `${name} is missing or malformed` })
    }
    if (value !== undefined) fields[name] = value
  }
  return fields as T
}
