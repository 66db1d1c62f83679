import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { isPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { passGates } from './gates.ts'

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

/** Counts the wrong passwords for these names from nothing again. */
export function forgetWrongPasswords({ tally }: Core, names: readonly string[]): void {
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
