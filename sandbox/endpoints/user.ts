import type { Call } from '../http/call.ts'
import { parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { readProfile } from '../rules/profile.ts'
import type { Topic } from '../http/route.ts'
import { toProfile } from '../rules/users.ts'

/** `GET /auth/v1/user/me` and `PATCH /auth/v1/user/profile`. */
export const user: Topic = (core) => [
  {
    method: 'GET',
    path: '/auth/v1/user/me',
    access: 'bearer',
    handle: ({ needBearer }) => toProfile(needBearer().user),
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
