import { ApiError } from './error.ts'

/** How a refresh token that was used before is handled: see {@link Config.refreshPolicy}. */
export type RefreshPolicy = 'strict' | 'family' | 'window'

/** Settings of one identity provider. */
export interface ProviderSettings {
  /** Display name. */
  name: string
  /** Whether an unknown identity is signed up; otherwise signing in fails with `not_found`. */
  autoSignUp: boolean
}

/** Who reads and writes a collection: see {@link Config.collections}. */
export type AccessRule = (typeof accessRules)[number]

const accessRules = ['PRIVATE', 'READONLY', 'ADMINWRITE', 'ADMINONLY'] as const

/** What an app that is no page signs its requests with: its `appSecret`. */
export interface AppSource {
  appAccessKeyId: string
  appAccessKey: string
}

/** Settings that can be changed while the server runs. All durations are in seconds. */
export interface Config {
  /**
   * How a refresh token that was used before is handled. `strict`: it is rejected. `family`: it is
   * rejected and its session is revoked. `window`: it still works for `refreshWindowSeconds` after
   * its first use.
   */
  refreshPolicy: RefreshPolicy
  /** Grace period of the `window` policy. */
  refreshWindowSeconds: number
  /** Lifetime of an access token. */
  accessTokenSeconds: number
  /** Lifetime of a refresh token, counted from the refresh that issued it. */
  refreshTokenSeconds: number
  /** Sessions per user. One more ends the oldest. */
  maxSessions: number
  /** Lifetime of a verification code. */
  codeSeconds: number
  /** Wrong codes after which a verification is aborted. */
  codeTries: number
  /** Lifetime of a verification token. */
  verificationTokenSeconds: number
  /** Lifetime of a sudo token. */
  sudoTokenSeconds: number
  /** Minimum time between two codes to one contact; 0 turns the wait off. */
  resendSeconds: number
  /** Codes per contact and per device within an hour; `null` turns the limit off. */
  sendsPerHour: number | null
  /** Codes per contact and per device within an hour before a captcha is required. */
  sendsBeforeCaptcha: number
  /** Wrong passwords for one user name within an hour before a captcha is required. */
  failuresBeforeCaptcha: number
  /** Wrong passwords within `lockSeconds` that lock a user name; `null` turns locking off. */
  failuresBeforeLock: number | null
  /** Time for which a user name is locked. */
  lockSeconds: number
  /** `on`: every call except captcha, refresh and revoke requires a new captcha token. */
  captchaOnEveryCall: 'off' | 'on'
  /** Characters in a captcha picture, 4 to 6. */
  captchaLength: number
  /** Lifetime of a captcha picture. */
  captchaSeconds: number
  /** Wrong answers after which a captcha picture is discarded. */
  captchaTries: number
  /** Lifetime of a captcha token. */
  captchaTokenSeconds: number
  /** Lifetime of a page opened by `captcha/init`. */
  captchaPageSeconds: number
  /** Calls per device within a minute; `null` turns the limit off. */
  requestsPerMinute: number | null
  /**
   * Identity providers by provider id. The entry `wx_mp` also applies to mini-programs, whose app
   * ids (every unlisted id that starts with `wx`) serve as provider ids. A patch replaces the map.
   */
  providers: Readonly<Record<string, ProviderSettings>>
  /** Lifetime of the authorization code a provider issues. */
  providerCodeSeconds: number
  /** Lifetime of a provider token. */
  providerTokenSeconds: number
  /** `on`: provider pages send `Cross-Origin-Opener-Policy: same-origin`. */
  providerCoop: 'off' | 'on'
  /** `off`: signing in by a custom ticket issues no refresh token. */
  customRefreshToken: 'off' | 'on'
  /** Publishable keys: bearers without a user, accepted in place of an access token or client id. */
  accessKeys: readonly string[]
  /** `off`: signing in anonymously fails with `login_type_disabled`. */
  anonymousSignIn: 'off' | 'on'
  /**
   * Access rules of the database by collection. `PRIVATE`, the rule of every other collection: users
   * read and write their own documents. `READONLY`: all callers read as well. `ADMINWRITE`: all read,
   * and only the app's server writes. `ADMINONLY`: only the app's server reads and writes.
   */
  collections: Readonly<Record<string, AccessRule>>
  /**
   * Registered apps that are no pages, by `appSign`. If there is one, every request without an
   * origin must be signed with the key of one, and every signature is checked.
   */
  appSources: Readonly<Record<string, AppSource>>
  /** Origins that may call from a browser. `*` allows all; a trailing `:*` allows any port. */
  allowedOrigins: readonly string[]
}

