import { parseChosenName, parseEmail, parsePhone } from './rules/contact.ts'
import type { Core } from './core.ts'
import { ApiError } from './error.ts'
import type { Fields } from './fields.ts'
import { readProfile } from './rules/profile.ts'
import { hashPassword } from './secret.ts'
import { isAccountId, profileOf } from './provider/accounts.ts'
import { addIdentity, checkUnowned } from './rules/identities.ts'
import { findByIdentity } from './rules/userIndex.ts'
import type { Identity, User, UserStatus } from './state.ts'

/** A user to add without verification. At least one contact, user name or identity is required. */
export interface NewUser {
  /** User id. Default: a random one. */
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
  /** Default: `active`. */
  status?: UserStatus
  groups?: string[]
  /** Accounts at identity providers, as in `[{ provider_id: 'demo_idp', account: 'alex' }]`. */
  identities?: { provider_id: string; account: string }[]
  /** Whether signing in by password also requires a code sent to the phone, if there is one. */
  twoFactor?: boolean
}

/** A user as the control API shows it: with `hasPassword` in place of the password hash. */
export interface UserView extends Omit<User, 'password'> {
  hasPassword: boolean
}

const statuses = ['active', 'blocked', 'pending'] as const

/**
 * Adds a user without any verification.
 *
 * @param core The server's core.
 * @param body The fields of a {@link NewUser}.
 * @returns The user that was added.
 * @throws ApiError `invalid_argument` for a malformed field or none that identifies the user,
 *   `already_exists` for a `sub` or user name in use, `failed_precondition` for a contact or
 *   identity in use.
 */
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
    user.identities = addIdentity(user.identities ?? [], identity)
  }
  return viewUser(core.users.add(sub === undefined ? user : { ...user, sub }))
}

function readIdentity(body: Fields): Identity {
  const account = body.requireText('account')
  if (!isAccountId(account)) throw new ApiError('invalid_argument', 'account is malformed')
  const { provider_id, sub, name } = profileOf(body.requireText('provider_id'), account)
  return { provider_id, sub, name }
}

/**
 * Removes the password hash from a user.
 *
 * @param user The stored user.
 * @returns What the control API may show.
 */
export function viewUser({ password, ...shown }: User): UserView {
  return { ...shown, hasPassword: password !== undefined }
}

/**
 * Changes contacts, names and password of a user, without verification. Sessions stay.
 *
 * @param core The server's core.
 * @param sub The user id.
 * @param changes `phone_number`, `email`, `username`, `name` and `password`; `null` removes one.
 * @returns The user that was changed.
 * @throws ApiError `not_found` for an unknown id, `invalid_argument` for another field or a malformed
 *   one, `already_exists` or `failed_precondition` for one in use.
 */
export async function changeUser(core: Core, sub: string, changes: object): Promise<UserView> {
  const fields = Object.entries(changes).map(async ([name, value]: [string, unknown]) => {
    const read = Object.hasOwn(changeable, name) ? changeable[name] : undefined
    if (!read || (value !== null && typeof value !== 'string')) {
      throw new ApiError('invalid_argument', `${name} cannot be changed to this value`)
    }
    return [name, value === null ? undefined : await read(value)] as const
  })
  const changed = Object.fromEntries(await Promise.all(fields)) as Partial<User>
  const user = core.state.users.get(sub)
  if (!user) throw new ApiError('not_found')
  core.users.checkFree(changed, sub)
  return viewUser(core.users.update(user, changed))
}

/** Reads each field that {@link changeUser} changes. */
const changeable: Record<string, (text: string) => string | Promise<string>> = {
  phone_number: (text) => parsePhone(text).address,
  email: (text) => parseEmail(text).address,
  username: parseChosenName,
  password: hashPassword,
  name: (text) => text,
}

/**
 * Removes a user and revokes the user's sessions and sudo tokens. Does nothing for an unknown id.
 *
 * @param core The server's core.
 * @param sub The user id.
 */
export function removeUser({ state, sessions, sudo }: Core, sub: string): void {
  sessions.revokeAll(sub)
  sudo.revokeAll(sub)
  state.users.delete(sub)
}
