import { removeUser } from '../manageUsers.ts'
import type { Call } from '../http/call.ts'
import { requireContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { EndpointGroup } from '../http/route.ts'
import { contactFields } from '../rules/users.ts'

/**
 * How a conflict with the owner of a contact is resolved: `DEFAULT` rejects the change,
 * `DELETE_ACCOUNT_TRANSFER` deletes the owner, `TRANSFER` takes the contact, even if the owner
 * cannot sign in any more.
 */
const resolutions = ['DEFAULT', 'DELETE_ACCOUNT_TRANSFER', 'TRANSFER'] as const

/**
 * Creates the endpoint that changes a contact.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `PATCH /auth/v1/user/contact`
 */
export const contact: EndpointGroup = (core) => [
  {
    method: 'PATCH',
    path: '/auth/v1/user/contact',
    access: 'bearer',
    handle: (call) => change(core, call),
  },
]

function change(core: Core, { body, requireRegistered }: Call): object {
  const { user } = requireRegistered()
  const { kind, address } = requireContact(body)
  const resolution = body.oneOf('conflict_resolution', resolutions) ?? 'DEFAULT'
  const verificationToken = body.requireText('verification_token')
  core.sudo.check(user, body.text('sudo_token'))
  const spend = core.verifications.check(verificationToken, address)
  const owner = core.users.find(address)
  if (owner && owner !== user) {
    if (resolution === 'DEFAULT') {
      throw new ApiError('failed_precondition', `The ${kind} belongs to another user`)
    }
    if (resolution === 'TRANSFER') owner[kind] = undefined
    else removeUser(core, owner.sub)
  }
  spend()
  core.users.update(user, contactFields({ kind, address }))
  return {}
}
