/** Every code of the HTTP API, of its official SDK, of OAuth 2.0 and of this library. */
const CODES = [
  'aborted',
  'access_denied',
  'account_selection_required',
  'already_exists',
  'cancelled',
  'captcha_expired',
  'captcha_invalid',
  'captcha_required',
  'captcha_used',
  'code_expired',
  'consent_required',
  'data_loss',
  'deadline_exceeded',
  'failed_precondition',
  'foreign_callback',
  'interaction_required',
  'internal',
  'invalid_argument',
  'invalid_captcha',
  'invalid_credentials',
  'invalid_grant',
  'invalid_password',
  'invalid_phone_number',
  'invalid_request',
  'invalid_request_object',
  'invalid_request_uri',
  'invalid_response',
  'invalid_scope',
  'invalid_status',
  'invalid_two_factor',
  'invalid_two_factor_recovery',
  'invalid_username_or_password',
  'invalid_verification_code',
  'local',
  'login_method_disabled',
  'login_required',
  'login_type_disabled',
  'mfa_phone_required',
  'not_found',
  'origin_not_allowed',
  'out_of_range',
  'password_not_set',
  'permission_denied',
  'provider_error',
  'provider_not_enabled',
  'rate_limit_exceeded',
  'registration_not_supported',
  'request_not_supported',
  'request_uri_not_supported',
  'resource_exhausted',
  'server_error',
  'temporarily_unavailable',
  'two_factor_required',
  'unauthenticated',
  'unauthorized_client',
  'unavailable',
  'under_review',
  'unimplemented',
  'unknown',
  'unreachable',
  'unsupported_response_type',
  'user_blocked',
  'user_not_found',
  'user_pending',
  'weak_password',
  'wrong_password',
] as const

/**
 * The code of an error. The table names the codes that apps branch on; every known one has a sentence
 * in `cloudbase-authflow/messages`. One code has different meanings on different operations: branch on
 * `(operation, code)`. Servers add codes, so any text is possible.
 *
 * | code | from | meaning |
 * | --- | --- | --- |
 * | `aborted` | both | Too many attempts, or the session changed meanwhile. |
 * | `already_exists` | server | A name, contact or identity is taken. |
 * | `cancelled` | client | The user or the app ended the operation. |
 * | `captcha_invalid` | server | The captcha token or answer is wrong or spent. |
 * | `captcha_required` | server | A captcha must be solved; flows do this on their own. |
 * | `code_expired` | server | The verification code has expired. |
 * | `deadline_exceeded` | client | No answer within the timeout. |
 * | `failed_precondition` | both | Not possible in the present state, such as a contact in use. |
 * | `internal` | server | The server failed. |
 * | `invalid_argument` | both | An input is malformed; `description` names it. |
 * | `invalid_credentials` | server | The account or the password is wrong. |
 * | `invalid_grant` | server | The refresh token is no longer valid: the session has ended. |
 * | `invalid_password` | server | The password is wrong. |
 * | `invalid_response` | client | The answer is not one of this API, such as a page of a proxy. |
 * | `invalid_status` | server | Too many wrong passwords; see `retryAfter`. |
 * | `invalid_two_factor` | server | The second factor is wrong or missing. |
 * | `local` | client | A fault in this page or a missing API, not of the network; `description` has it. |
 * | `not_found` | server | A user, code or provider does not exist. |
 * | `origin_not_allowed` | client | The server answers, but not to this page (CORS): add its origin to 安全域名. |
 * | `password_not_set` | server | The user has no password. |
 * | `permission_denied` | both | Not allowed, or the proof of identity is too old. |
 * | `resource_exhausted` | server | Too many requests; see `retryAfter`. |
 * | `unauthenticated` | both | No user is signed in, or the access token was refused. |
 * | `unavailable` | server | The server is down; see `retryAfter`. |
 * | `unimplemented` | both | Not supported by this server or platform. |
 * | `unknown` | both | An error without a code; see `cause`. |
 * | `unreachable` | client | The connection failed; `description` names host and cause. |
 * | `user_blocked` | server | The account is blocked. |
 * | `user_pending` | server | The account is not active yet. |
 */
export type AuthErrorCode = KnownCode | (string & {})

/** A code that the built-in messages have a sentence for. */
export type KnownCode = (typeof CODES)[number]

/** Checks that a code is known. Known codes contain no user data, whatever the server was sent. */
export function isKnownCode(code: string): boolean {
  return CODES.includes(code as never)
}

/** Checks that a value has the form of an error code, known or not. */
export function isCode(value: unknown): value is AuthErrorCode {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
}

/** The properties of an `AuthError` besides its code. */
export interface AuthErrorDetails {
  /** The operation that failed: the name of an endpoint or of a method. */
  operation?: string
  /** The explanation of the server, or what to do. For developers; it can reveal whether an account exists. */
  description?: string
  /** The HTTP status, when the server answered. */
  status?: number
  /** Seconds to wait before the next attempt. */
  retryAfter?: number
  /** The `x-request-id` of the request. */
  requestId?: string
  cause?: unknown
}

/**
 * The error that every method of this library throws.
 *
 * @example
 *   try {
 *     await auth.call(getUser)
 *   } catch (error) {
 *     if (error instanceof AuthError && error.code === 'unauthenticated') showSignIn()
 *   }
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  declare readonly code: AuthErrorCode
  declare readonly operation?: string
  declare readonly description?: string
  declare readonly status?: number
  declare readonly retryAfter?: number
  declare readonly requestId?: string

  constructor(code: AuthErrorCode, { cause, ...details }: AuthErrorDetails = {}) {
    const { operation, description } = details
    super(
      [operation, code, description].filter(Boolean).join(': '),
      cause === undefined ? undefined : { cause },
    )
    Object.assign(this, { code, ...details })
  }

  /**
   * Converts anything thrown to an `AuthError` that names its operation.
   *
   * @param thrown an `AuthError`, which keeps its own operation, or any other value, which becomes
   *   the `cause` of an error with the code `unknown`
   */
  static from(thrown: unknown, operation?: string): AuthError {
    if (!(thrown instanceof AuthError))
      return new AuthError('unknown', { operation, cause: thrown })
    if (thrown.operation || !operation) return thrown
    const { code, cause, ...details } = thrown
    return new AuthError(code, { ...details, operation, cause })
  }
}

/**
 * Reads the error of an event of a machine.
 *
 * @returns the error, or undefined when the event has none
 */
export function errorOf(event: object): AuthError | undefined {
  return 'error' in event ? AuthError.from(event.error) : undefined
}

/** Checks whether the same request may succeed later: nothing in the request itself was wrong. */
export function isTransient(error: AuthError | undefined): boolean {
  return !!error && TRANSIENT.has(error.code)
}

/** Checks whether the proof was accepted but the account requires a second factor. */
export function isSecondFactorWanted(error: AuthError | undefined): boolean {
  return !!error && SECOND_FACTOR.has(error.code)
}

const SECOND_FACTOR = new Set<AuthErrorCode>([
  'mfa_phone_required',
  'two_factor_required',
  'invalid_two_factor',
])

const TRANSIENT = new Set<AuthErrorCode>([
  'unreachable',
  'origin_not_allowed',
  'deadline_exceeded',
  'unavailable',
  'internal',
  'invalid_response',
  'resource_exhausted',
  'cancelled',
  'captcha_required',
  'captcha_invalid',
  'captcha_expired',
])
