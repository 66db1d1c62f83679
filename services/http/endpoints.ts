/** Every endpoint of the HTTP API as a constant; a bundle holds those it imports and no others. */
import { AuthError } from '../error.ts'
import { userIdOf } from '../jwt.ts'
import type { Endpoint, Method } from './endpoint.ts'
import { elevated, inPathOnly, refreshing, withOtherParams } from './fields.ts'
import { deletedUser, list, nothing, providerToken, tokens, user } from './shapes.ts'
import type { Shape } from './shape.ts'
import type {
  AnonymousRequest,
  BindProviderRequest,
  CaptchaAnswer,
  CaptchaPage,
  CaptchaPicture,
  CaptchaRequest,
  CaptchaToken,
  CustomTicketRequest,
  DeleteUserRequest,
  DeletedUser,
  EditUserRequest,
  Empty,
  Existence,
  PatchProviderTokenRequest,
  Profile,
  ProviderSignInRequest,
  ProviderToken,
  ProviderTokenRequest,
  ProviderUri,
  ProviderUriRequest,
  Providers,
  PublicKey,
  QueryUsersRequest,
  RefreshRequest,
  ResetPasswordRequest,
  RevokeRequest,
  SendVerificationRequest,
  SetContactRequest,
  SetPasswordRequest,
  SignInRequest,
  SignOutRequest,
  SignUpRequest,
  SignedOut,
  Sudo,
  SudoRequest,
  Tokens,
  UnbindProviderRequest,
  UpgradeRequest,
  User,
  UsernameRequest,
  Users,
  Verification,
  VerificationToken,
  VerifyRequest,
} from './wire.ts'

type Parts<Input, Output> = [
  operation: string,
  path: string,
  shape: Shape<Output>,
  ...options: Partial<Endpoint<Input, Output>>[],
]

// Bundlers drop unused calls of these. For esbuild they must stand in the file of the calls.

/* @__NO_SIDE_EFFECTS__ */
function get<Input, Output>(...parts: Parts<Input, Output>) {
  return build('GET', parts)
}

/* @__NO_SIDE_EFFECTS__ */
function post<Input, Output>(...parts: Parts<Input, Output>) {
  return build('POST', parts)
}

/* @__NO_SIDE_EFFECTS__ */
function patch<Input, Output>(...parts: Parts<Input, Output>) {
  return build('PATCH', parts)
}

/* @__NO_SIDE_EFFECTS__ */
function del<Input, Output>(...parts: Parts<Input, Output>) {
  return build('DELETE', parts)
}

/** The client id authorizes a request unless an option says otherwise. */
function build<Input, Output>(
  method: Method,
  [operation, path, shape, ...options]: Parts<Input, Output>,
): Endpoint<Input, Output> {
  return Object.assign(
    { operation, method, path, credential: 'client', shape } as const,
    ...options,
  )
}

const asUser = { credential: 'bearer' } as const
const asEither = { credential: 'either' } as const
const signsIn = { signsIn: true }
const signsOut = { signsOut: true }
const repeatable = { repeatable: true }

// Verification

/** Sends a verification code to a phone number or an e-mail address: `POST /v1/verification`. */
export const sendVerification = post<SendVerificationRequest, Verification>(
  'sendVerification',
  '/v1/verification',
  { verification_id: 'string', expires_in: 'seconds', is_user: 'boolean?' },
  asEither,
)

/** Trades a verification code for a verification token: `POST /v1/verification/verify`. */
export const verify = post<VerifyRequest, VerificationToken>('verify', '/v1/verification/verify', {
  verification_token: 'secret',
  expires_in: 'seconds?',
})

/** Signs in with a verification code: `POST /v2/signin/verificationcode`. */
export const verifyV2 = post<VerifyRequest, Tokens>(
  'verifyV2',
  '/v2/signin/verificationcode',
  tokens,
  signsIn,
)

/** Sets a new password by a verified contact: `POST /v1/reset`. */
export const resetPassword = post<ResetPasswordRequest, Empty>(
  'resetPassword',
  '/v1/reset',
  nothing,
)

// Session

