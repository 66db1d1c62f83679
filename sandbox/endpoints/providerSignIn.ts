import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Route, EndpointGroup } from '../http/route.ts'
import { findByToken, syncProfile, toNewUser } from '../rules/identities.ts'
import { checkStatus } from '../rules/users.ts'

/**
 * Creates the endpoints that sign in with a provider token.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/signin/with/provider`
 * @see `POST /auth/v2/signin/with/provider`
 */
export const providerSignIn: EndpointGroup = (core) =>
  ['v1', 'v2'].map((version): Route => ({
    method: 'POST',
    path: `/auth/${version}/signin/with/provider`,
    access: 'client',
    handle: (call) => signInWithProvider(core, call),
  }))

function signInWithProvider(core: Core, { body, issuer }: Call): Promise<object> {
  const { token, spend } = core.providers.check(body.requireText('provider_token'))
  const { autoSignUp } = core.providers.require(token.profile.provider_id)
  const isSignUpDisabled = body.flag('force_disable_sign_up') ?? false
  const isSynced = body.flag('sync_profile') ?? false
  const known = findByToken(core.state, token)
  if (known) checkStatus(known)
  if (!known && (isSignUpDisabled || !autoSignUp)) throw new ApiError('not_found')
  const user = known ?? core.users.add(toNewUser(core.state, token))
  if (isSynced) syncProfile(user, token.profile)
  spend()
  return core.sessions.start(user, issuer)
}
