import type { Call } from '../http/call.ts'
import { needContact, parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { readProfile } from '../rules/profile.ts'
import type { Topic } from '../http/route.ts'
import { hashPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { contactFields } from '../rules/users.ts'

/** `POST /auth/v1/signup`. */
export const signUp: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/signup',
    access: 'client',
    handle: (call) => create(core, call),
  },
]

async function create(core: Core, call: Call): Promise<object> {
  const contact = needContact(call.body)
  const verificationToken = call.body.need('verification_token')
  const username = call.body.text('username')
  const password = call.body.text('password')
  const fields: Partial<User> = {
    ...readProfile(call.body),
    ...contactFields(contact),
    username: username === undefined ? undefined : parseChosenName(username),
    password: password === undefined ? undefined : await hashPassword(password),
  }
  const guest = await readGuest(core, call.body.text('anonymous_token'))
  // Nothing below waits before the token is spent, so two sign-ups cannot both spend it.
  const spend = core.verifications.check(verificationToken, contact.address)
  core.users.checkFree(fields)
  if (guest && !guest.anonymous) {
    throw new ApiError('invalid_argument', 'The anonymous_token belongs to no guest')
  }
  spend()
  const user = guest ? Object.assign(guest, fields, { anonymous: false }) : core.users.add(fields)
  return core.sessions.start(user, call.issuer)
}

/** The guest who becomes a user and keeps the uid. */
async function readGuest(
  core: Core,
  anonymousToken: string | undefined,
): Promise<User | undefined> {
  if (anonymousToken === undefined) return undefined
  const bearer = await core.sessions.check(anonymousToken)
  if (typeof bearer !== 'object') {
    throw new ApiError('unauthenticated', `The anonymous_token is ${bearer}`)
  }
  return bearer.user
}