/** Signs in with a password, a verification token or both: `POST /v1/signin`. */
export const signIn = post<SignInRequest, Tokens>('signIn', '/v1/signin', tokens, signsIn)

/** Signs in with a password, by version 2 of the protocol: `POST /v2/signin/username`. */
export const signInV2 = post<SignInRequest, Tokens>(
  'signInV2',
  '/v2/signin/username',
  tokens,
  signsIn,
)

/** Creates a user by a verified contact or a provider and signs in: `POST /v1/signup`. */
export const signUp = post<SignUpRequest, Tokens>('signUp', '/v1/signup', tokens, signsIn)

/**
 * Turns the signed-in anonymous user into a registered one and keeps the user id: `POST /v1/signup`
 * with the access token in the body. Fails with `aborted` when the answer is about another user.
 */
export const upgrade = post<UpgradeRequest, Tokens>('upgrade', '/v1/signup', tokens, signsIn, {
  credential: 'field',
  forUser: true,
  toFields: ({ uid, ...input }, _clientId, anonymous_token) => ({ ...input, anonymous_token }),
  check(tokens, { uid }) {
    if (uid && userIdOf(tokens) !== uid) {
      throw new AuthError('aborted', { description: 'the answer is about another user' })
    }
  },
})

/** Signs in without an account; one anonymous user per device: `POST /v1/signin/anonymously`. */
export const signInAnonymously = post<AnonymousRequest, Tokens>(
  'signInAnonymously',
  '/v1/signin/anonymously',
  tokens,
  signsIn,
)

/** Signs in with a ticket that the app's own server has signed: `POST /v1/signin/custom`. */
export const signInWithCustomTicket = post<CustomTicketRequest, Tokens>(
  'signInWithCustomTicket',
  '/v1/signin/custom',
  tokens,
  signsIn,
)

/** Signs in, or signs up, with an identity at a provider: `POST /v1/signin/with/provider`. */
export const signInWithProvider = post<ProviderSignInRequest, Tokens>(
  'signInWithProvider',
  '/v1/signin/with/provider',
  tokens,
  signsIn,
)

/** Signs in with an identity at a provider, by version 2 of the protocol: `POST /v2/signin/with/provider`. */
export const signInWithProviderV2 = post<ProviderSignInRequest, Tokens>(
  'signInWithProviderV2',
  '/v2/signin/with/provider',
  tokens,
  signsIn,
)

/** Reads the RSA key that encrypts sign-in bodies: `POST /v2/signin/publichkey`. */
export const getPublicKey = post<Empty, PublicKey>(
  'getPublicKey',
  '/v2/signin/publichkey',
  { public_key: 'string', public_key_thumbprint: 'string' },
  repeatable,
)

/** Trades a refresh token for a new session (RFC 6749 §6): `POST /v1/token`. */
export const refresh = post<RefreshRequest, Tokens>('refresh', '/v1/token', tokens, refreshing)

/** Trades the refresh token of a version 2 session for a new session: `POST /v2/token`. */
export const refreshV2 = post<RefreshRequest, Tokens>('refreshV2', '/v2/token', tokens, refreshing)

/** Revokes the session of an access token: `POST /v1/revoke`. */
export const revoke = post<RevokeRequest, Empty>('revoke', '/v1/revoke', nothing, repeatable)

/** Ends the session and answers the page to go to: `POST /v1/user/signout`. */
export const signOut = post<SignOutRequest, SignedOut>(
  'signOut',
  '/v1/user/signout',
  { redirect_uri: 'string?' },
  asUser,
)

// Captcha

/** Asks for a captcha picture: `POST /v1/captcha/data`. */
export const createCaptcha = post<CaptchaRequest, CaptchaPicture>(
  'createCaptcha',
  '/v1/captcha/data',
  { data: 'string', token: 'secret', expires_in: 'seconds?' },
  repeatable,
)

/** Trades the characters of a captcha picture for a captcha token: `POST /v1/captcha/data/verify`. */
export const verifyCaptcha = post<CaptchaAnswer, CaptchaToken>(
  'verifyCaptcha',
  '/v1/captcha/data/verify',
  { captcha_token: 'secret', expires_in: 'seconds' },
)

