import { removeUser } from '../manageUsers.ts'
import type { Call } from '../http/call.ts'
import { parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { readProfile } from '../rules/profile.ts'
import type { Route, EndpointGroup } from '../http/route.ts'
import { toProfile } from '../rules/users.ts'

/**
 * Creates the endpoints for the signed-in user.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `GET /auth/v1/user/me`
 * @see `GET /auth/v2/user/me`
 * @see `DELETE /auth/v1/user/me`
 * @see `DELETE /auth/v1/user/revoke/all`
 * @see `PATCH /auth/v1/user/profile`
 */
export const user: EndpointGroup = (core) => [
  ...['v1', 'v2'].map((version): Route => ({
    method: 'GET',
    path: `/auth/${version}/user/me`,
    access: 'bearer',
    handle: ({ requireBearer }) => toProfile(requireBearer().user),
  })),
  {
    method: 'DELETE',
    path: '/auth/v1/user/me',
    access: 'bearer',
    handle: ({ query, requireBearer }) => {
      const { user } = requireBearer()
      core.sudo.check(user, query.text('sudo_token'))
      removeUser(core, user.sub)
      return toProfile(user)
    },
  },
  {
    method: 'DELETE',
    path: '/auth/v1/user/revoke/all',
    access: 'bearer',
    handle: ({ requireBearer }) => {
      core.sessions.revokeAll(requireBearer().user.sub)
      return {}
    },
  },
  {
    method: 'PATCH',
    path: '/auth/v1/user/profile',
    access: 'bearer',
    handle: (call) => update(core, call),
  },
]

function update(core: Core, { body, requireBearer }: Call): object {
  const { user } = requireBearer()
  const changes = readProfile(body)
  const username = body.text('username')
  if (username !== undefined && username !== user.username) {
    changes.username = parseChosenName(username)
    core.users.checkFree(changes, user.sub)
  }
  return toProfile(core.users.update(user, changes))
}
