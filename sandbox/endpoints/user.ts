import { removeUser } from '../accounts.ts'
import type { Call } from '../http/call.ts'
import { parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { readProfile } from '../rules/profile.ts'
import type { Route, Topic } from '../http/route.ts'
import { toProfile } from '../rules/users.ts'

/** The user's own account: `user/me`, `user/profile` and `user/revoke/all`. */
export const user: Topic = (core) => [
  ...['v1', 'v2'].map((version): Route => ({
    method: 'GET',
    path: `/auth/${version}/user/me`,
    access: 'bearer',
    handle: ({ needBearer }) => toProfile(needBearer().user),
  })),
  {
    method: 'DELETE',
    path: '/auth/v1/user/me',
    access: 'bearer',
    handle: ({ query, needBearer }) => {
      const { user } = needBearer()
      core.sudo.check(user, query.text('sudo_token'))
      removeUser(core, user.sub)
      return toProfile(user)
    },
  },
  {
    method: 'DELETE',
    path: '/auth/v1/user/revoke/all',
    access: 'bearer',
    handle: ({ needBearer }) => {
      core.sessions.revokeAll(needBearer().user.sub)
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

function update(core: Core, { body, needBearer }: Call): object {
  const { user } = needBearer()
  const changes = readProfile(body)
  const username = body.text('username')
  if (username !== undefined && username !== user.username) {
    changes.username = parseChosenName(username)
    core.users.checkFree(changes, user.sub)
  }
  return toProfile(Object.assign(user, changes))
}
