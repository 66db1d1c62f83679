import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { EndpointGroup } from '../http/route.ts'
import { bindIdentity } from '../rules/identities.ts'
import { findByIdentity } from '../rules/userIndex.ts'
import { checkStatus } from '../rules/users.ts'
import type { User } from '../state.ts'

const provider_id = 'custom'

/**
 * Creates the endpoint that signs in with a custom ticket.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/signin/custom`
 */
export const ticket: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/signin/custom',
    access: 'client',
    handle: async ({ body, issuer }) => {
      body.oneOf('provider_id', [provider_id])
      const user = findOrAdd(core, await core.tickets.read(body.requireText('ticket')))
      checkStatus(user)
      const isRefreshable = core.config().customRefreshToken === 'on'
      return core.sessions.start(user, issuer, { isCustom: true, isRefreshable })
    },
  },
]

/** Returns the user with the uid, or the one the uid is bound to, or adds one. */
function findOrAdd({ state, users }: Core, uid: string): User {
  const identity = { provider_id, sub: uid, name: uid }
  const user = findByIdentity(state, identity) ?? users.get(uid) ?? users.add({ sub: uid })
  if (user.anonymous) throw new ApiError('failed_precondition', 'The uid is a guest')
  bindIdentity(state, user, identity)
  return user
}
