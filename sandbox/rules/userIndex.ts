import type { Identity, State, User } from '../state.ts'

/** Indexes by map of users, because loading and resetting the state replace the map. */
const indexes = new WeakMap<State['users'], Map<string, User>>()

const nameKey = (name: string): string => `name\n${name}`
const identityKey = ({ provider_id, sub }: Pick<Identity, 'provider_id' | 'sub'>): string =>
  `identity\n${provider_id}\n${sub}`

function keysOf({ username, phone_number, email, identities = [] }: User): string[] {
  const names = [username, phone_number, email].filter((name) => name !== undefined)
  return [...names.map(nameKey), ...identities.map(identityKey)]
}

function indexOf({ users }: State): Map<string, User> {
  const known = indexes.get(users)
  if (known) return known
  const index = new Map(
    [...users.values()].flatMap((user) => keysOf(user).map((key) => [key, user])),
  )
  indexes.set(users, index)
  return index
}

function find(state: State, key: string): User | undefined {
  const user = indexOf(state).get(key)
  const isCurrent = user && state.users.get(user.sub) === user && keysOf(user).includes(key)
  return isCurrent ? user : undefined
}

/**
 * Adds what identifies a user to the index. What no longer does is recognised when it is found.
 *
 * @param state The server's state.
 * @param user The user, after names or identities were added.
 */
export function indexUser(state: State, user: User): void {
  const index = indexOf(state)
  for (const key of keysOf(user)) index.set(key, user)
}

/**
 * Finds a user by name.
 *
 * @param state The server's state.
 * @param name A normalised phone number, e-mail address or user name.
 * @returns The user, if there is one.
 */
export const findByName = (state: State, name: string): User | undefined =>
  find(state, nameKey(name))

/**
 * Finds the user an identity is bound to.
 *
 * @param state The server's state.
 * @param identity The identity.
 * @returns The user, if there is one.
 */
export const findByIdentity = (
  state: State,
  identity: Pick<Identity, 'provider_id' | 'sub'>,
): User | undefined => find(state, identityKey(identity))
