import type { Call } from '../http/call.ts'
import { type Contact, requireContact, parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import { checkUnowned, findByToken, toNewUser } from '../rules/identities.ts'
import { readProfile } from '../rules/profile.ts'
import type { EndpointGroup } from '../http/route.ts'
import { hashPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { contactFields } from '../rules/users.ts'

/**
 * Creates the endpoint that signs up users.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/signup`
 */
export const signUp: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/signup',
    access: 'client',
    handle: (call) => create(core, call),
  },
]

async function create(core: Core, call: Call): Promise<object> {
  const providerToken = call.body.text('provider_token')
  const contact = readContact(call.body, providerToken !== undefined)
  const verificationToken = contact && call.body.requireText('verification_token')
  const username = call.body.text('username')
  const password = call.body.text('password')
  const given: Partial<User> = {
    ...readProfile(call.body),
    ...(contact && contactFields(contact)),
    username: username === undefined ? undefined : parseChosenName(username),
    password: password === undefined ? undefined : await hashPassword(password),
  }
  const guest = await readGuest(core, call.body.text('anonymous_token'))
  // No await follows until the tokens are spent, so two sign-ups cannot spend the same one.
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  if (proof) checkUnowned(findByToken(core.state, proof.token))
  const spend = contact && core.verifications.check(verificationToken ?? '', contact.address)
  const fields = { ...(proof && toNewUser(core.state, proof.token)), ...given }
  core.users.checkFree(fields)
  if (guest && !guest.anonymous) {
    throw new ApiError('invalid_argument', 'The anonymous_token does not belong to a guest')
  }
  spend?.()
  proof?.spend()
  const user = guest
    ? core.users.update(guest, { ...fields, anonymous: false })
    : core.users.add(fields)
  return core.sessions.start(user, call.issuer)
}

/** Reads the contact, which only a provider token can replace. */
function readContact(body: Fields, isOptional: boolean): Contact | undefined {
  const hasContact = body.text('phone_number') !== undefined || body.text('email') !== undefined
  return isOptional && !hasContact ? undefined : requireContact(body)
}

/** Returns the guest who becomes a registered user and keeps the uid. */
async function readGuest(
  core: Core,
  anonymousToken: string | undefined,
): Promise<User | undefined> {
  if (anonymousToken === undefined) return undefined
  const bearer = await core.sessions.check(anonymousToken)
  if (typeof bearer !== 'object') {
    throw new ApiError('unauthenticated', `The anonymous_token is ${bearer}`)
  }
  return bearer.user
}
