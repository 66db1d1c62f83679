/** Codes a CloudBase server answers with, and the few that arise on this side of the wire. */
const CODES = [
  'aborted',
  'already_exists',
  'cancelled',
  'captcha_invalid',
  'captcha_required',
  'code_expired',
  'deadline_exceeded',
  'failed_precondition',
  'internal',
  'invalid_argument',
  'invalid_credentials',
  'invalid_grant',
  'invalid_password',
  'invalid_response',
  'invalid_status',
  'invalid_two_factor',
  'not_found',
  'password_not_set',
  'permission_denied',
  'resource_exhausted',
  'unauthenticated',
  'unavailable',
  'unimplemented',
  'unknown',
  'unreachable',
  'user_blocked',
  'user_pending',
] as const

export type AuthErrorCode = (typeof CODES)[number] | (string & {})

/** A word of the protocol: it says nothing about who is spoken to. */
export function isKnownCode(code: string): boolean {
  return CODES.includes(code as never)
}

/** Checks that a value has the form of an error code, known or not. */
export function isCode(value: unknown): value is AuthErrorCode {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
}

export interface AuthErrorDetails {
  /** The operation that failed, named as in `Api`. One code means different things on different ones. */
  operation?: string
  /** What the server said, or what to do about it. For developers; never shown to a stranger. */
  description?: string
  /** HTTP status, when the server answered at all. */
  status?: number
  /** Seconds to wait before trying again. */
  retryAfter?: number
  /** The `x-request-id` the request carried. */
  requestId?: string
  cause?: unknown
}

/** The one error this library throws. Branch on `(operation, code)`. */
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

  /** Anything thrown, as an `AuthError` that knows its operation. */
  static from(thrown: unknown, operation?: string): AuthError {
    if (!(thrown instanceof AuthError))
      return new AuthError('unknown', { operation, cause: thrown })
    if (thrown.operation || !operation) return thrown
    const { code, cause, ...details } = thrown
    return new AuthError(code, { ...details, operation, cause })
  }
}

/** The error an event of a machine carries, if it carries one. */
export function errorOf(event: object): AuthError | undefined {
  return 'error' in event ? AuthError.from(event.error) : undefined
}

/** Worth trying again as it stands: nothing was wrong with the request itself. */
export function isTransient(error: AuthError | undefined): boolean {
  return !!error && TRANSIENT.has(error.code)
}

/** What was proven was right, but is not enough for this account. */
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
  'deadline_exceeded',
  'unavailable',
  'internal',
  'invalid_response',
  'resource_exhausted',
  'cancelled',
  'captcha_required',
  'captcha_invalid',
])
