import type { Call } from './http.ts'
import type { Secret } from '../secret.ts'
import type * as wire from './wire.ts'

/**
 * What a call is allowed by: the client id alone, the bearer of the session, the bearer where there
 * is a session and the client id where there is none, or the session's token as a field of the
 * request beside the client id.
 */
export type Credential = 'client' | 'bearer' | 'either' | 'field'

export interface Endpoint<Input, Output> {
  /** What errors, traces and messages call it. */
  readonly operation: string
  readonly method: Call['method']
  /** From the version on, `{names}` filled in from the request. */
  readonly path: string
  readonly credential: Credential
  readonly shape: wire.Shape<Output>
  /** The answer is a session to keep. */
  readonly signsIn?: boolean
  /** There is no session afterwards. */
  readonly signsOut?: boolean
  /** Doing it twice does no more than doing it once. */
  readonly repeatable?: boolean
  /** What is sent, where that is not the request as it stands. */
  fields?(input: Input, clientId: string, accessToken?: Secret): object
  /** Sends the calls of this endpoint instead of the client's own `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** What must be true of an answer before it counts. @throws AuthError */
  check?(output: Output, input: Input): void
  /** Never set: carries the type of the request. */
  readonly input?: Input
}

/** As errors and messages name them. */
export type OperationName = keyof typeof import('./endpoints.ts')

/** Some endpoint, whatever it takes and answers. */
export type AnyEndpoint = Endpoint<never, unknown>

type Marks<Input, Output> = Partial<
  Omit<Endpoint<Input, Output>, 'operation' | 'method' | 'path' | 'credential' | 'shape' | 'input'>
>

/** @example endpoint<Empty, User>('getUser', 'GET /v1/user/me', 'bearer', user, repeatable) */
/* @__NO_SIDE_EFFECTS__ */
export function endpoint<Input, Output>(
  operation: string,
  route: `${Call['method']} /${string}`,
  credential: Credential,
  shape: wire.Shape<Output>,
  marks?: Marks<Input, Output>,
): Endpoint<Input, Output> {
  const [method, path] = route.split(' ') as [Call['method'], string]
  return { operation, method, path, credential, shape, ...marks }
}
