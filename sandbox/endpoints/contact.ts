import { removeUser } from '../accounts.ts'
import type { Call } from '../http/call.ts'
import { needContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Topic } from '../http/route.ts'
import { contactFields } from '../rules/users.ts'

/**
 * What becomes of a contact that is somebody else's: it stays theirs, they go with it, or they
 * lose it, even if that leaves them no way in.
 */
const resolutions = ['DEFAULT', 'DELETE_ACCOUNT_TRANSFER', 'TRANSFER'] as const

/** `PATCH /auth/v1/user/contact`. */
export const contact: Topic = (core) => [
  {
    method: 'PATCH',
    path: '/auth/v1/user/contact',
    access: 'bearer',
    handle: (call) => change(core, call),
  },
]

function change(core: Core, { body, needMember }: Call): object {
  const { user } = needMember()
  const { kind, address } = needContact(body)
  const resolution = body.oneOf('conflict_resolution', resolutions) ?? 'DEFAULT'
  const verificationToken = body.need('verification_token')
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
  Object.assign(user, contactFields({ kind, address }))
  return {}
}
