import { ApiError } from './error.ts'

/** What a spent refresh token gets: see {@link Config.refreshPolicy}. */
export type RefreshPolicy = 'strict' | 'family' | 'window'

/** A third party to sign in with. */
export interface ProviderSettings {
  /** As shown to people. */
  name: string
  /** Whether an identity nobody has makes a user; otherwise it is `not_found`. */
  autoSignUp: boolean
}

/** Everything that can be tuned while the server runs. Times are in seconds. */
export interface Config {
  /**
   * `strict`: a spent refresh token is refused. `family`: using one again revokes its session.
   * `window`: it still answers for `refreshWindowSeconds` after it was spent.
   */
  refreshPolicy: RefreshPolicy
  refreshWindowSeconds: number
  accessTokenSeconds: number
  /** Counted anew for each refresh token of a session. */
  refreshTokenSeconds: number
  /** Sessions per user; one more ends the oldest. */
  maxSessions: number
  codeSeconds: number
  /** Wrong codes after which a verification is dead. */
  codeTries: number
  verificationTokenSeconds: number
  sudoTokenSeconds: number
  /** Least time between two codes to one contact; 0 is none. */
  resendSeconds: number
  /** Codes per contact and per device in any hour; `null` is no limit. */
  sendsPerHour: number | null
  /** Codes per contact and per device in any hour before a captcha is demanded. */
  sendsBeforeCaptcha: number
  /** Wrong passwords for one user name in any hour before a captcha is demanded. */
  failuresBeforeCaptcha: number
  /** Wrong passwords for one user name within `lockSeconds` that lock it; `null` is never. */
  failuresBeforeLock: number | null
  lockSeconds: number
  /** `on`: every call but captcha, refresh and revoke demands a fresh captcha token. */
  captchaOnEveryCall: 'off' | 'on'
  /** Characters in a picture, 4 to 6. */
  captchaLength: number
  /** Lifetime of a picture. */
  captchaSeconds: number
  /** Wrong answers after which a picture is dead. */
  captchaTries: number
  captchaTokenSeconds: number
  /** Lifetime of a page opened by captcha/init. */
  captchaPageSeconds: number
  /** Calls per device in any minute; `null` is no limit. */
  requestsPerMinute: number | null
  /**
   * The third parties, by provider id. `wx_mp` also stands for every mini-program, whose app ids
   * (anything from `wx` on that is not listed) serve as provider ids. A patch replaces the whole.
   */
  providers: Readonly<Record<string, ProviderSettings>>
  /** Lifetime of the code a third party sends a person back with. */
  providerCodeSeconds: number
  providerTokenSeconds: number
  /** `on`: pages of third parties cut the ties to the window that opened them. */
  providerCoop: 'off' | 'on'
  /** `off`: who signs in by a ticket gets no refresh token. */
  customRefreshToken: 'off' | 'on'
  /** Publishable keys: bearers that name no user, wherever a user or a client id would do. */
  accessKeys: readonly string[]
  /** Origins allowed to call from a browser; `*` is any, a trailing `:*` any port. */
  allowedOrigins: readonly string[]
}

/** The documented behaviour; where nothing is documented, what least disturbs development. */
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
  resendSeconds: 0,
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
  allowedOrigins: [
    'http://localhost:*',
    'https://localhost:*',
    'http://127.0.0.1:*',
    'https://127.0.0.1:*',
    // What a mini-program's requests name when they come through the WeChat cloud.
    'https://servicewechat.com',
  ],
}

type Check = (value: unknown) => boolean

const isWhole = (least: number, most: number): Check => {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most
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
const isTexts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
const isLifetime = isWhole(1, 31_536_000)
const isCount = isWhole(0, 10_000)
const isLimit = isWhole(1, 10_000)

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
  captchaLength: isWhole(4, 6),
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
  accessKeys: isTexts,
  allowedOrigins: isTexts,
}

/** `config` with `patch` merged in; an unknown key or a bad value is `invalid_argument`. */
export function mergeConfig(config: Config, patch: object): Config {
  for (const [key, value] of Object.entries(patch)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Config] : undefined
    if (!check) throw new ApiError('invalid_argument', `There is no setting ${key}`)
    if (!check(value)) throw new ApiError('invalid_argument', `${key} has a wrong value`)
  }
  return { ...config, ...structuredClone(patch) }
}
