import type { Call } from '../http/call.ts'
import { parseChosenName, parseEmail, parsePhone, parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import type { EndpointGroup } from '../http/route.ts'
import type { User } from '../state.ts'

const maxIds = 50

/**
 * Creates the endpoints that look up users.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `GET /auth/v1/user/query`
 * @see `GET /auth/v1/checkIfUserExist`
 * @see `GET /auth/v1/checkUsername`
 */
export const lookup: EndpointGroup = (core) => [
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
      exist: core.users.find(parseUsername(query.requireText('username'))) !== undefined,
    }),
  },
  {
    method: 'GET',
    path: '/auth/v1/checkUsername',
    access: 'client',
    handle: ({ query }) => {
      core.users.checkFree({ username: parseChosenName(query.requireText('username')) })
      return {}
    },
  },
]

function query(core: Core, call: Call): object {
  if (call.requireRegistered().session.isCustom) {
    throw new ApiError(
      'permission_denied',
      'Users who signed in by a custom ticket cannot query users',
    )
  }
  const found = findUsers(core, call.query).filter((user) => !user.anonymous)
  return { total: found.length, data: found.map(toSimpleProfile) }
}

/** Returns the users that match all criteria of the query. */
function findUsers({ users }: Core, query: Fields): User[] {
  const ids = read(query, 'id')?.split(',')
  if (ids && ids.length > maxIds) {
    throw new ApiError('invalid_argument', `At most ${maxIds} ids are allowed`)
  }
  const username = read(query, 'username')
  const email = read(query, 'email')
  const phone = read(query, 'phone_number')
  const wanted: Partial<User> = {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email: parseEmail(email).address }),
    ...(phone !== undefined && { phone_number: parsePhone(phone).address }),
  }
  const fields = Object.keys(wanted) as ('username' | 'email' | 'phone_number')[]
  const [name] = Object.values(wanted) as string[]
  if (!ids && name === undefined) {
    throw new ApiError('invalid_argument', 'id, username, email or phone_number is required')
  }
  const candidates = ids ? [...new Set(ids)].map(users.get) : [users.find(name ?? '')]
  return candidates
    .filter((user) => user !== undefined)
    .filter((user) => fields.every((field) => user[field] === wanted[field]))
}

/** Reads a parameter. The official client sends missing ones as the text `undefined`. */
function read(query: Fields, name: string): string | undefined {
  const value = query.text(name)
  return value === 'undefined' ? undefined : value
}

function toSimpleProfile(user: User): object {
  const { sub, name, picture, gender, locale, email, phone_number } = user
  return { sub, name, picture, gender, locale, email, phone_number }
}
