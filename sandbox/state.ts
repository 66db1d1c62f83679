import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'

/** Whether a user may sign in. */
export type UserStatus = 'active' | 'blocked' | 'pending'

/** The parts of a profile its owner may change. */
export const profileFields = [
  'name',
  'picture',
  'gender',
  'birthdate',
  'locale',
  'zoneinfo',
] as const

/** Who somebody is at a third party. */
export interface Identity {
  provider_id: string
  sub: string
  /** What they are called there. */
  name: string
}

/** A person or guest. */
export interface User extends Partial<Record<(typeof profileFields)[number], string>> {
  sub: string
  username?: string | undefined
  phone_number?: string | undefined
  email?: string | undefined
  /** As made by `hashPassword`. */
  password?: string | undefined
  status: UserStatus
  anonymous: boolean
  groups: string[]
  identities?: Identity[]
  /** Whether the password alone does not sign in, if there is a phone. */
  twoFactor?: boolean
  /** Milliseconds since the epoch, like all times of the state. */
  createdAt: number
}

/** One sign-in of one user. */
export interface Session {
  id: string
  sub: string
  clientId: string
  scope: string
  createdAt: number
  expiresAt: number
  /** Whether a ticket started it. */
  isCustom?: boolean | undefined
  /**
   * Why it is over. `revoked` also voids its access tokens; `replaced`, by a newer sign-in, only
   * stops the refreshing.
   */
  ended?: 'revoked' | 'replaced' | undefined
}

/** A refresh token, kept under its digest. */
export interface RefreshToken {
  sessionId: string
  expiresAt: number
  spentAt?: number | undefined
}

/** A code on its way to a contact, kept under its verification_id. */
export interface Verification {
  code: string
  address: string
  /** Who asked for it, if they were signed in. */
  sub?: string | undefined
  wrongTries: number
  expiresAt: number
}

/** Proof that a contact was reached, kept under its digest. */
export interface VerificationToken {
  address: string
  sub?: string | undefined
  expiresAt: number
}

/** Proof that a user was recently asked who they are, kept under its digest. */
export interface SudoToken {
  sub: string
  expiresAt: number
}

/** What a third party says about somebody. */
export interface ProviderProfile extends Identity {
  picture?: string | undefined
  phone_number?: string | undefined
  /** What mini-programs add. */
  meta?: { appid: string; openid: string } | undefined
}

/** What a third party sends a person back with. */
export type ProviderCodeKind = 'code' | 'access_token' | 'id_token'

/** A person's consent at a third party, kept under its digest. */
export interface ProviderCode {
  kind: ProviderCodeKind
  providerId: string
  redirectUri: string
  person: string
  expiresAt: number
}

/** Proof of an identity at a third party, kept under its digest. */
export interface ProviderToken {
  profile: ProviderProfile
  /** Whether it stands for the phone number instead of the identity. */
  isPhone: boolean
  expiresAt: number
}

/** A picture to be read, kept under its token. */
export interface Picture {
  answer: string
  wrongTries: number
  expiresAt: number
}

/** Proof that a picture was read, kept under its digest. */
export interface CaptchaToken {
  expiresAt: number
}

/** A captcha page opened by captcha/init, kept under its id. */
export interface CaptchaPage {
  redirectUri: string
  state: string
  /** Until when it can be solved; it is remembered longer, for the way back. */
  openUntil: number
  expiresAt: number
  /** Where it led once it was solved, so that a second click leads there too. */
  location?: string | undefined
}

/** A delivered code. */
export interface Message {
  to: string
  code: string
  verification_id: string
  at: number
}

/** Everything the server remembers between two requests, apart from settings. */
export interface State {
  signingKey: JWK
  /** Signs tickets. */
  ticketKey: JWK
  /** PEM, made when it is first asked for. */
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
  /** Times at which something countable happened, oldest first, by what it was. */
  tallies: Map<string, number[]>
  messages: Message[]
}

/** A state without users and with a signing key of its own. */
export function createState(): State {
  return {
    signingKey: newKey(),
    ticketKey: newKey(),
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
    tallies: new Map(),
    messages: [],
  }
}

/** A new key to sign with by ES256. */
export const newKey = (): JWK =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
