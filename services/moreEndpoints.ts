import { AuthError } from './error.ts'
import {
  endpoint,
  getAsUser,
  nothing,
  patchAsUser,
  post,
  postAsUser,
  repeatable,
  signsIn,
  tokens,
  user,
} from './endpoints.ts'
import type { Secret } from './secret.ts'
import type * as wire from './wire.ts'

const deleteAsUser = endpoint('DELETE', 'bearer')

const providerToken: wire.Shape<wire.ProviderToken> = {
  provider_token: 'secret',
  expires_in: 'seconds?',
  provider_profile: 'record?',
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

/**
 * The rest of the protocol. A flow that calls some of it brings it along (`withEndpoints`), and
 * `createAuth({ endpoints: moreEndpoints })` makes it callable, so that only those apps carry it.
 */
export const moreEndpoints = {
  upgrade: endpoint('POST', 'field')<wire.UpgradeRequest, wire.Tokens>('v1/signup', tokens, {
    signsIn: true,
    fields: ({ uid, ...input }, _clientId, anonymous_token) => ({ ...input, anonymous_token }),
    check({ sub }, { uid }) {
      if (uid && sub !== uid) {
        throw new AuthError('aborted', { description: 'the answer is not about this guest' })
      }
    },
  }),
  signInV2: post<wire.SignInRequest, wire.Tokens>('v2/signin/username', tokens, signsIn),
  signInWithProviderV2: post<wire.ProviderSignInRequest, wire.Tokens>(
    'v2/signin/with/provider',
    tokens,
    signsIn,
  ),
  verifyV2: post<wire.VerifyRequest, wire.Tokens>('v2/signin/verificationcode', tokens, signsIn),
  getPublicKey: post<wire.Empty, wire.PublicKey>(
    'v2/signin/publichkey',
    { public_key: 'string', public_key_thumbprint: 'string' },
    repeatable,
  ),
  initCaptcha: post<wire.CaptchaRequest, wire.CaptchaPage>(
    'v1/captcha/init',
    { url: 'string?', captcha_token: 'secret?', expires_in: 'seconds' },
    repeatable,
  ),
  getProviderUri: endpoint('GET', 'client')<wire.ProviderUriRequest, wire.ProviderUri>(
    'v1/provider/uri',
    { uri: 'string', signout_uri: 'string?' },
    { repeatable: true, fields: flattenParams },
  ),
  grantProviderToken: post<wire.ProviderTokenRequest, wire.ProviderToken>(
    'v1/provider/token',
    providerToken,
  ),
  patchProviderToken: endpoint('PATCH', 'client')<
    wire.PatchProviderTokenRequest,
    wire.ProviderToken
  >('v1/provider/token', providerToken),
  bindProvider: postAsUser<wire.BindProviderRequest, wire.Empty>('v1/user/provider/bind', nothing),
  unbindProvider: deleteAsUser<wire.UnbindProviderRequest, wire.Empty>(
    'v1/user/provider/{provider_id}',
    nothing,
    { fields: checkProviderId },
  ),
  getProviders: getAsUser<wire.Empty, wire.Providers>(
    'v1/user/provider',
    { total: 'count?', data: 'list' },
    repeatable,
  ),
  editUser: postAsUser<wire.EditUserRequest, wire.Empty>('v1/user/basic/edit', nothing),
  sudo: postAsUser<wire.SudoRequest, wire.Sudo>('v1/user/sudo', {
    sudo_token: 'secret?',
    expires_in: 'seconds?',
  }),
  setContact: patchAsUser<wire.SetContactRequest, wire.Empty>('v1/user/contact', nothing, elevated),
  setPassword: patchAsUser<wire.SetPasswordRequest, wire.Empty>(
    'v1/user/password',
    nothing,
    elevated,
  ),
  deleteUser: deleteAsUser<wire.DeleteUserRequest, wire.DeletedUser>(
    'v1/user/me',
    {
      ...user,
      sub: 'string?',
    },
    { signsOut: true },
  ),
  queryUsers: getAsUser<wire.QueryUsersRequest, wire.Users>(
    'v1/user/query',
    { total: 'count?', data: 'list' },
    repeatable,
  ),
  resetPassword: post<wire.ResetPasswordRequest, wire.Empty>('v1/reset', nothing),
  isUsernameRegistered: endpoint('GET', 'client')<wire.UsernameRequest, wire.Existence>(
    'v1/checkIfUserExist',
    { exist: 'boolean' },
    repeatable,
  ),
}
