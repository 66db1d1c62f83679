import type { Call } from './http.ts'
import type { Secret } from './secret.ts'
import type * as wire from './wire.ts'

/**
 * What a call is allowed by: the client id alone, the bearer of the session, the bearer where there
 * is a session and the client id where there is none, or the session's token as a field of the
 * request beside the client id.
 */
export type Credential = 'client' | 'bearer' | 'either' | 'field'

export interface Endpoint<Input, Output> {
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
  /** What must be true of an answer before it counts. @throws AuthError */
  check?(output: Output, input: Input): void
  /** Never set: carries the type of the request. */
  readonly input?: Input
}

export const signsIn = { signsIn: true }
export const repeatable = { repeatable: true }

type Marks<Input, Output> = Partial<
  Omit<Endpoint<Input, Output>, 'method' | 'path' | 'credential' | 'shape' | 'input'>
>

export const endpoint =
  (method: Call['method'], credential: Credential) =>
  <Input, Output>(
    path: string,
    shape: wire.Shape<Output>,
    marks: Marks<Input, Output> = {},
  ): Endpoint<Input, Output> => ({ method, path: `/${path}`, credential, shape, ...marks })

export const post = endpoint('POST', 'client')
export const postAsUser = endpoint('POST', 'bearer')
export const patchAsUser = endpoint('PATCH', 'bearer')
export const getAsUser = endpoint('GET', 'bearer')

export const nothing: wire.Shape<wire.Empty> = {}

export const tokens: wire.Shape<wire.Tokens> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  token_type: 'string?',
  expires_in: 'seconds',
  sub: 'string?',
  scope: 'string?',
  groups: 'list?',
}

export const user: wire.Shape<wire.User> = {
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
  groups: 'list?',
  providers: 'list?',
}

/** RFC 6749 §6. */
const refreshing = {
  fields: (input: wire.RefreshRequest, client_id: string) => ({
    ...input,
    client_id,
    client_secret: '',
    grant_type: 'refresh_token',
  }),
}

/** What every session needs, and signing in by code or password. */
export const endpoints = {
  sendVerification: endpoint('POST', 'either')<wire.SendVerificationRequest, wire.Verification>(
    'v1/verification',
    { verification_id: 'string', expires_in: 'seconds', is_user: 'boolean?' },
  ),
  verify: post<wire.VerifyRequest, wire.VerificationToken>('v1/verification/verify', {
    verification_token: 'secret',
    expires_in: 'seconds?',
  }),
  signIn: post<wire.SignInRequest, wire.Tokens>('v1/signin', tokens, signsIn),
  signUp: post<wire.SignUpRequest, wire.Tokens>('v1/signup', tokens, signsIn),
  signInAnonymously: post<wire.AnonymousRequest, wire.Tokens>(
    'v1/signin/anonymously',
    tokens,
    signsIn,
  ),
  signInWithCustomTicket: post<wire.CustomTicketRequest, wire.Tokens>(
    'v1/signin/custom',
    tokens,
    signsIn,
  ),
  signInWithProvider: post<wire.ProviderSignInRequest, wire.Tokens>(
    'v1/signin/with/provider',
    tokens,
    signsIn,
  ),
  refresh: post<wire.RefreshRequest, wire.Tokens>('v1/token', tokens, refreshing),
  refreshV2: post<wire.RefreshRequest, wire.Tokens>('v2/token', tokens, refreshing),
  revoke: post<wire.RevokeRequest, wire.Empty>('v1/revoke', nothing, repeatable),
  signOut: postAsUser<wire.SignOutRequest, wire.SignedOut>('v1/user/signout', {
    redirect_uri: 'string?',
  }),
  createCaptcha: post<wire.CaptchaRequest, wire.CaptchaPicture>(
    'v1/captcha/data',
    { data: 'string', token: 'secret', expires_in: 'seconds?' },
    repeatable,
  ),
  verifyCaptcha: post<wire.CaptchaAnswer, wire.CaptchaToken>('v1/captcha/data/verify', {
    captcha_token: 'secret',
    expires_in: 'seconds',
  }),
  getUser: getAsUser<wire.Empty, wire.User>('v1/user/me', user, repeatable),
  updateProfile: patchAsUser<wire.Profile, wire.User>('v1/user/profile', user),
}
