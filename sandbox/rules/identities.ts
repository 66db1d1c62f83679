import { ApiError } from '../error.ts'
import type { Identity, ProviderProfile, ProviderToken, State, User } from '../state.ts'

/** The identities of a user at third parties. */
export const identitiesOf = (user: Pick<User, 'identities'>): readonly Identity[] =>
  user.identities ?? []

/** Who has an identity. */
export function findByIdentity(state: State, { provider_id, sub }: Identity): User | undefined {
  return [...state.users.values()].find((user) =>
    identitiesOf(user).some((each) => each.provider_id === provider_id && each.sub === sub),
  )
}

/** Refuses an identity, or what a provider token stands for, if it has an owner. */
export function checkUnowned(owner: User | undefined): void {
  if (owner) throw new ApiError('failed_precondition', 'The identity is bound to another user')
}

/** Refuses an identity that is somebody else's, or a second one of the same provider. */
export function checkBindable(state: State, identity: Identity, user: User): void {
  const owner = findByIdentity(state, identity)
  checkUnowned(owner === user ? undefined : owner)
  const isSecond = (each: Identity): boolean =>
    each.provider_id === identity.provider_id && each.sub !== identity.sub
  if (identitiesOf(user).some(isSecond)) {
    throw new ApiError('failed_precondition', 'Another identity of the provider is bound already')
  }
}

/** Binds an identity that was found bindable. */
export function bindIdentity(
  user: Pick<User, 'identities'>,
  { provider_id, sub, name }: Identity,
): void {
  const others = identitiesOf(user).filter((each) => each.provider_id !== provider_id)
  user.identities = [...others, { provider_id, sub, name }]
}

/** Unbinds what was bound of a provider; the last way to sign in is kept. */
export function unbindIdentity(user: User, providerId: string): void {
  const others = identitiesOf(user).filter((each) => each.provider_id !== providerId)
  if (others.length === identitiesOf(user).length) {
    throw new ApiError('not_found', 'The provider is not bound')
  }
  const { username, password, phone_number, email } = user
  const hasContact = phone_number !== undefined || email !== undefined
  const hasPassword = username !== undefined && password !== undefined
  if (!hasContact && !hasPassword && others.length === 0) {
    throw new ApiError('failed_precondition', 'It is the last way to sign in')
  }
  user.identities = others
}

/** The user a provider token stands for. */
export function findByToken(state: State, { profile, isPhone }: ProviderToken): User | undefined {
  if (!isPhone) return findByIdentity(state, profile)
  return [...state.users.values()].find((user) => user.phone_number === profile.phone_number)
}

/** What a provider token makes of a new user. A phone stands for itself, not for an identity. */
export function toNewUser(state: State, { profile, isPhone }: ProviderToken): Partial<User> {
  const { name, picture, phone_number } = profile
  const isFree = ![...state.users.values()].some((user) => user.phone_number === phone_number)
  const { provider_id, sub } = profile
  return {
    name,
    picture,
    phone_number: isFree ? phone_number : undefined,
    ...(!isPhone && { identities: [{ provider_id, sub, name }] }),
  }
}

/** Takes over what may have changed at the third party. */
export function syncProfile(user: User, { provider_id, name, picture }: ProviderProfile): void {
  Object.assign(user, { name, picture: picture ?? user.picture })
  for (const identity of identitiesOf(user)) {
    if (identity.provider_id === provider_id) identity.name = name
  }
}
