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
  /** The sign-in method that must be enabled, where the call needs one. */
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
  const needed = METHODS[method]
  return Object.assign(answered, {
    message: description || messageOf(error),
    status: code,
    errorCode: error.error_code,
    category,
    helpMessage: HELP,
    loginMethodHint: needed ? `It needs ${needed} to be enabled in the console.` : '',
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

const HELP =
  'See category and message; the CloudBase console shows which sign-in methods are enabled.'

const METHODS: Record<string, string> = {
  signInWithPassword: 'sign-in by username and password',
  signInAnonymously: 'anonymous sign-in',
  signInWithOtp: 'sign-in by text message or e-mail',
  signInWithOAuth: 'the provider',
}
