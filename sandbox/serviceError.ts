/** Error codes of database, functions and storage with HTTP status and default text. */
const errors = {
  INVALID_PARAM: { status: 400, text: 'The request is malformed.' },
  MISSING_CREDENTIALS: { status: 401, text: 'An access token is needed.' },
  INVALID_ACCESS_TOKEN: { status: 401, text: 'The access token is invalid or was revoked.' },
  ACCESS_TOKEN_EXPIRED: { status: 401, text: 'The access token has expired.' },
  DATABASE_PERMISSION_DENIED: { status: 403, text: 'Permission denied.' },
  DATABASE_DUPLICATE_WRITE: { status: 409, text: 'The _id is taken.' },
  DATABASE_DOCUMENT_NOT_EXIST: { status: 404, text: 'The document does not exist.' },
  FUNCTION_NOT_FOUND: { status: 404, text: 'The function does not exist.' },
  FUNCTION_EXECUTE_FAIL: { status: 500, text: 'The function failed.' },
  STORAGE_FILE_NONEXIST: { status: 404, text: 'The file does not exist.' },
  STORAGE_EXCEED_AUTHORITY: { status: 403, text: 'Permission denied.' },
  OPERATION_NOT_SUPPORTED: { status: 501, text: 'The sandbox does not support that.' },
} as const satisfies Record<string, { status: number; text: string }>

/** An error code of database, functions or storage: the field `code` of an error response. */
export type ServiceErrorCode = keyof typeof errors

/** An error of database, functions or storage, which is sent as `{ code, message, requestId }`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: ServiceErrorCode
  readonly status: number

  /**
   * Creates an error for the client.
   *
   * @param code The error code.
   * @param message `message`. Default: the text of the code.
   */
  constructor(code: ServiceErrorCode, message?: string) {
    super(message ?? errors[code].text)
    this.code = code
    this.status = errors[code].status
  }
}
