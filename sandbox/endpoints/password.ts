import type { Call } from '../http/call.ts'
import { requireContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { EndpointGroup } from '../http/route.ts'
import { changePassword, setPassword } from '../rules/passwords.ts'
import { checkStatus } from '../rules/users.ts'
import { hashPassword } from '../secret.ts'

/**
 * Creates the endpoints that change and reset a password.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `PATCH /auth/v1/user/password`
 * @see `POST /auth/v1/reset`
 */
export const password: EndpointGroup = (core) => [
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

/** Changes the password. The sudo token may be in the body or in the query. */
async function change(core: Core, call: Call): Promise<object> {
  const { body, query } = call
  await changePassword(core, call, {
    newPassword: body.requireText('new_password'),
    oldPassword: body.text('old_password'),
    sudoToken: body.text('sudo_token') ?? query.text('sudo_token'),
  })
  return {}
}

async function reset(core: Core, { body }: Call): Promise<object> {
  const { address } = requireContact(body)
  const verificationToken = body.requireText('verification_token')
  const hash = await hashPassword(body.requireText('new_password'))
  const spend = core.verifications.check(verificationToken, address)
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  setPassword(core, user, hash)
  core.sessions.revokeAll(user.sub)
  core.sudo.revokeAll(user.sub)
  return {}
}
