import type { Call } from '../http/call.ts'
import { needContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Topic } from '../http/route.ts'
import { forgetWrongPasswords, matchPassword } from '../rules/passwords.ts'
import { checkStatus, namesOf } from '../rules/users.ts'
import { hashPassword } from '../secret.ts'

/** `PATCH /auth/v1/user/password` and `POST /auth/v1/reset`. */
export const password: Topic = (core) => [
  {
    method: 'PATCH',
    path: '/auth/v1/user/password',
    access: 'bearer',
    handle: (call) => change(core, call),
  },
  {
    method: 'POST',
    path: '/auth/v1/reset',
    access: 'client',
    handle: (call) => reset(core, call),
  },
]

/**
 * The sudo token may come in the body or the query. In its place, or beside it, the old password
 * may come; alone it does for whom it would do at `user/sudo` as well.
 */
async function change(core: Core, call: Call): Promise<object> {
  const { user, session } = call.needMember()
  const hash = await hashPassword(call.body.need('new_password'))
  const oldPassword = call.body.text('old_password')
  const sudoToken = call.body.text('sudo_token') ?? call.query.text('sudo_token')
  const isAlone = oldPassword !== undefined && sudoToken === undefined
  if (oldPassword !== undefined) await matchPassword(core, call, user.sub, user, oldPassword)
  if (!isAlone || user.phone_number !== undefined) core.sudo.check(user, sudoToken)
  user.password = hash
  forgetWrongPasswords(core, [user.sub, ...namesOf(user)])
  core.sessions.revokeAll(user.sub, session.id)
  return {}
}

async function reset(core: Core, { body }: Call): Promise<object> {
  const { address } = needContact(body)
  const verificationToken = body.need('verification_token')
  const hash = await hashPassword(body.need('new_password'))
  const spend = core.verifications.check(verificationToken, address)
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  user.password = hash
  forgetWrongPasswords(core, [user.sub, ...namesOf(user)])
  core.sessions.revokeAll(user.sub)
  core.sudo.revokeAll(user.sub)
  return {}
}
