import type { Call } from '../http/call.ts'
import { parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Route, Topic } from '../http/route.ts'
import { bindIdentity, checkBindable, findByToken } from '../rules/identities.ts'
import { matchPassword } from '../rules/passwords.ts'
import { checkStatus } from '../rules/users.ts'
import type { User } from '../state.ts'

/** `POST /auth/v1/signin`, its twin `/auth/v2/signin/username`, and `signin/anonymously`. */
export const signIn: Topic = (core) => [
  ...['/auth/v1/signin', '/auth/v2/signin/username'].map((path): Route => ({
    method: 'POST',
    path,
    access: 'client',
    isSealable: true,
    handle: (call) => enter(core, call),
  })),
  {
    method: 'POST',
    path: '/auth/v1/signin/anonymously',
    access: 'client',
    handle: (call) => enterAsGuest(core, call),
  },
]

/** Somebody who has proven who they are, and how to spend what they proved it by. */
interface Proven {
  user: User
  spend(): void
}

async function enter(core: Core, call: Call): Promise<object> {
  const byPassword = await matchGiven(core, call)
  // Nothing below waits before the tokens are spent, so two sign-ins cannot both spend one.
  const { user, spend } = prove(core, call, byPassword)
  const providerToken = call.body.text('provider_token')
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  if (proof) checkBindable(core.state, proof.token.profile, user)
  spend()
  proof?.spend()
  if (proof) bindIdentity(user, proof.token.profile)
  return core.sessions.start(user, call.issuer)
}

/** The user of the password, if one is given. */
async function matchGiven(core: Core, call: Call): Promise<User | undefined> {
  const password = call.body.text('password')
  if (password === undefined) return undefined
  const username = parseUsername(call.body.need('username'))
  return matchPassword(core, call, username, core.users.find(username), password)
}

/** By password, by verification token, or by a provider token that is somebody's. */
function prove(core: Core, { body }: Call, byPassword: User | undefined): Proven {
  const verificationToken = body.text('verification_token')
  const providerToken = body.text('provider_token')
  if (byPassword) {
    const user = admit(byPassword)
    return { user, spend: checkSecondFactor(core, user, verificationToken) }
  }
  if (verificationToken !== undefined) {
    const address = parseUsername(body.need('username'))
    const spend = core.verifications.check(verificationToken, address)
    return { user: admit(core.users.find(address)), spend }
  }
  if (providerToken !== undefined) {
    const { token } = core.providers.check(providerToken)
    return { user: admit(findByToken(core.state, token)), spend() {} }
  }
  throw new ApiError('invalid_argument', 'password or verification_token is required')
}

function admit(user: User | undefined): User {
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  return user
}

/** Beside the password, some have to prove their phone; answers how to spend that proof. */
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

/** One guest per device, or per identity if a third party vouches for one. */
function enterAsGuest(core: Core, { body, deviceId, issuer }: Call): Promise<object> {
  const providerToken = body.text('provider_token')
  const proof = providerToken === undefined ? undefined : core.providers.check(providerToken)
  // No device id can look like this: headers have no line breaks.
  const identity = proof && `${proof.token.profile.provider_id}\n${proof.token.profile.sub}`
  const guest = core.users.guest(identity ?? deviceId)
  checkStatus(guest)
  proof?.spend()
  return core.sessions.start(guest, issuer)
}
