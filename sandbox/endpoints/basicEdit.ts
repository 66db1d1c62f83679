import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { Fields } from '../fields.ts'
import type { EndpointGroup } from '../http/route.ts'
import { type Contact, requireContact, parseChosenName } from '../rules/contact.ts'
import { changePassword, type PasswordChange } from '../rules/passwords.ts'
import { readProfile } from '../rules/profile.ts'
import { contactFields } from '../rules/users.ts'
import type { User } from '../state.ts'

/**
 * Creates the endpoint by which v3 clients edit profile, contact and password.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/user/basic/edit`
 */
export const basicEdit: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/user/basic/edit',
    access: 'bearer',
    handle: (call) => edit(core, call),
  },
]

async function edit(core: Core, call: Call): Promise<object> {
  const { body } = call
  const password = readPassword(core, call)
  if (password) {
    await changePassword(core, call, password)
    return {}
  }
  const { user } = call.requireBearer()
  const username = body.text('username')
  const contact = readContact(call)
  const changes: Partial<User> = {
    ...readRenamed(body),
    ...readProfile(body),
    ...(username !== undefined && { username: parseChosenName(username) }),
    ...(contact && contactFields(contact)),
  }
  core.users.checkFree(changes, user.sub)
  // The call sends no verification token: the user has obtained one shortly before.
  if (contact) core.verifications.checkVerified(user.sub, contact.address)()
  core.users.update(user, changes)
  return {}
}

/** Reads the profile fields that have other names at this endpoint. */
function readRenamed(body: Fields): Partial<User> {
  const renamed = { name: body.text('nickname'), picture: body.text('avatar_url') }
  return readProfile(new Fields(Object.entries(renamed)))
}

/** Reads the contact. This endpoint also accepts a phone number as `phone`. */
function readContact({ body, requireRegistered }: Call): Contact | undefined {
  const phone_number = body.text('phone') ?? body.text('phone_number')
  const email = body.text('email')
  if (phone_number === undefined && email === undefined) return undefined
  requireRegistered()
  return requireContact(new Fields(Object.entries({ phone_number, email })))
}

/** Reads a new password and the old one. Clients may encrypt both. */
function readPassword({ encryption }: Core, { body }: Call): PasswordChange | undefined {
  const encrypted = body.text('encrypt_new_password')
  if (encrypted === undefined) {
    const newPassword = body.text('new_password')
    return newPassword === undefined
      ? undefined
      : { newPassword, oldPassword: body.text('password') }
  }
  const thumbprint = body.requireText('public_key_thumbprint')
  const old = body.text('encrypt_password')
  return {
    newPassword: encryption.decrypt(encrypted, thumbprint),
    oldPassword: old === undefined ? undefined : encryption.decrypt(old, thumbprint),
  }
}
