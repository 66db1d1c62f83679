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
  wrongTries: number
  expiresAt: number
}

/** Proof that a contact was reached, kept under its digest. */
export interface VerificationToken {
  address: string
  expiresAt: number
}

/** Proof that a user was recently asked who they are, kept under its digest. */
export interface SudoToken {
  sub: string
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
  users: Map<string, User>
  sessions: Map<string, Session>
  refreshTokens: Map<string, RefreshToken>
  verifications: Map<string, Verification>
  verificationTokens: Map<string, VerificationToken>
  sudoTokens: Map<string, SudoToken>
  pictures: Map<string, Picture>
  captchaTokens: Map<string, CaptchaToken>
  captchaPages: Map<string, CaptchaPage>
  /** Times at which something countable happened, oldest first, by what it was. */
  tallies: Map<string, number[]>
  messages: Message[]
}

/** A state without users and with a signing key of its own. */
export function createState(): State {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    signingKey: privateKey.export({ format: 'jwk' }),
    users: new Map(),
    sessions: new Map(),
    refreshTokens: new Map(),
    verifications: new Map(),
    verificationTokens: new Map(),
    sudoTokens: new Map(),
    pictures: new Map(),
    captchaTokens: new Map(),
    captchaPages: new Map(),
    tallies: new Map(),
    messages: [],
  }
}

/** Forgets what has expired, so that a long-running server does not grow. */
export function sweep(state: State, now: number): void {
  const { sessions, refreshTokens, verifications, verificationTokens, sudoTokens } = state
  const { pictures, captchaTokens, captchaPages, tallies } = state
  const expiring = [sessions, refreshTokens, verifications, verificationTokens, sudoTokens]
  for (const map of [...expiring, pictures, captchaTokens, captchaPages]) {
    for (const [key, { expiresAt }] of map) if (expiresAt <= now) map.delete(key)
  }
  for (const [key, times] of tallies) {
    if ((times.at(-1) ?? 0) <= now - tallyMemory) tallies.delete(key)
  }
  state.messages.splice(0, state.messages.length - messageMemory)
}

/** Milliseconds after which a counted event no longer matters to any limit. */
export const tallyMemory = 86_400_000
const messageMemory = 1000
