import { CloudbaseError } from '../errors.ts'

/** What kind of failure an error is, by the names of SDK 3.x. */
export type AuthErrorCategory =
  | 'PROVIDER_NOT_ENABLED'
  | 'INVALID_CREDENTIALS'
  | 'USER_NOT_FOUND'
  | 'USER_STATUS_ABNORMAL'
  | 'SERVICE_ERROR'
  | 'INVALID_PARAMS'
  | 'RATE_LIMITED'
  | 'CAPTCHA_REQUIRED'
  | 'CAPTCHA_INVALID'
  | 'MFA_REQUIRED'
  | 'PRECONDITION_FAILED'
  | 'VERIFICATION_FAILED'
  | 'UNKNOWN'

/**
 * The error of an answer of SDK 3.x: a `CloudbaseError` with the fields of the official `AuthError`.
 * Its `message` is the server's description.
 */
export interface AnswerError extends Omit<CloudbaseError, 'status' | 'name'> {
  readonly name: 'AuthError'
  /** The same as `code`: SDK 3.x gives no HTTP status. */
  readonly status: string
  /** The documented number of the error, where there is one. */
  readonly errorCode?: number
  readonly category: AuthErrorCategory
  /** What to check, for developers. */
  readonly helpMessage: string
  /** The sign-in method that the call needs, where it needs one. */
  readonly loginMethodHint: string
  readonly __isAuthError: true
}

/**
 * Converts anything thrown to the error of an answer.
 *
 * @param method the method of `auth` that has failed
 */
export function toAnswerError(thrown: unknown, method: string): AnswerError {
  const error = CloudbaseError.from(thrown, method)
  const { code, operation, description, requestId, retryAfter } = error
  const answered = new CloudbaseError(code, {
    operation,
    description,
    requestId,
    retryAfter,
    cause: error,
  })
  const category = categoryOf(code, description ?? '')
  const loginMethodHint = METHODS[method] ?? ''
  return Object.assign(answered, {
    message: description || messageOf(error),
    status: code,
    errorCode: error.error_code,
    category,
    helpMessage: [HELP[category], loginMethodHint].filter(Boolean).join(' '),
    loginMethodHint,
    __isAuthError: true,
    toJSON(this: AnswerError) {
      const { name, message, code, errorCode, status, requestId, category, retryAfter } = this
      return { name, message, code, errorCode, status, requestId, category, retryAfter }
    },
  }) as unknown as AnswerError
}

/** An error of the app's own, such as that of its function for tickets, keeps its message. */
function messageOf({ code, cause, message }: CloudbaseError): string {
  return code === 'unknown' && cause instanceof Error ? cause.message : message
}

type Rule = [category: AuthErrorCategory, codes: string, text?: RegExp]

/** The first rule whose codes or text match decides, as in SDK 3.7.0. */
const RULES: Rule[] = [
  ['CAPTCHA_REQUIRED', 'captcha_required'],
  ['CAPTCHA_INVALID', 'captcha_invalid'],
  ['MFA_REQUIRED', 'mfa_phone_required'],
  ['PROVIDER_NOT_ENABLED', 'login_type_disabled'],
  ['RATE_LIMITED', 'resource_exhausted'],
  ['SERVICE_ERROR', 'internal unavailable unimplemented aborted'],
  ['USER_NOT_FOUND', 'not_found'],
  ['INVALID_CREDENTIALS', 'unauthenticated'],
  [
    'PROVIDER_NOT_ENABLED',
    'provider_not_enabled login_method_disabled',
    /身份源|开启|登录方式|未启用|请联系开发者|identity provider|login method|not enabled/,
  ],
  [
    'INVALID_CREDENTIALS',
    'invalid_password invalid_grant invalid_verification_code invalid_username_or_password invalid_credentials wrong_password invalid_two_factor invalid_two_factor_recovery password_not_set',
    /密码|凭据|验证码|password|credentials|verification/,
  ],
  ['USER_NOT_FOUND', 'user_not_found', /用户不存在|not found|no such user|user does not exist/],
  [
    'USER_STATUS_ABNORMAL',
    'user_blocked user_pending under_review invalid_status',
    /被封禁|审核|已锁定|blocked|pending|review|locked/,
  ],
  [
    'SERVICE_ERROR',
    'server_error temporarily_unavailable unreachable deadline_exceeded data_loss',
    /超时|network|timeout|timed out|smtp is not set|sms sender does not config/,
  ],
  [
    'INVALID_PARAMS',
    'invalid_argument invalid_request invalid_scope invalid_request_uri invalid_request_object',
  ],
  ['PROVIDER_NOT_ENABLED', 'permission_denied access_denied unauthorized_client'],
]

const ABOUT_CODE = /验证码|过期|verification|does not match|token expired|token error/
const ABOUT_MISSING_USER = /不存在|未注册|not found/

function categoryOf(code: string, description: string): AuthErrorCategory {
  const text = description.toLowerCase()
  if (code === 'invalid_argument' && ABOUT_CODE.test(text)) return 'VERIFICATION_FAILED'
  if (code === 'failed_precondition') {
    return ABOUT_MISSING_USER.test(text) ? 'USER_NOT_FOUND' : 'PRECONDITION_FAILED'
  }
  const [category] =
    RULES.find(([, codes, pattern]) => codes.split(' ').includes(code) || pattern?.test(text)) ?? []
  return category ?? 'UNKNOWN'
}

const HELP: Record<AuthErrorCategory, string> = {
  PROVIDER_NOT_ENABLED: 'Enable the sign-in method in the CloudBase console.',
  INVALID_CREDENTIALS: 'Check the account and its password or code.',
  USER_NOT_FOUND: 'Check the account and the environment id; a new user signs up first.',
  USER_STATUS_ABNORMAL: 'The account is blocked, pending or locked: see it in the console.',
  SERVICE_ERROR: 'Check the network and try again later.',
  INVALID_PARAMS: 'Check the parameters.',
  RATE_LIMITED: 'Wait for retryAfter seconds before the next attempt.',
  CAPTCHA_REQUIRED: 'Let the user solve the captcha.',
  CAPTCHA_INVALID: 'Let the user solve another captcha.',
  MFA_REQUIRED: 'Send a code to the phone and sign in with the password and its token.',
  PRECONDITION_FAILED: 'The contact has an account already, or has none: see the message.',
  VERIFICATION_FAILED: 'The code is wrong or has expired: send another one.',
  UNKNOWN: 'See the message.',
}

const BY_CODE = 'It needs codes by text message or e-mail to be enabled.'
const BY_PROVIDER = 'It needs the provider to be enabled.'

const METHODS: Record<string, string> = {
  signInWithPassword: 'It needs sign-in by username and password to be enabled.',
  signInAnonymously: 'It needs anonymous sign-in to be enabled.',
  signInWithOtp: BY_CODE,
  signUp: BY_CODE,
  signInWithOAuth: BY_PROVIDER,
  signInWithIdToken: BY_PROVIDER,
  signInWithOpenId: 'It needs sign-in by open id to be enabled.',
  signInWithPhoneAuth: 'It needs sign-in by a WeChat phone number to be enabled.',
  signInWithCustomTicket: 'It needs custom sign-in to be enabled.',
}
