import { parseChosenName, parseEmail, parsePhone } from './rules/contact.ts'
import type { Core } from './core.ts'
import { ApiError } from './error.ts'
import type { Fields } from './fields.ts'
import { readProfile } from './rules/profile.ts'
import { hashPassword } from './secret.ts'
import { isPersonId, profileOf } from './provider/people.ts'
import { bindIdentity, checkUnowned, findByIdentity } from './rules/identities.ts'
import type { Identity, User, UserStatus } from './state.ts'

/** A user to be there before a test or demo starts. */
export interface NewUser {
  sub?: string
  /** In the form `+86 13800000000`. */
  phone_number?: string
  email?: string
  username?: string
  password?: string
  name?: string
  picture?: string
  gender?: 'MALE' | 'FEMALE' | 'UNKNOWN'
  birthdate?: string
  locale?: string
  zoneinfo?: string
  status?: UserStatus
  groups?: string[]
  /** Who they are at third parties, as in `[{ provider_id: 'demo_idp', person: 'alex' }]`. */
  identities?: { provider_id: string; person: string }[]
  /** Whether the password alone does not sign in, if there is a phone. */
  twoFactor?: boolean
}

/** A user as the control API shows it: whether there is a password, not which. */
export interface UserView extends Omit<User, 'password'> {
  hasPassword: boolean
}

const statuses = ['active', 'blocked', 'pending'] as const

/** Makes a user without any verification. */
export async function addUser(core: Core, body: Fields): Promise<UserView> {
  const phone = body.text('phone_number')
  const email = body.text('email')
  const username = body.text('username')
  const password = body.text('password')
  const sub = body.text('sub')
  const identities = body.objects('identities').map(readIdentity)
  if ([phone, email, username, identities[0]].every((each) => each === undefined)) {
    const names = 'phone_number, email, username or identity'
    throw new ApiError('invalid_argument', `A user needs a ${names}`)
  }
  const user: Partial<User> = {
    ...readProfile(body),
    phone_number: phone === undefined ? undefined : parsePhone(phone).address,
    email: email === undefined ? undefined : parseEmail(email).address,
    username: username === undefined ? undefined : parseChosenName(username),
    status: body.oneOf('status', statuses) ?? 'active',
    groups: body.texts('groups') ?? [],
    password: password === undefined ? undefined : await hashPassword(password),
  }
  if (body.flag('twoFactor')) user.twoFactor = true
  for (const identity of identities) {
    checkUnowned(findByIdentity(core.state, identity))
    bindIdentity(user, identity)
  }
  return viewUser(core.users.add(sub === undefined ? user : { ...user, sub }))
}

function readIdentity(body: Fields): Identity {
  const person = body.need('person')
  if (!isPersonId(person)) throw new ApiError('invalid_argument', 'person is malformed')
  const { provider_id, sub, name } = profileOf(body.need('provider_id'), person)
  return { provider_id, sub, name }
}

/** What of a user may be shown. */
export function viewUser({ password, ...shown }: User): UserView {
  return { ...shown, hasPassword: password !== undefined }
}

/** Removes a user and ends whatever they could still act with. */
export function removeUser({ state, sessions, sudo }: Core, sub: string): void {
  sessions.revokeAll(sub)
  sudo.revokeAll(sub)
  state.users.delete(sub)
}
