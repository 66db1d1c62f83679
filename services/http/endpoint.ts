import { AuthError } from '../error.ts'
import { isRecord } from '../record.ts'
import type { Secret } from '../secret.ts'
import { isKind, type Shape } from './shape.ts'

/** The HTTP methods of the protocol. */
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/**
 * The authorization of a request: `client` the client id alone, `bearer` the access token of the session,
 * `either` the access token when a user is signed in and the client id otherwise, `field` the access
 * token as a field of the body next to the client id.
 */
export type Credential = 'client' | 'bearer' | 'either' | 'field'

/** An endpoint of the HTTP API: how to call it and what it answers. */
export interface Endpoint<Input, Output> {
  /** The name in errors, traces and messages: letters, digits and `_`. */
  readonly operation: string
  readonly method: Method
  /** The path from the version on, like `/v1/user/me`; one `{name}` is filled in from the input. */
  readonly path: string
  readonly credential: Credential
  /** The fields of the answer that are read. */
  readonly shape: Shape<Output>
  /** Whether the answer is a session to store. */
  readonly signsIn?: boolean
  /** Whether the call ends the session. */
  readonly signsOut?: boolean
  /** Whether sending the request twice does no more than sending it once. */
  readonly repeatable?: boolean
  /** Whether the `uid` of the input, if it has one, is the only user the call may be sent for. */
  readonly forUser?: boolean
  /** Sends the calls of this endpoint instead of the client's own `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Converts the input to the fields that are sent. Default: the input as it is. */
  toFields?(input: Input, clientId: string, accessToken?: Secret): object
  /** Throws an `AuthError` for an answer that must not be used. */
  check?(output: Output, input: Input): void
  /** Never set; carries the type of the input. */
  readonly input?: Input
}

/** An endpoint of any input and output. */
export type AnyEndpoint = Endpoint<never, unknown>

/**
 * Describes an endpoint that this library does not know, for `auth.call` and `request`.
 *
 * @param description what to send and which fields of the answer to read; every password, code and
 *   token is a field of the kind `secret`
 * @returns the endpoint, a constant to share between clients
 * @throws AuthError `invalid_argument` when the description is malformed; its text names the field
 * @example
 *   interface Device { device_id: string; last_seen?: string }
 *   export const getDevice = endpoint<{ device_id: string }, Device>({
 *     operation: 'getDevice',
 *     method: 'GET',
 *     path: '/v1/user/device',
 *     credential: 'bearer',
 *     shape: { device_id: 'string', last_seen: 'string?' },
 *     repeatable: true,
 *   })
 *   const { last_seen } = await auth.call(getDevice, { device_id: 'd1' })
 */
/* @__NO_SIDE_EFFECTS__ */
export function endpoint<Input, Output>(
  description: Endpoint<Input, Output>,
): Endpoint<Input, Output> {
  const { operation, method, path, credential, shape } = description
  require(isText(operation, /^\w{1,64}$/), 'operation must be letters, digits and _')
  require(METHODS.includes(method), `method must be one of ${METHODS.join(', ')}`)
  require(isText(path, /^\/v\d+\/[^?#\s]+$/), 'path must begin with a version, like /v1/user/me')
  require(CREDENTIALS.includes(credential), `credential must be one of ${CREDENTIALS.join(', ')}`)
  require(isRecord(shape), 'shape must name the fields of the answer')
  for (const [field, kind] of Object.entries(shape))
    require(isKind(kind), `shape.${field} is of an unknown kind: ${String(kind)}`)
  return { ...description }
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PATCH', 'DELETE']
const CREDENTIALS: readonly Credential[] = ['client', 'bearer', 'either', 'field']

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value)
}

function require(isValid: boolean, rule: string) {
  if (!isValid) throw new AuthError('invalid_argument', { description: `endpoint: ${rule}` })
}
