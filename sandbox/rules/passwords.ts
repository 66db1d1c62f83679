import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { hashPassword, isPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { passGates } from './gates.ts'
import { namesOf } from './users.ts'

/**
 * Answers the user if `password` is theirs. Wrong ones are counted for `name`, whether it is
 * anybody's or not: they close the gate of a captcha first and then lock the name.
 */
export async function matchPassword(
  core: Core,
  call: Call,
  name: string,
  user: User | undefined,
  password: string,
): Promise<User> {
  admit(core, call, name)
  const outcome = await tryPassword(user, password)
  // Again, so that parallel guesses learn nothing once others have closed the gate.
  admit(core, call, name)
  if (typeof outcome === 'string') {
    for (const key of keysOf(name)) core.tally.add(key)
    throw new ApiError(outcome)
  }
  forgetWrongPasswords(core, [name])
  return outcome
}

/** What a change of password comes with. */
export interface PasswordChange {
  newPassword: string
  oldPassword?: string | undefined
  sudoToken?: string | undefined
}

/**
 * Gives the bearer's user a new password and signs them out everywhere else. Beside a sudo token,
 * or in its place, the old password may come; alone it does for whom it would do at `user/sudo`.
 */
export async function changePassword(
  core: Core,
  call: Call,
  change: PasswordChange,
): Promise<void> {
  const { user, session } = call.needMember()
  const { newPassword, oldPassword, sudoToken } = change
  const hash = await hashPassword(newPassword)
  if (oldPassword !== undefined) await matchPassword(core, call, user.sub, user, oldPassword)
  const isProven = oldPassword !== undefined && user.phone_number === undefined
  if (sudoToken !== undefined || !isProven) core.sudo.check(user, sudoToken)
  setPassword(core, user, hash)
  core.sessions.revokeAll(user.sub, session.id)
}

/** Gives a user a password that was hashed, and tries to go with it. */
export function setPassword(core: Core, user: User, hash: string): void {
  user.password = hash
  forgetWrongPasswords(core, [user.sub, ...namesOf(user)])
}

/** Counts the wrong passwords for these names from nothing again. */
function forgetWrongPasswords({ tally }: Core, names: readonly string[]): void {
  for (const key of names.flatMap(keysOf)) tally.clear(key)
}

const gateKey = (name: string): string => `password ${name}`
const lockKey = (name: string): string => `lock ${name}`
const keysOf = (name: string): string[] => [gateKey(name), lockKey(name)]

/** Refuses a name with too many wrong passwords, or asks for a captcha first. */
function admit(core: Core, call: Call, name: string): void {
  const { failuresBeforeCaptcha, failuresBeforeLock, lockSeconds } = core.config()
  const retryAfter = core.tally.wait(lockKey(name), failuresBeforeLock ?? Infinity, lockSeconds)
  if (retryAfter > 0) throw new ApiError('invalid_status', undefined, { retryAfter })
  passGates(core, call, [{ key: gateKey(name), limit: failuresBeforeCaptcha }])
}

type Mismatch = 'not_found' | 'password_not_set' | 'invalid_password'

async function tryPassword(user: User | undefined, password: string): Promise<User | Mismatch> {
  if (!user) return 'not_found'
  if (user.password === undefined) return 'password_not_set'
  return (await isPassword(password, user.password)) ? user : 'invalid_password'
}
