import type { Clock } from './clock.ts'
import { AuthError } from './error.ts'
import type { Call, Http } from './http.ts'
import { toPhoneNumber, toUsername } from './phone.ts'
import type { Secret } from './secret.ts'
import * as wire from './wire.ts'

/**
 * What a call is allowed by: the client id alone, the bearer of the session, or the bearer where
 * there is a session and the client id where there is none.
 */
export type Credential = 'client' | 'bearer' | 'either'

/** What interrupts a call brings back with it. */
export interface Grants {
  accessToken?: Secret
  captchaToken?: Secret
  signal?: AbortSignal
}

interface Endpoint<Input, Output> {
  readonly method: Call['method']
  readonly path: string
  readonly credential: Credential
  readonly shape: wire.Shape<Output>
  /** The answer is a session to keep. */
  readonly signsIn?: boolean
  /** Doing it twice does no more than doing it once. */
  readonly repeatable?: boolean
  /** Never set: carries the type of the request. */
  readonly input?: Input
}

/** One endpoint as a function. The marks beside it tell `request` how to treat an interruption. */
export interface Operation<Input, Output> extends Pick<
  Endpoint<Input, Output>,
  'method' | 'path' | 'credential' | 'signsIn' | 'repeatable'
> {
  (input: Input, grants?: Grants): Promise<Output>
}

const endpoint = <Input, Output>(
  method: Call['method'],
  path: string,
  credential: Credential,
  shape: wire.Shape<Output>,
  marks: Pick<Endpoint<Input, Output>, 'signsIn' | 'repeatable'> = {},
): Endpoint<Input, Output> => ({ method, path: `/v1/${path}`, credential, shape, ...marks })

const nothing: wire.Shape<wire.Empty> = {}

const tokens: wire.Shape<wire.Tokens> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  token_type: 'string?',
  expires_in: 'seconds',
  sub: 'string?',
  scope: 'string?',
}

const user: wire.Shape<wire.User> = {
  sub: 'string',
  name: 'string?',
  username: 'string?',
  gender: 'string?',
  picture: 'string?',
  locale: 'string?',
  birthdate: 'string?',
  phone_number: 'string?',
  email: 'string?',
  email_verified: 'boolean?',
  zoneinfo: 'string?',
  created_at: 'string?',
}

const endpoints = {
  sendVerification: endpoint<wire.SendVerificationRequest, wire.Verification>(
    'POST',
    'verification',
    'either',
    { verification_id: 'string', expires_in: 'seconds', is_user: 'boolean?' },
  ),
  verify: endpoint<wire.VerifyRequest, wire.VerificationToken>(
    'POST',
    'verification/verify',
    'client',
    { verification_token: 'secret', expires_in: 'seconds?' },
  ),
  signIn: endpoint<wire.SignInRequest, wire.Tokens>('POST', 'signin', 'client', tokens, {
    signsIn: true,
  }),
  signUp: endpoint<wire.SignUpRequest, wire.Tokens>('POST', 'signup', 'client', tokens, {
    signsIn: true,
  }),
  signInAnonymously: endpoint<wire.AnonymousRequest, wire.Tokens>(
    'POST',
    'signin/anonymously',
    'client',
    tokens,
    { signsIn: true },
  ),
  refresh: endpoint<wire.RefreshRequest, wire.Tokens>('POST', 'token', 'client', tokens),
  revoke: endpoint<wire.RevokeRequest, wire.Empty>('POST', 'revoke', 'client', nothing, {
    repeatable: true,
  }),
  signOut: endpoint<wire.SignOutRequest, wire.SignedOut>('POST', 'user/signout', 'bearer', {
    redirect_uri: 'string?',
  }),
  getUser: endpoint<wire.Empty, wire.User>('GET', 'user/me', 'bearer', user, { repeatable: true }),
  updateProfile: endpoint<wire.Profile, wire.User>('PATCH', 'user/profile', 'bearer', user),
  createCaptcha: endpoint<wire.CaptchaRequest, wire.CaptchaPicture>(
    'POST',
    'captcha/data',
    'client',
    { data: 'string', token: 'secret', expires_in: 'seconds?' },
    { repeatable: true },
  ),
  verifyCaptcha: endpoint<wire.CaptchaAnswer, wire.CaptchaToken>(
    'POST',
    'captcha/data/verify',
    'client',
    { captcha_token: 'secret', expires_in: 'seconds' },
  ),
}

type Endpoints = typeof endpoints

/** Every endpoint as a function, under the name the machines call it by. */
export type Operations = {
  [K in keyof Endpoints]: Endpoints[K] extends Endpoint<infer I, infer O> ? Operation<I, O> : never
}

export type OperationName = keyof Operations
export type InputOf<K extends OperationName> = Parameters<Operations[K]>[0]
export type OutputOf<K extends OperationName> = Awaited<ReturnType<Operations[K]>>

/** What the machines may touch of the world: the endpoints and the time. */
export type Api = Operations & { clock: Clock }

/**
 * @param clientId sent along where the protocol wants it in the body (RFC 6749 §6)
 */
export function createApi(http: Http, clientId: string, clock: Clock): Api {
  const operations = Object.entries(endpoints).map(([operation, endpoint]) => {
    const { method, path, shape, ...marks } = endpoint as Endpoint<object, object>
    const call = async (input: object, grants?: Grants) => {
      try {
        const body = method === 'GET' ? undefined : prepare(operation, input, clientId)
        return wire.read(await http({ operation, method, path, body, ...grants }), shape)
      } catch (thrown) {
        throw AuthError.from(thrown, operation)
      }
    }
    return [operation, Object.assign(call, { method, path, ...marks })]
  })
  return { ...Object.fromEntries(operations), clock } as Api
}

function prepare(operation: string, input: object, client_id: string): object {
  const { phone_number, username } = input as { phone_number?: unknown; username?: unknown }
  return {
    ...input,
    ...(phone_number !== undefined && { phone_number: toPhoneNumber(phone_number) }),
    ...(typeof username === 'string' && { username: toUsername(username) }),
    ...(operation === 'refresh' && { client_id, client_secret: '', grant_type: 'refresh_token' }),
  }
}
