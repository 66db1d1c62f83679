import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { EndpointGroup } from '../http/route.ts'
import { matchPassword } from '../rules/passwords.ts'
import { contactsOf } from '../rules/users.ts'

/**
 * Creates the endpoint that issues sudo tokens.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/user/sudo`
 */
export const sudo: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/user/sudo',
    access: 'bearer',
    handle: (call) => elevate(core, call),
  },
]

async function elevate(core: Core, call: Call): Promise<object> {
  const { user } = call.requireBearer()
  const password = call.body.text('password')
  const verificationToken = call.body.text('verification_token')
  const expiresIn = core.config().sudoTokenSeconds
  if (core.sudo.isExempt(user)) return { sudo_token: '', expires_in: expiresIn }
  if (verificationToken !== undefined) {
    core.verifications.check(verificationToken, ...contactsOf(user))()
  } else if (password !== undefined) {
    if (user.phone_number !== undefined) throw new ApiError('failed_precondition', phoneRequired)
    await matchPassword(core, call, user.sub, user, password)
  } else {
    throw new ApiError('invalid_argument', 'password or verification_token is required')
  }
  return { sudo_token: core.sudo.grant(user), expires_in: expiresIn }
}

const phoneRequired =
  'A user with a phone number must verify a contact: verification_token is required'