/** Asks for a captcha page, or at once for a captcha token: `POST /v1/captcha/init`. */
export const initCaptcha = post<CaptchaRequest, CaptchaPage>(
  'initCaptcha',
  '/v1/captcha/init',
  { url: 'string?', captcha_token: 'secret?', expires_in: 'seconds' },
  repeatable,
)

// User

/** Reads the signed-in user: `GET /v1/user/me`. */
export const getUser = get<Empty, User>('getUser', '/v1/user/me', user, asUser, repeatable)

/** Changes the profile and answers the user: `PATCH /v1/user/profile`. */
export const updateProfile = patch<Profile, User>('updateProfile', '/v1/user/profile', user, asUser)

/** Changes profile, contact or password, without a sudo token: `POST /v1/user/basic/edit`. */
export const editUser = post<EditUserRequest, Empty>(
  'editUser',
  '/v1/user/basic/edit',
  nothing,
  asUser,
)

/** Trades a password or a verification token for a sudo token: `POST /v1/user/sudo`. */
export const sudo = post<SudoRequest, Sudo>(
  'sudo',
  '/v1/user/sudo',
  { sudo_token: 'secret?', expires_in: 'seconds?' },
  asUser,
)

/** Replaces the phone number or the e-mail address: `PATCH /v1/user/contact`. */
export const setContact = patch<SetContactRequest, Empty>(
  'setContact',
  '/v1/user/contact',
  nothing,
  asUser,
  elevated,
)

/** Sets the password: `PATCH /v1/user/password`. */
export const setPassword = patch<SetPasswordRequest, Empty>(
  'setPassword',
  '/v1/user/password',
  nothing,
  asUser,
  elevated,
)

/** Deletes the user: `DELETE /v1/user/me`. */
export const deleteUser = del<DeleteUserRequest, DeletedUser>(
  'deleteUser',
  '/v1/user/me',
  deletedUser,
  asUser,
  signsOut,
)

/** Finds users by id, username, e-mail address or phone number: `GET /v1/user/query`. */
export const queryUsers = get<QueryUsersRequest, Users>(
  'queryUsers',
  '/v1/user/query',
  list,
  asUser,
  repeatable,
)

/** Answers whether a username is registered: `GET /v1/checkIfUserExist`. */
export const isUsernameRegistered = get<UsernameRequest, Existence>(
  'isUsernameRegistered',
  '/v1/checkIfUserExist',
  { exist: 'boolean' },
  repeatable,
)

// Providers

/** Asks for the authorization page of a provider: `GET /v1/provider/uri`. */
export const getProviderUri = get<ProviderUriRequest, ProviderUri>(
  'getProviderUri',
  '/v1/provider/uri',
  { uri: 'string', signout_uri: 'string?' },
  repeatable,
  withOtherParams,
)

/** Trades what a provider returned for a provider token: `POST /v1/provider/token`. */
export const grantProviderToken = post<ProviderTokenRequest, ProviderToken>(
  'grantProviderToken',
  '/v1/provider/token',
  providerToken,
)

/** Adds data of the provider, such as a WeChat phone number, to a provider token: `PATCH /v1/provider/token`. */
export const patchProviderToken = patch<PatchProviderTokenRequest, ProviderToken>(
  'patchProviderToken',
  '/v1/provider/token',
  providerToken,
)

/** Links an identity at a provider to the user: `POST /v1/user/provider/bind`. */
export const bindProvider = post<BindProviderRequest, Empty>(
  'bindProvider',
  '/v1/user/provider/bind',
  nothing,
  asUser,
  { forUser: true, toFields: ({ uid, ...input }: BindProviderRequest) => input },
)

/** Removes the identity at a provider from the user: `DELETE /v1/user/provider/{provider_id}`. */
export const unbindProvider = del<UnbindProviderRequest, Empty>(
  'unbindProvider',
  '/v1/user/provider/{provider_id}',
  nothing,
  asUser,
  inPathOnly,
)

/** Lists the providers and which of them are linked to the user: `GET /v1/user/provider`. */
export const getProviders = get<Empty, Providers>(
  'getProviders',
  '/v1/user/provider',
  list,
  asUser,
  repeatable,
)
