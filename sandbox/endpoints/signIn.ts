import type { Call } from '../http/call.ts'
import { parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Route, EndpointGroup } from '../http/route.ts'
import { bindIdentity, checkBindable, findByToken } from '../rules/identities.ts'
import { matchPassword } from '../rules/passwords.ts'
import { checkStatus } from '../rules/users.ts'
import type { User } from '../state.ts'

/**
 * Creates the endpoints that sign in with a password or a verification token, or as a guest.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/signin`
 * @see `POST /auth/v2/signin/username`
 * @see `POST /auth/v1/signin/anonymously`
 */
export const signIn: EndpointGroup = (core) => [
  ...['/auth/v1/signin', '/auth/v2/signin/username'].map((path): Route => ({
    method: 'POST',
    path,
    access: 'client',
    isEncryptable: true,
    handle: (call) => signInUser(core, call),
  })),
  {
    method: 'POST',
    path: '/auth/v1/signin/anonymously',
    access: 'client',
    handle: (call) => signInAsGuest(core, call),
  },
]

/** An authenticated user. The caller invokes `spend` once nothing else can fail. */
interface Authenticated {
  user: User
  spend(): void
}

async function signInUser(core: Core, call: Call): Promise<object> {
  const byPassword = await checkPassword(core, call)
  // No await follows until the tokens are spent, so two sign-ins cannot spend the same one.
  const { user, spend } = authenticate(core, call, byPassword)
  const providerToken = call.body.text('provider_token')
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  if (proof) checkBindable(core.state, proof.token.profile, user)
  spend()
  proof?.spend()
  if (proof) bindIdentity(core.state, user, proof.token.profile)
  return core.sessions.start(user, call.issuer)
}

/** Returns the user of the password, if one was sent. */
async function checkPassword(core: Core, call: Call): Promise<User | undefined> {
  const password = call.body.text('password')
  if (password === undefined) return undefined
  const username = parseUsername(call.body.requireText('username'))
  return matchPassword(core, call, username, core.users.find(username), password)
}

/** Authenticates by password, verification token or provider token. */
function authenticate(core: Core, { body }: Call, byPassword: User | undefined): Authenticated {
  const verificationToken = body.text('verification_token')
  const providerToken = body.text('provider_token')
  if (byPassword) {
    const user = requireActive(byPassword)
    return { user, spend: checkSecondFactor(core, user, verificationToken) }
  }
  if (verificationToken !== undefined) {
    const address = parseUsername(body.requireText('username'))
    const spend = core.verifications.check(verificationToken, address)
    return { user: requireActive(core.users.find(address)), spend }
  }
  if (providerToken !== undefined) {
    const { token } = core.providers.check(providerToken)
    return { user: requireActive(findByToken(core.state, token)), spend() {} }
  }
  throw new ApiError('invalid_argument', 'password or verification_token is required')
}

function requireActive(user: User | undefined): User {
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  return user
}

/** Checks the second factor of users who need one. Returns how to spend its token. */
function checkSecondFactor(
  { verifications }: Core,
  { twoFactor, phone_number: phone }: User,
  verificationToken: string | undefined,
): () => void {
  if (!twoFactor || phone === undefined) return () => {}
  if (verificationToken === undefined) throw new ApiError('mfa_phone_required')
  try {
    return verifications.check(verificationToken, phone)
  } catch {
    throw new ApiError('invalid_two_factor')
  }
}

/** Signs in the guest of the device, or of the identity if a provider token is sent. */
function signInAsGuest(core: Core, { body, deviceId, issuer }: Call): Promise<object> {
  if (core.config().anonymousSignIn === 'off') throw new ApiError('login_type_disabled')
  const providerToken = body.text('provider_token')
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  // Differs from every device id, because headers contain no line breaks.
  const identity = proof && `${proof.token.profile.provider_id}\n${proof.token.profile.sub}`
  const guest = core.users.findOrAddGuest(identity ?? deviceId)
  checkStatus(guest)
  proof?.spend()
  return core.sessions.start(guest, issuer)
}
