import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Contact } from './contact.ts'
import { ApiError } from '../error.ts'
import { identitiesOf } from './identities.ts'
import { newId } from '../secret.ts'
import { profileFields, type State, type User } from '../state.ts'

/** The people the server knows. */
export interface Users {
  get(sub: string): User | undefined
  /** Finds by compared form: a phone, an email or a chosen user name. */
  find(username: string): User | undefined
  /** Makes a user; a contact or name in use is refused. */
  add(user: Partial<User>): User
  /** The guest of a device or identity, made on first sight. Without a key each guest is new. */
  guest(key: string | undefined): User
  /** Refuses a contact or user name that belongs to somebody else than `sub`. */
  checkFree(user: Pick<User, 'phone_number' | 'email' | 'username'>, sub?: string): void
}

/** Keeps users in `state.users`. */
export function createUsers(state: State, clock: Clock): Users {
  const find = (username: string): User | undefined => {
    for (const user of state.users.values()) {
      const names = [user.phone_number, user.email, user.username]
      if (names.includes(username)) return user
    }
    return undefined
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
    return user
  }
  return {
    get: (sub) => state.users.get(sub),
    find,
    add,
    checkFree,
    guest(key) {
      if (key === undefined) return add({ anonymous: true })
      // A guest who signed up keeps the uid, so the device's next guest needs the next one.
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

/** Refuses a user who may not sign in. */
export function checkStatus({ status }: User): void {
  if (status === 'blocked') throw new ApiError('user_blocked')
  if (status === 'pending') throw new ApiError('user_pending')
}

/** The contact as user fields. */
export const contactFields = ({ kind, address }: Contact): Pick<User, 'phone_number' | 'email'> =>
  kind === 'email' ? { email: address } : { phone_number: address }

/** Where codes reach a user. */
export const contactsOf = ({ phone_number, email }: User): string[] =>
  [phone_number, email].filter((address) => address !== undefined)

/** What a user may sign in as. */
export const namesOf = (user: User): string[] =>
  [user.username, ...contactsOf(user)].filter((name) => name !== undefined)

/** What `GET /auth/v1/user/me` tells a user about themselves. */
export function toProfile(user: User): object {
  return {
    sub: user.sub,
    ...Object.fromEntries(profileFields.map((field) => [field, user[field]])),
    username: user.username,
    phone_number: user.phone_number,
    email: user.email,
    // A contact only ever gets here through a verified code or the control API.
    email_verified: user.email === undefined ? undefined : true,
    groups: user.groups.map((id) => ({ id })),
    providers: identitiesOf(user).map(({ provider_id, sub, name }) => ({
      id: provider_id,
      provider_user_id: sub,
      name,
    })),
    created_at: new Date(user.createdAt).toISOString(),
  }
}
