import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import type { Fields as Document } from './database/values.ts'

/** Whether a user may sign in. */
export type UserStatus = 'active' | 'blocked' | 'pending'

/** Profile fields a user may change. */
export const profileFields = [
  'name',
  'picture',
  'gender',
  'birthdate',
  'locale',
  'zoneinfo',
] as const

/** An account at an identity provider. */
export interface Identity {
  provider_id: string
  sub: string
  /** Display name at the provider. */
  name: string
}

/** A registered user or a guest. */
export interface User extends Partial<Record<(typeof profileFields)[number], string>> {
  sub: string
  username?: string | undefined
  phone_number?: string | undefined
  email?: string | undefined
  /** Hash made by `hashPassword`. */
  password?: string | undefined
  status: UserStatus
  /** Whether the user is a guest. */
  anonymous: boolean
  groups: string[]
  identities?: Identity[]
  /** Whether signing in by password also requires a code sent to the phone, if there is one. */
  twoFactor?: boolean
  /** Milliseconds since the epoch, like all times of the state. */
  createdAt: number
}

/** A session: one sign-in of one user. */
export interface Session {
  id: string
  sub: string
  clientId: string
  scope: string
  createdAt: number
  expiresAt: number
  /** Whether it was started by a custom ticket. */
  isCustom?: boolean | undefined
  /**
   * Why the session ended. `revoked` also invalidates its access tokens; `replaced` (by a newer
   * sign-in) only stops refreshing.
   */
  ended?: 'revoked' | 'replaced' | undefined
}

/** A refresh token, stored under its digest. */
export interface RefreshToken {
  sessionId: string
  expiresAt: number
  /** When it was first used. */
  spentAt?: number | undefined
}

/** A verification code that was sent, stored under its `verification_id`. */
export interface Verification {
  code: string
  address: string
  /** User id of the caller, if signed in. */
  sub?: string | undefined
  wrongTries: number
  expiresAt: number
}

/** Proof that a contact was verified, stored under its digest. */
export interface VerificationToken {
  address: string
  sub?: string | undefined
  expiresAt: number
}

/** Proof that a user authenticated again recently, stored under its digest. */
export interface SudoToken {
  sub: string
  expiresAt: number
}

/** A profile as an identity provider reports it. */
export interface ProviderProfile extends Identity {
  picture?: string | undefined
  phone_number?: string | undefined
  /** Added for mini-programs. */
  meta?: { appid: string; openid: string } | undefined
}

/** What an identity provider issues. An ID token is not stored. */
export type ProviderCodeKind = 'code' | 'access_token' | 'id_token'

/** A consent given at an identity provider, stored under the digest of its code. */
export interface ProviderCode {
  kind: ProviderCodeKind
  providerId: string
  redirectUri: string
  /** Id of the provider account. */
  account: string
  expiresAt: number
}

/** Proof of an account at an identity provider, stored under its digest. */
export interface ProviderToken {
  profile: ProviderProfile
  /** Whether it identifies a user by the phone number instead of the identity. */
  isPhone: boolean
  expiresAt: number
}

/** A captcha picture, stored under its token. */
export interface Picture {
  answer: string
  wrongTries: number
  expiresAt: number
}

/** Proof that a captcha was solved, stored under its digest. */
export interface CaptchaToken {
  expiresAt: number
}

/** A captcha page opened by `captcha/init`, stored under its id. */
export interface CaptchaPage {
  redirectUri: string
  state: string
  /** End of the time in which it can be solved. The redirect works longer, until `expiresAt`. */
  openUntil: number
  expiresAt: number
  /** Redirect target once solved, so that a second submission redirects there as well. */
  location?: string | undefined
}

/** A file of the storage, stored under its path. */
export interface StoredFile {
  /** The user who uploaded it. */
  owner: string
  /** Media type. */
  type: string
  /** The bytes in base64. */
  content: string
  changedAt: number
}

/** The permission to upload one file, stored under the digest of its authorization. */
export interface Upload {
  path: string
  owner: string
  expiresAt: number
}

/** A delivered verification code. */
export interface Message {
  /** Phone number or e-mail address. */
  to: string
  code: string
  verification_id: string
  /** Milliseconds since the epoch. */
  at: number
}

/** Everything the server stores between requests, except settings. */
export interface State {
  /** Signs access tokens. */
  signingKey: JWK
  /** Signs custom tickets. */
  ticketKey: JWK
  /** Signs the ID tokens of identity providers. */
  providerKey: JWK
  /** RSA key in PEM, created on first use. */
  encryptionKey?: string | undefined
  users: Map<string, User>
  sessions: Map<string, Session>
  refreshTokens: Map<string, RefreshToken>
  verifications: Map<string, Verification>
  verificationTokens: Map<string, VerificationToken>
  sudoTokens: Map<string, SudoToken>
  providerCodes: Map<string, ProviderCode>
  providerTokens: Map<string, ProviderToken>
  pictures: Map<string, Picture>
  captchaTokens: Map<string, CaptchaToken>
  captchaPages: Map<string, CaptchaPage>
  uploads: Map<string, Upload>
  files: Map<string, StoredFile>
  /** Documents by id, by name of their collection. */
  collections: Map<string, Map<string, Document>>
  /** Times of counted events, oldest first, by key. */
  counters: Map<string, number[]>
  messages: Message[]
}

/**
 * Creates an empty state with new keys.
 *
 * @returns The state.
 */
export function createState(): State {
  return {
    signingKey: newKey(),
    ticketKey: newKey(),
    providerKey: newKey(),
    encryptionKey: undefined,
    users: new Map(),
    sessions: new Map(),
    refreshTokens: new Map(),
    verifications: new Map(),
    verificationTokens: new Map(),
    sudoTokens: new Map(),
    providerCodes: new Map(),
    providerTokens: new Map(),
    pictures: new Map(),
    captchaTokens: new Map(),
    captchaPages: new Map(),
    uploads: new Map(),
    files: new Map(),
    collections: new Map(),
    counters: new Map(),
    messages: [],
  }
}

/**
 * Creates a private key for ES256.
 *
 * @returns The key as a JWK.
 * @see RFC 7518, section 3.4
 */
export const newKey = (): JWK =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
