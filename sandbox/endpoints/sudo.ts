import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Topic } from '../http/route.ts'
import { matchPassword } from '../rules/passwords.ts'
import { contactsOf } from '../rules/users.ts'

/** `POST /auth/v1/user/sudo`. */
export const sudo: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/user/sudo',
    access: 'bearer',
    handle: (call) => elevate(core, call),
  },
]

async function elevate(core: Core, call: Call): Promise<object> {
  const { user } = call.needBearer()
  const password = call.body.text('password')
  const verificationToken = call.body.text('verification_token')
  const expiresIn = core.config().sudoTokenSeconds
  if (core.sudo.isNeedless(user)) return { sudo_token: '', expires_in: expiresIn }
  if (verificationToken !== undefined) {
    core.verifications.check(verificationToken, ...contactsOf(user))()
  } else if (password !== undefined) {
    if (user.phone_number !== undefined) throw new ApiError('failed_precondition', phoneComesFirst)
    await matchPassword(core, call, user.sub, user, password)
  } else {
    throw new ApiError('invalid_argument', 'password or verification_token is required')
  }
  return { sudo_token: core.sudo.grant(user), expires_in: expiresIn }
}

const phoneComesFirst = 'A user with a phone number proves it: verification_token is required'