/** The documented behaviour, or where none is documented, the least restrictive one. */
export const defaultConfig: Config = {
  refreshPolicy: 'strict',
  refreshWindowSeconds: 10,
  accessTokenSeconds: 7200,
  refreshTokenSeconds: 2_592_000,
  maxSessions: 1,
  codeSeconds: 600,
  codeTries: 5,
  verificationTokenSeconds: 600,
  sudoTokenSeconds: 900,
  resendSeconds: 60,
  sendsPerHour: 20,
  sendsBeforeCaptcha: 5,
  failuresBeforeCaptcha: 5,
  failuresBeforeLock: null,
  lockSeconds: 900,
  captchaOnEveryCall: 'off',
  captchaLength: 4,
  captchaSeconds: 300,
  captchaTries: 3,
  captchaTokenSeconds: 600,
  captchaPageSeconds: 600,
  requestsPerMinute: null,
  providers: {
    wx_open: { name: '微信开放平台', autoSignUp: true },
    wx_mp: { name: '微信公众号', autoSignUp: true },
    demo_idp: { name: 'Demo IdP', autoSignUp: true },
  },
  providerCodeSeconds: 300,
  providerTokenSeconds: 3600,
  providerCoop: 'off',
  customRefreshToken: 'on',
  accessKeys: [],
  anonymousSignIn: 'on',
  collections: {},
  appSources: {},
  allowedOrigins: [
    'http://localhost:*',
    'https://localhost:*',
    'http://127.0.0.1:*',
    'https://127.0.0.1:*',
    // The origin of mini-program requests that pass through the WeChat cloud.
    'https://servicewechat.com',
  ],
}

type Check = (value: unknown) => boolean

const isInteger = (min: number, max: number): Check => {
  return (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}
const isOneOf = (...allowed: string[]): Check => {
  return (value) => typeof value === 'string' && allowed.includes(value)
}
const isNullOr = (check: Check): Check => {
  return (value) => value === null || check(value)
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isProvider = ([id, value]: [string, unknown]): boolean =>
  /^[\w.-]{1,64}$/.test(id) &&
  isObject(value) &&
  Object.keys(value).length === 2 &&
  typeof value['name'] === 'string' &&
  typeof value['autoSignUp'] === 'boolean'
const isTextList: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
const isMapOf = (check: Check): Check => {
  return (value) => isObject(value) && Object.values(value).every(check)
}
const isAppSource: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length === 2 &&
  [value['appAccessKeyId'], value['appAccessKey']].every((each) => typeof each === 'string' && each)
const isLifetime = isInteger(1, 31_536_000)
const isCount = isInteger(0, 10_000)
const isLimit = isInteger(1, 10_000)

const checks: Record<keyof Config, Check> = {
  refreshPolicy: isOneOf('strict', 'family', 'window'),
  refreshWindowSeconds: isLifetime,
  accessTokenSeconds: isLifetime,
  refreshTokenSeconds: isLifetime,
  maxSessions: isLimit,
  codeSeconds: isLifetime,
  codeTries: isLimit,
  verificationTokenSeconds: isLifetime,
  sudoTokenSeconds: isLifetime,
  resendSeconds: isCount,
  sendsPerHour: isNullOr(isCount),
  sendsBeforeCaptcha: isCount,
  failuresBeforeCaptcha: isCount,
  failuresBeforeLock: isNullOr(isLimit),
  lockSeconds: isLifetime,
  captchaOnEveryCall: isOneOf('off', 'on'),
  captchaLength: isInteger(4, 6),
  captchaSeconds: isLifetime,
  captchaTries: isLimit,
  captchaTokenSeconds: isLifetime,
  captchaPageSeconds: isLifetime,
  requestsPerMinute: isNullOr(isCount),
  providers: (value) => isObject(value) && Object.entries(value).every(isProvider),
  providerCodeSeconds: isLifetime,
  providerTokenSeconds: isLifetime,
  providerCoop: isOneOf('off', 'on'),
  customRefreshToken: isOneOf('off', 'on'),
  accessKeys: isTextList,
  anonymousSignIn: isOneOf('off', 'on'),
  collections: isMapOf(isOneOf(...accessRules)),
  appSources: isMapOf(isAppSource),
  allowedOrigins: isTextList,
}

/**
 * Merges settings into a configuration.
 *
 * @param config The current settings.
 * @param patch The settings to change.
 * @returns A new configuration.
 * @throws ApiError `invalid_argument` for an unknown setting or an invalid value.
 */
export function mergeConfig(config: Config, patch: object): Config {
  for (const [key, value] of Object.entries(patch)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Config] : undefined
    if (!check) throw new ApiError('invalid_argument', `There is no setting ${key}`)
    if (!check(value)) throw new ApiError('invalid_argument', `${key} has a wrong value`)
  }
  return { ...config, ...structuredClone(patch) }
}
