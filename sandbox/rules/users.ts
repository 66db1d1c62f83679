import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Contact } from './contact.ts'
import { ApiError } from '../error.ts'
import { identitiesOf } from './identities.ts'
import { newId } from '../secret.ts'
import { findByName, indexUser } from './userIndex.ts'
import { profileFields, type State, type User } from '../state.ts'

/** The users of the server. */
export interface Users {
  /** Returns a user by id. */
  get(sub: string): User | undefined
  /** Finds a user by normalised phone number, e-mail address or user name. */
  find(username: string): User | undefined
  /**
   * Adds a user.
   *
   * @throws ApiError `failed_precondition` for a contact in use, `already_exists` for a user name or
   *   `sub` in use.
   */
  add(user: Partial<User>): User
  /** Changes fields of a user without a check. Returns the user. */
  update(user: User, changes: Partial<User>): User
  /** Returns the guest of a device or identity, or adds one. Without a key every guest is new. */
  findOrAddGuest(key: string | undefined): User
  /**
   * Checks that contact and user name belong to no other user than `sub`.
   *
   * @throws ApiError `failed_precondition` for a contact, `already_exists` for a user name.
   */
  checkFree(user: Pick<User, 'phone_number' | 'email' | 'username'>, sub?: string): void
}

/**
 * Creates users that are stored in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @returns The users.
 */
export function createUsers(state: State, clock: Clock): Users {
  const find: Users['find'] = (username) => findByName(state, username)
  const update: Users['update'] = (user, changes) => {
    Object.assign(user, changes)
    indexUser(state, user)
    return user
  }
  const checkFree: Users['checkFree'] = ({ phone_number, email, username }, sub) => {
    const isTaken = (name: string | undefined): boolean => {
      const owner = name === undefined ? undefined : find(name)
      return owner !== undefined && owner.sub !== sub
    }
    if (isTaken(phone_number) || isTaken(email)) {
      throw new ApiError('failed_precondition', 'The phone number or email is registered already')
    }
    if (isTaken(username)) throw new ApiError('already_exists')
  }
  const add: Users['add'] = (fields) => {
    checkFree(fields)
    const sub = fields.sub ?? newId()
    if (state.users.has(sub)) throw new ApiError('already_exists', 'The sub is taken')
    const base = { status: 'active', anonymous: false, groups: [] } as const
    const user: User = { ...base, groups: [], ...fields, sub, createdAt: clock.now() }
    state.users.set(sub, user)
    indexUser(state, user)
    return user
  }
  return {
    get: (sub) => state.users.get(sub),
    find,
    add,
    update,
    checkFree,
    findOrAddGuest(key) {
      if (key === undefined) return add({ anonymous: true })
      // A guest who signed up keeps the uid, so the next guest of the device needs another one.
      for (let generation = 0; ; generation++) {
        const sub = guestSub(key, generation)
        const known = state.users.get(sub)
        if (!known) return add({ sub, anonymous: true })
        if (known.anonymous) return known
      }
    },
  }
}

const guestSub = (key: string, generation: number): string =>
  createHash('sha256').update(`guest ${generation} ${key}`).digest('hex').slice(0, 32)

/**
 * Checks that a user may sign in.
 *
 * @param user The user.
 * @throws ApiError `user_blocked` or `user_pending`.
 */
export function checkStatus({ status }: User): void {
  if (status === 'blocked') throw new ApiError('user_blocked')
  if (status === 'pending') throw new ApiError('user_pending')
}

/**
 * Converts a contact to fields of a user.
 *
 * @param contact The contact.
 * @returns The field of the contact.
 */
export const contactFields = ({ kind, address }: Contact): Pick<User, 'phone_number' | 'email'> =>
  kind === 'email' ? { email: address } : { phone_number: address }

/**
 * Lists the contacts of a user.
 *
 * @param user The user.
 * @returns Phone number and e-mail address, as far as set.
 */
export const contactsOf = ({ phone_number, email }: User): string[] =>
  [phone_number, email].filter((address) => address !== undefined)

/**
 * Lists the names a user may sign in with.
 *
 * @param user The user.
 * @returns User name, phone number and e-mail address, as far as set.
 */
export const namesOf = (user: User): string[] =>
  [user.username, ...contactsOf(user)].filter((name) => name !== undefined)

/**
 * Converts a user to the response of `GET /auth/v1/user/me`.
 *
 * @param user The user.
 * @returns The profile.
 */
export function toProfile(user: User): object {
  return {
    sub: user.sub,
    ...Object.fromEntries(profileFields.map((field) => [field, user[field]])),
    username: user.username,
    phone_number: user.phone_number,
    email: user.email,
    // Every stored contact was verified or added by the control API.
    email_verified: user.email === undefined ? undefined : true,
    // The server says that there is a password, and never what it is.
    password: user.password === undefined ? undefined : 'SET',
    groups: user.groups.map((id) => ({ id })),
    providers: identitiesOf(user).map(({ provider_id, sub, name }) => ({
      id: provider_id,
      provider_user_id: sub,
      name,
    })),
    created_at: new Date(user.createdAt).toISOString(),
  }
}
