import { ApiError } from '../error.ts'
import type { Identity, ProviderProfile, ProviderToken, State, User } from '../state.ts'
import { findByIdentity, findByName, indexUser } from './userIndex.ts'

/**
 * Lists the identities of a user.
 *
 * @param user The user.
 * @returns The identities.
 */
export const identitiesOf = (user: Pick<User, 'identities'>): readonly Identity[] =>
  user.identities ?? []

/**
 * Checks that an identity is bound to no user.
 *
 * @param owner The user the identity is bound to.
 * @throws ApiError `failed_precondition` if there is one.
 */
export function checkUnowned(owner: User | undefined): void {
  if (owner) throw new ApiError('failed_precondition', 'The identity is bound to another user')
}

/**
 * Checks that an identity can be bound to a user.
 *
 * @param state The server's state.
 * @param identity The identity.
 * @param user The user.
 * @throws ApiError `failed_precondition` if the identity is bound to another user, or another
 *   identity of the provider to this user.
 */
export function checkBindable(state: State, identity: Identity, user: User): void {
  const owner = findByIdentity(state, identity)
  checkUnowned(owner === user ? undefined : owner)
  const isSecond = (each: Identity): boolean =>
    each.provider_id === identity.provider_id && each.sub !== identity.sub
  if (identitiesOf(user).some(isSecond)) {
    throw new ApiError('failed_precondition', 'Another identity of the provider is bound already')
  }
}

/**
 * Binds an identity to a user without a check. Replaces the one of the same provider.
 *
 * @param state The server's state.
 * @param user The user.
 * @param identity The identity.
 */
export function bindIdentity(state: State, user: User, identity: Identity): void {
  user.identities = addIdentity(identitiesOf(user), identity)
  indexUser(state, user)
}

/**
 * Adds an identity to a list. Replaces the one of the same provider.
 *
 * @param identities The list.
 * @param identity The identity.
 * @returns A new list.
 */
export function addIdentity(
  identities: readonly Identity[],
  { provider_id, sub, name }: Identity,
): Identity[] {
  const others = identities.filter((each) => each.provider_id !== provider_id)
  return [...others, { provider_id, sub, name }]
}

/**
 * Unbinds the identity of a provider from a user.
 *
 * @param user The user.
 * @param providerId The provider.
 * @throws ApiError `not_found` if there is none, `failed_precondition` if the user could not sign
 *   in any more.
 */
export function unbindIdentity(user: User, providerId: string): void {
  const others = identitiesOf(user).filter((each) => each.provider_id !== providerId)
  if (others.length === identitiesOf(user).length) {
    throw new ApiError('not_found', 'The provider is not bound')
  }
  const { username, password, phone_number, email } = user
  const hasContact = phone_number !== undefined || email !== undefined
  const hasPassword = username !== undefined && password !== undefined
  if (!hasContact && !hasPassword && others.length === 0) {
    throw new ApiError('failed_precondition', 'The user could not sign in any more')
  }
  user.identities = others
}

/**
 * Finds the user a provider token identifies, by identity or by phone number.
 *
 * @param state The server's state.
 * @param token The provider token.
 * @returns The user, if there is one.
 */
export function findByToken(state: State, { profile, isPhone }: ProviderToken): User | undefined {
  if (!isPhone) return findByIdentity(state, profile)
  return profile.phone_number === undefined ? undefined : findByName(state, profile.phone_number)
}

/**
 * Creates the fields of a new user from a provider token. A token for a phone number adds no
 * identity.
 *
 * @param state The server's state.
 * @param token The provider token.
 * @returns The fields. A phone number in use is left out.
 */
export function toNewUser(state: State, { profile, isPhone }: ProviderToken): Partial<User> {
  const { name, picture, phone_number } = profile
  const isFree = phone_number !== undefined && !findByName(state, phone_number)
  const { provider_id, sub } = profile
  return {
    name,
    picture,
    phone_number: isFree ? phone_number : undefined,
    ...(!isPhone && { identities: [{ provider_id, sub, name }] }),
  }
}

/**
 * Copies name and picture of a provider's profile to a user.
 *
 * @param user The user to change.
 * @param profile The profile.
 */
export function syncProfile(user: User, { provider_id, name, picture }: ProviderProfile): void {
  Object.assign(user, { name, picture: picture ?? user.picture })
  for (const identity of identitiesOf(user)) {
    if (identity.provider_id === provider_id) identity.name = name
  }
}
