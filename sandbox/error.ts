/** Error codes of the protocol with HTTP status, default text and documented number, if any. */
const errors = {
  invalid_argument: { status: 400, number: 3, text: 'The request is malformed.' },
  not_found: { status: 404, number: 5, text: 'The user does not exist.' },
  permission_denied: {
    status: 403,
    number: 7,
    text: 'The current session has expired, please go back and try again.',
  },
  resource_exhausted: {
    status: 429,
    number: 8,
    text: 'Your operation is too frequent, please try again later',
  },
  failed_precondition: { status: 400, number: 9, text: 'The operation is not possible now.' },
  aborted: { status: 409, number: 10, text: 'Too many attempts, please start again.' },
  unimplemented: { status: 501, number: 12, text: 'The endpoint does not exist here.' },
  internal: { status: 500, number: 13, text: 'The server failed.' },
  unauthenticated: { status: 401, number: 16, text: 'A valid access token is needed.' },
  captcha_required: { status: 400, number: 4001, text: 'captcha_token required' },
  captcha_invalid: { status: 400, number: 4002, text: 'captcha_token is wrong, used or expired' },
  already_exists: { status: 409, text: 'The user name is taken.' },
  invalid_password: { status: 400, text: 'The password is not correct.' },
  password_not_set: {
    status: 400,
    text: 'The user has no password, please sign in with a code or a third party.',
  },
  mfa_phone_required: {
    status: 400,
    number: 4042,
    text: 'A code sent to the phone is required as well.',
  },
  invalid_two_factor: { status: 400, text: 'The second code does not match or has expired.' },
  invalid_status: { status: 400, text: 'Too many wrong passwords, please try again later.' },
  user_pending: { status: 403, text: 'The user is not activated.' },
  user_blocked: { status: 403, text: 'The user is disabled.' },
  login_type_disabled: { status: 403, number: 4045, text: 'This way to sign in is disabled.' },
  provider_not_enabled: { status: 400, text: 'The provider is not enabled.' },
  invalid_grant: { status: 400, text: 'The refresh token is invalid, used or expired.' },
} as const satisfies Record<string, { status: number; number?: number; text: string }>

/** An error code of the protocol: the field `error` of an error response. */
export type ErrorCode = keyof typeof errors

interface ErrorDetails {
  /** Seconds to wait before a retry, sent as `retry_after` and as the header `Retry-After`. */
  retryAfter?: number
  /** HTTP status. Default: the usual one of the code. */
  status?: number
}

/** An error that is sent to the client as `{ error, error_code, error_description }`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly status: number
  readonly retryAfter: number | undefined

  /**
   * Creates an error for the client.
   *
   * @param code The error code.
   * @param description `error_description`. Default: the text of the code.
   * @param details Waiting time in seconds and HTTP status.
   */
  constructor(code: ErrorCode, description?: string, details: ErrorDetails = {}) {
    super(description ?? errors[code].text)
    this.code = code
    this.status = details.status ?? errors[code].status
    this.retryAfter = details.retryAfter
  }

  /** Converts the error to a response with its status, body and waiting time. */
  toResponse(): Response {
    const known = errors[this.code]
    const body = {
      error: this.code,
      error_code: 'number' in known ? known.number : undefined,
      error_description: this.message,
      retry_after: this.retryAfter,
    }
    const headers = new Headers()
    if (this.retryAfter !== undefined) headers.set('retry-after', String(this.retryAfter))
    return Response.json(body, { status: this.status, headers })
  }
}
