/**
 * Every endpoint of the protocol as a constant. What imports one carries it; a bundle holds no others.
 */
import { endpoint } from './endpoint.ts'
import { AuthError } from '../error.ts'
import type { Secret } from '../secret.ts'
import type * as wire from './wire.ts'

const signsIn = { signsIn: true }
const repeatable = { repeatable: true }

const nothing: wire.Shape<wire.Empty> = {}

const tokens: wire.Shape<wire.Tokens> = {
  access_token: 'secret',
  refresh_token: 'secret?',
  token_type: 'string?',
  expires_in: 'seconds',
  sub: 'string?',
  scope: 'string?',
  groups: 'list?',
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
  groups: 'list?',
  providers: 'list?',
}

const deletedUser: wire.Shape<wire.DeletedUser> = /* @__PURE__ */ Object.assign({}, user, {
  sub: 'string?' as const,
})

const providerToken: wire.Shape<wire.ProviderToken> = {
  provider_token: 'secret',
  expires_in: 'seconds?',
  provider_profile: 'record?',
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

/** It goes into the path and nowhere else. */
function checkProviderId({ provider_id }: wire.UnbindProviderRequest): object {
  if (typeof provider_id === 'string' && /^[\w-]{1,64}$/.test(provider_id)) return {}
  throw new AuthError('invalid_argument', { description: 'provider_id must name a provider' })
}

/** Without a sudo token an empty one is sent. */
const elevated = {
  fields: (input: { sudo_token?: Secret }) => ({ ...input, sudo_token: input.sudo_token ?? '' }),
}

/** `other_params: { a: 'b' }` goes out as `other_params[a]=b`; what is empty does not. */
const flattenParams = ({ other_params = {}, ...input }: wire.ProviderUriRequest) => ({
  ...input,
  ...Object.fromEntries(
    Object.entries(other_params)
      .filter(([, value]) => value)
      .map(([name, value]) => [`other_params[${name}]`, value]),
  ),
})

export const sendVerification = endpoint<wire.SendVerificationRequest, wire.Verification>(
  'sendVerification',
  'POST /v1/verification',
  'either',
  { verification_id: 'string', expires_in: 'seconds', is_user: 'boolean?' },
)

export const verify = endpoint<wire.VerifyRequest, wire.VerificationToken>(
  'verify',
  'POST /v1/verification/verify',
  'client',
  {
    verification_token: 'secret',
    expires_in: 'seconds?',
  },
)

export const signIn = endpoint<wire.SignInRequest, wire.Tokens>(
  'signIn',
  'POST /v1/signin',
  'client',
  tokens,
  signsIn,
)

export const signUp = endpoint<wire.SignUpRequest, wire.Tokens>(
  'signUp',
  'POST /v1/signup',
  'client',
  tokens,
  signsIn,
)

export const signInAnonymously = endpoint<wire.AnonymousRequest, wire.Tokens>(
  'signInAnonymously',
  'POST /v1/signin/anonymously',
  'client',
  tokens,
  signsIn,
)

export const signInWithCustomTicket = endpoint<wire.CustomTicketRequest, wire.Tokens>(
  'signInWithCustomTicket',
  'POST /v1/signin/custom',
  'client',
  tokens,
  signsIn,
)

export const signInWithProvider = endpoint<wire.ProviderSignInRequest, wire.Tokens>(
  'signInWithProvider',
  'POST /v1/signin/with/provider',
  'client',
  tokens,
  signsIn,
)

export const refresh = endpoint<wire.RefreshRequest, wire.Tokens>(
  'refresh',
  'POST /v1/token',
  'client',
  tokens,
  refreshing,
)

export const refreshV2 = endpoint<wire.RefreshRequest, wire.Tokens>(
  'refreshV2',
  'POST /v2/token',
  'client',
  tokens,
  refreshing,
)

export const revoke = endpoint<wire.RevokeRequest, wire.Empty>(
  'revoke',
  'POST /v1/revoke',
  'client',
  nothing,
  repeatable,
)

export const signOut = endpoint<wire.SignOutRequest, wire.SignedOut>(
  'signOut',
  'POST /v1/user/signout',
  'bearer',
  {
    redirect_uri: 'string?',
  },
)

export const createCaptcha = endpoint<wire.CaptchaRequest, wire.CaptchaPicture>(
  'createCaptcha',
  'POST /v1/captcha/data',
  'client',
  { data: 'string', token: 'secret', expires_in: 'seconds?' },
  repeatable,
)

export const verifyCaptcha = endpoint<wire.CaptchaAnswer, wire.CaptchaToken>(
  'verifyCaptcha',
  'POST /v1/captcha/data/verify',
  'client',
  {
    captcha_token: 'secret',
    expires_in: 'seconds',
  },
)

export const getUser = endpoint<wire.Empty, wire.User>(
  'getUser',
  'GET /v1/user/me',
  'bearer',
  user,
  repeatable,
)

export const updateProfile = endpoint<wire.Profile, wire.User>(
  'updateProfile',
  'PATCH /v1/user/profile',
  'bearer',
  user,
)

export const upgrade = endpoint<wire.UpgradeRequest, wire.Tokens>(
  'upgrade',
  'POST /v1/signup',
  'field',
  tokens,
  {
    signsIn: true,
    fields: ({ uid, ...input }, _clientId, anonymous_token) => ({ ...input, anonymous_token }),
    check({ sub }, { uid }) {
      if (uid && sub !== uid) {
        throw new AuthError('aborted', { description: 'the answer is not about this guest' })
      }
    },
  },
)

export const signInV2 = endpoint<wire.SignInRequest, wire.Tokens>(
  'signInV2',
  'POST /v2/signin/username',
  'client',
  tokens,
  signsIn,
)

export const signInWithProviderV2 = endpoint<wire.ProviderSignInRequest, wire.Tokens>(
  'signInWithProviderV2',
  'POST /v2/signin/with/provider',
  'client',
  tokens,
  signsIn,
)

export const verifyV2 = endpoint<wire.VerifyRequest, wire.Tokens>(
  'verifyV2',
  'POST /v2/signin/verificationcode',
  'client',
  tokens,
  signsIn,
)

export const getPublicKey = endpoint<wire.Empty, wire.PublicKey>(
  'getPublicKey',
  'POST /v2/signin/publichkey',
  'client',
  { public_key: 'string', public_key_thumbprint: 'string' },
  repeatable,
)

export const initCaptcha = endpoint<wire.CaptchaRequest, wire.CaptchaPage>(
  'initCaptcha',
  'POST /v1/captcha/init',
  'client',
  { url: 'string?', captcha_token: 'secret?', expires_in: 'seconds' },
  repeatable,
)

export const getProviderUri = endpoint<wire.ProviderUriRequest, wire.ProviderUri>(
  'getProviderUri',
  'GET /v1/provider/uri',
  'client',
  { uri: 'string', signout_uri: 'string?' },
  { repeatable: true, fields: flattenParams },
)

export const grantProviderToken = endpoint<wire.ProviderTokenRequest, wire.ProviderToken>(
  'grantProviderToken',
  'POST /v1/provider/token',
  'client',
  providerToken,
)

export const patchProviderToken = endpoint<wire.PatchProviderTokenRequest, wire.ProviderToken>(
  'patchProviderToken',
  'PATCH /v1/provider/token',
  'client',
  providerToken,
)

export const bindProvider = endpoint<wire.BindProviderRequest, wire.Empty>(
  'bindProvider',
  'POST /v1/user/provider/bind',
  'bearer',
  nothing,
)

export const unbindProvider = endpoint<wire.UnbindProviderRequest, wire.Empty>(
  'unbindProvider',
  'DELETE /v1/user/provider/{provider_id}',
  'bearer',
  nothing,
  { fields: checkProviderId },
)

export const getProviders = endpoint<wire.Empty, wire.Providers>(
  'getProviders',
  'GET /v1/user/provider',
  'bearer',
  { total: 'count?', data: 'list' },
  repeatable,
)

export const editUser = endpoint<wire.EditUserRequest, wire.Empty>(
  'editUser',
  'POST /v1/user/basic/edit',
  'bearer',
  nothing,
)

export const sudo = endpoint<wire.SudoRequest, wire.Sudo>('sudo', 'POST /v1/user/sudo', 'bearer', {
  sudo_token: 'secret?',
  expires_in: 'seconds?',
})

export const setContact = endpoint<wire.SetContactRequest, wire.Empty>(
  'setContact',
  'PATCH /v1/user/contact',
  'bearer',
  nothing,
  elevated,
)

export const setPassword = endpoint<wire.SetPasswordRequest, wire.Empty>(
  'setPassword',
  'PATCH /v1/user/password',
  'bearer',
  nothing,
  elevated,
)

export const deleteUser = endpoint<wire.DeleteUserRequest, wire.DeletedUser>(
  'deleteUser',
  'DELETE /v1/user/me',
  'bearer',
  deletedUser,
  { signsOut: true },
)

export const queryUsers = endpoint<wire.QueryUsersRequest, wire.Users>(
  'queryUsers',
  'GET /v1/user/query',
  'bearer',
  { total: 'count?', data: 'list' },
  repeatable,
)

export const resetPassword = endpoint<wire.ResetPasswordRequest, wire.Empty>(
  'resetPassword',
  'POST /v1/reset',
  'client',
  nothing,
)

export const isUsernameRegistered = endpoint<wire.UsernameRequest, wire.Existence>(
  'isUsernameRegistered',
  'GET /v1/checkIfUserExist',
  'client',
  { exist: 'boolean' },
  repeatable,
)
