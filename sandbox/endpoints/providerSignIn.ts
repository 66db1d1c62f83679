import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Route, Topic } from '../http/route.ts'
import { findByToken, syncProfile, toNewUser } from '../rules/identities.ts'
import { checkStatus } from '../rules/users.ts'

/** `POST /auth/v1/signin/with/provider` and its twin in v2. */
export const providerSignIn: Topic = (core) =>
  ['v1', 'v2'].map((version): Route => ({
    method: 'POST',
    path: `/auth/${version}/signin/with/provider`,
    access: 'client',
    handle: (call) => enter(core, call),
  }))

function enter(core: Core, { body, issuer }: Call): Promise<object> {
  const { token, spend } = core.providers.check(body.need('provider_token'))
  const { autoSignUp } = core.providers.need(token.profile.provider_id)
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
