import type { Call } from '../http/call.ts'
import { parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { passGates } from '../rules/gates.ts'
import type { Topic } from '../http/route.ts'
import { isPassword } from '../secret.ts'
import type { User } from '../state.ts'

/** `POST /auth/v1/signin` and `/auth/v1/signin/anonymously`. */
export const signIn: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/signin',
    access: 'client',
    handle: (call) => {
      const password = call.body.text('password')
      if (password !== undefined) return withPassword(core, call, password)
      const verificationToken = call.body.text('verification_token')
      if (verificationToken !== undefined) return withToken(core, call, verificationToken)
      throw new ApiError('invalid_argument', 'password or verification_token is required')
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/signin/anonymously',
    access: 'client',
    handle: (call) => {
      const guest = core.users.guest(call.deviceId)
      checkStatus(guest)
      return core.sessions.start(guest, call.issuer)
    },
  },
]

async function withPassword(core: Core, call: Call, password: string): Promise<object> {
  const username = parseUsername(call.body.need('username'))
  admit(core, call, username)
  const outcome = await tryPassword(core.users.find(username), password)
  // Again, so that parallel guesses learn nothing once others have closed the gate.
  admit(core, call, username)
  const keys = [gateKey(username), lockKey(username)]
  if (typeof outcome === 'string') {
    for (const key of keys) core.tally.add(key)
    throw new ApiError(outcome)
  }
  for (const key of keys) core.tally.clear(key)
  checkStatus(outcome)
  return core.sessions.start(outcome, call.issuer)
}

const gateKey = (username: string): string => `password ${username}`
const lockKey = (username: string): string => `lock ${username}`

/** Refuses a name with too many wrong passwords, or asks for a captcha first. */
function admit(core: Core, call: Call, username: string): void {
  const { failuresBeforeCaptcha, failuresBeforeLock, lockSeconds } = core.config()
  const retryAfter = core.tally.wait(lockKey(username), failuresBeforeLock ?? Infinity, lockSeconds)
  if (retryAfter > 0) throw new ApiError('invalid_status', undefined, { retryAfter })
  passGates(core, call, [{ key: gateKey(username), limit: failuresBeforeCaptcha }])
}

type Mismatch = 'not_found' | 'password_not_set' | 'invalid_password'

async function tryPassword(user: User | undefined, password: string): Promise<User | Mismatch> {
  if (!user) return 'not_found'
  if (user.password === undefined) return 'password_not_set'
  return (await isPassword(password, user.password)) ? user : 'invalid_password'
}

function withToken(core: Core, call: Call, verificationToken: string): Promise<object> {
  const address = parseUsername(call.body.need('username'))
  const spend = core.verifications.check(verificationToken, address)
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  return core.sessions.start(user, call.issuer)
}

function checkStatus({ status }: User): void {
  if (status === 'blocked') throw new ApiError('user_blocked')
  if (status === 'pending') throw new ApiError('user_pending')
}
