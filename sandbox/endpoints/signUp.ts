import type { Call } from '../http/call.ts'
import { type Contact, needContact, parseChosenName } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Fields } from '../fields.ts'
import { checkUnowned, findByToken, toNewUser } from '../rules/identities.ts'
import { readProfile } from '../rules/profile.ts'
import type { Topic } from '../http/route.ts'
import { hashPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { contactFields } from '../rules/users.ts'

/** `POST /auth/v1/signup`. */
export const signUp: Topic = (core) => [
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
  const verificationToken = contact && call.body.need('verification_token')
  const username = call.body.text('username')
  const password = call.body.text('password')
  const given: Partial<User> = {
    ...readProfile(call.body),
    ...(contact && contactFields(contact)),
    username: username === undefined ? undefined : parseChosenName(username),
    password: password === undefined ? undefined : await hashPassword(password),
  }
  const guest = await readGuest(core, call.body.text('anonymous_token'))
  // Nothing below waits before the tokens are spent, so two sign-ups cannot both spend one.
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  if (proof) checkUnowned(findByToken(core.state, proof.token))
  const spend = contact && core.verifications.check(verificationToken ?? '', contact.address)
  const fields = { ...(proof && toNewUser(core.state, proof.token)), ...given }
  core.users.checkFree(fields)
  if (guest && !guest.anonymous) {
    throw new ApiError('invalid_argument', 'The anonymous_token belongs to no guest')
  }
  spend?.()
  proof?.spend()
  const user = guest ? Object.assign(guest, fields, { anonymous: false }) : core.users.add(fields)
  return core.sessions.start(user, call.issuer)
}

/** The contact to sign up with, which only a provider token may stand in for. */
function readContact(body: Fields, isOptional: boolean): Contact | undefined {
  const hasContact = body.text('phone_number') !== undefined || body.text('email') !== undefined
  return isOptional && !hasContact ? undefined : needContact(body)
}

/** The guest who becomes a user and keeps the uid. */
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
