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
  const [gate, lock] = [`password ${username}`, `lock ${username}`]
  checkLock(core, lock)
  passGates(core, call, [{ key: gate, limit: core.config().failuresBeforeCaptcha }])
  // Counted before it is known, so that parallel guesses cannot slip through the gate.
  core.tally.add(gate)
  core.tally.add(lock)
  const user = core.users.find(username)
  if (!user) throw new ApiError('not_found')
  if (user.password === undefined) throw new ApiError('password_not_set')
  const isRight = await isPassword(password, user.password)
  if (!isRight) throw new ApiError('invalid_password')
  core.tally.clear(gate)
  core.tally.clear(lock)
  checkStatus(user)
  return core.sessions.start(user, call.issuer)
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

function checkLock(core: Core, key: string): void {
  const { failuresBeforeLock, lockSeconds } = core.config()
  const retryAfter = core.tally.wait(key, failuresBeforeLock ?? Infinity, lockSeconds)
  if (retryAfter > 0) throw new ApiError('invalid_status', undefined, { retryAfter })
}

function checkStatus({ status }: User): void {
  if (status === 'blocked') throw new ApiError('user_blocked')
  if (status === 'pending') throw new ApiError('user_pending')
}
