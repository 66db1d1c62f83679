import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { Fields } from '../fields.ts'
import type { Topic } from '../http/route.ts'
import { type Contact, needContact, parseChosenName } from '../rules/contact.ts'
import { changePassword, type PasswordChange } from '../rules/passwords.ts'
import { readProfile } from '../rules/profile.ts'
import { contactFields } from '../rules/users.ts'
import type { User } from '../state.ts'

/** `POST /auth/v1/user/basic/edit`, by which newer clients change what others change elsewhere. */
export const basicEdit: Topic = (core) => [
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
  const { user } = call.needBearer()
  const username = body.text('username')
  const contact = readContact(call)
  const changes: Partial<User> = {
    ...readRenamed(body),
    ...readProfile(body),
    ...(username !== undefined && { username: parseChosenName(username) }),
    ...(contact && contactFields(contact)),
  }
  core.users.checkFree(changes, user.sub)
  // It comes without proof: the user has traded a code for a token shortly before.
  if (contact) core.verifications.checkGiven(user.sub, contact.address)()
  Object.assign(user, changes)
  return {}
}

/** Profile fields under the names of this endpoint. */
function readRenamed(body: Fields): Partial<User> {
  const renamed = { name: body.text('nickname'), picture: body.text('avatar_url') }
  return readProfile(new Fields(Object.entries(renamed)))
}

/** `phone` is what this endpoint calls a phone number. */
function readContact({ body, needMember }: Call): Contact | undefined {
  const phone_number = body.text('phone') ?? body.text('phone_number')
  const email = body.text('email')
  if (phone_number === undefined && email === undefined) return undefined
  needMember()
  return needContact(new Fields(Object.entries({ phone_number, email })))
}

/** A new password, and the old one if there is one; encrypted by clients that can. */
function readPassword({ envelopes }: Core, { body }: Call): PasswordChange | undefined {
  const encrypted = body.text('encrypt_new_password')
  if (encrypted === undefined) {
    const newPassword = body.text('new_password')
    return newPassword === undefined
      ? undefined
      : { newPassword, oldPassword: body.text('password') }
  }
  const thumbprint = body.need('public_key_thumbprint')
  const old = body.text('encrypt_password')
  return {
    newPassword: envelopes.open(encrypted, thumbprint),
    oldPassword: old === undefined ? undefined : envelopes.open(old, thumbprint),
  }
}
