import type { Call } from '../http/call.ts'
import { parseChosenName, parseEmail, parsePhone, parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import type { Topic } from '../http/route.ts'
import type { User } from '../state.ts'

const mostIds = 50

/** Who there is: `user/query`, `checkIfUserExist` and `checkUsername`. */
export const lookup: Topic = (core) => [
  {
    method: 'GET',
    path: '/auth/v1/user/query',
    access: 'bearer',
    handle: (call) => query(core, call),
  },
  {
    method: 'GET',
    path: '/auth/v1/checkIfUserExist',
    access: 'client',
    handle: ({ query }) => ({
      exist: core.users.find(parseUsername(query.need('username'))) !== undefined,
    }),
  },
  {
    method: 'GET',
    path: '/auth/v1/checkUsername',
    access: 'client',
    handle: ({ query }) => {
      core.users.checkFree({ username: parseChosenName(query.need('username')) })
      return {}
    },
  },
]

function query(core: Core, call: Call): object {
  if (call.needMember().session.isCustom) {
    throw new ApiError('permission_denied', "Ask the app's own server about its users")
  }
  const isWanted = readCriteria(call.query)
  const found = [...core.state.users.values()].filter((user) => !user.anonymous && isWanted(user))
  return { total: found.length, data: found.map(toSimpleProfile) }
}

/** Users must meet all that is asked. */
function readCriteria(query: Fields): (user: User) => boolean {
  const ids = read(query, 'id')?.split(',')
  if (ids && ids.length > mostIds) {
    throw new ApiError('invalid_argument', `At most ${mostIds} ids can be asked for`)
  }
  const username = read(query, 'username')
  const email = read(query, 'email')
  const phone = read(query, 'phone_number')
  const wanted: Partial<User> = {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email: parseEmail(email).address }),
    ...(phone !== undefined && { phone_number: parsePhone(phone).address }),
  }
  const fields = Object.keys(wanted) as (keyof User)[]
  if (!ids && fields.length === 0) {
    throw new ApiError('invalid_argument', 'id, username, email or phone_number is required')
  }
  return (user) =>
    (!ids || ids.includes(user.sub)) && fields.every((field) => user[field] === wanted[field])
}

/** The official client sends what it was not given as the text `undefined`. */
function read(query: Fields, name: string): string | undefined {
  const value = query.text(name)
  return value === 'undefined' ? undefined : value
}

function toSimpleProfile(user: User): object {
  const { sub, name, picture, gender, locale, email, phone_number } = user
  return { sub, name, picture, gender, locale, email, phone_number }
}
