import { AuthError, type AuthErrorDetails } from '../../services/error.ts'
import { isRecord } from '../../services/record.ts'

/**
 * The error of every method of the compat API: a real `Error` with the fields of the plain object
 * that the official SDK rejects with. Branch on `error`; the numbers are hints, because the official
 * documents contradict each other.
 */
export class CloudbaseError extends AuthError {
  /** The documented error string, such as `invalid_password`. The same as `code`. */
  declare readonly error: string
  /** The documented number of that error, where there is one. */
  declare readonly error_code?: number
  /** The server's description of the error. */
  declare readonly error_description?: string
  /** Seconds to wait before the next attempt. The same as `retryAfter`. */
  declare readonly retry_after?: number

  constructor(error: string, given: AuthErrorDetails = {}) {
    const isSignedOut = error === 'unauthenticated' && !given.description
    const details = isSignedOut ? { ...given, description: 'credentials not found' } : given
    super(error, details)
    const { description: error_description, retryAfter: retry_after } = details
    Object.assign(this, { error, error_code: NUMBERS[error], error_description, retry_after })
  }

  /**
   * Converts anything thrown, also the plain objects that the official SDK throws.
   *
   * @param operation the failed operation, if the error does not name it
   */
  static override from(thrown: unknown, operation?: string): CloudbaseError {
    if (thrown instanceof CloudbaseError) return thrown
    if (isRecord(thrown) && typeof thrown['error'] === 'string') {
      const { error, error_description: description } = thrown as unknown as Described
      return new CloudbaseError(error, { operation, description, cause: thrown })
    }
    const { code, cause, ...details } = AuthError.from(thrown, operation)
    return new CloudbaseError(code, { ...details, cause })
  }
}

interface Described {
  error: string
  error_description?: string
}

const NUMBERS: Record<string, number> = {
  invalid_argument: 3,
  not_found: 5,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
  captcha_required: 4001,
  captcha_invalid: 4002,
  provider_error: 4019,
  unauthorized_client: 4022,
  mfa_phone_required: 4042,
  login_type_disabled: 4045,
}
