import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { hashPassword, isPassword } from '../secret.ts'
import type { User } from '../state.ts'
import { checkCaptchaGate } from './captchaGate.ts'
import { namesOf } from './users.ts'

/**
 * Checks a password. Failures are counted per name, also for unknown ones: at first they require a
 * captcha, then they lock the name.
 *
 * @param core The server's core.
 * @param call The call, for its captcha token.
 * @param name The name the failures are counted for.
 * @param user The user, if the name belongs to one.
 * @param password The password.
 * @returns The user.
 * @throws ApiError `not_found`, `password_not_set` or `invalid_password` for a mismatch,
 *   `captcha_required`, `captcha_invalid` or `invalid_status` after too many failures.
 */
export async function matchPassword(
  core: Core,
  call: Call,
  name: string,
  user: User | undefined,
  password: string,
): Promise<User> {
  checkFailures(core, call, name)
  const outcome = await tryPassword(user, password)
  // Checked again, because parallel attempts may have reached the limit meanwhile.
  checkFailures(core, call, name)
  if (typeof outcome === 'string') {
    for (const key of keysOf(name)) core.counters.add(key)
    throw new ApiError(outcome)
  }
  clearFailures(core, [name])
  return outcome
}

/** A new password and the proofs that permit the change. */
export interface PasswordChange {
  newPassword: string
  oldPassword?: string | undefined
  sudoToken?: string | undefined
}

/**
 * Changes the password of the bearer's user and revokes the user's other sessions. The old
 * password replaces the sudo token for a user without a phone number.
 *
 * @param core The server's core.
 * @param call The call of the bearer.
 * @param change The new password and its proofs.
 * @throws ApiError `permission_denied` for a guest or without a valid proof, and the codes of
 *   {@link matchPassword} for a wrong old password.
 */
export async function changePassword(
  core: Core,
  call: Call,
  change: PasswordChange,
): Promise<void> {
  const { user, session } = call.requireRegistered()
  const { newPassword, oldPassword, sudoToken } = change
  const hash = await hashPassword(newPassword)
  if (oldPassword !== undefined) await matchPassword(core, call, user.sub, user, oldPassword)
  const isProven = oldPassword !== undefined && user.phone_number === undefined
  if (sudoToken !== undefined || !isProven) core.sudo.check(user, sudoToken)
  setPassword(core, user, hash)
  core.sessions.revokeAll(user.sub, session.id)
}

/**
 * Stores a password and resets the failure counters of the user.
 *
 * @param core The server's core.
 * @param user The user.
 * @param hash The hash made by `hashPassword`.
 */
export function setPassword(core: Core, user: User, hash: string): void {
  user.password = hash
  clearFailures(core, [user.sub, ...namesOf(user)])
}

function clearFailures({ counters }: Core, names: readonly string[]): void {
  for (const key of names.flatMap(keysOf)) counters.clear(key)
}

const captchaKey = (name: string): string => `password ${name}`
const lockKey = (name: string): string => `lock ${name}`
const keysOf = (name: string): string[] => [captchaKey(name), lockKey(name)]

/** Throws for a locked name, and requires a captcha after too many failures. */
function checkFailures(core: Core, call: Call, name: string): void {
  const { failuresBeforeCaptcha, failuresBeforeLock, lockSeconds } = core.config()
  const retryAfter = core.counters.wait(lockKey(name), failuresBeforeLock ?? Infinity, lockSeconds)
  if (retryAfter > 0) throw new ApiError('invalid_status', undefined, { retryAfter })
  checkCaptchaGate(core, call, [{ key: captchaKey(name), limit: failuresBeforeCaptcha }])
}

type Mismatch = 'not_found' | 'password_not_set' | 'invalid_password'

async function tryPassword(user: User | undefined, password: string): Promise<User | Mismatch> {
  if (!user) return 'not_found'
  if (user.password === undefined) return 'password_not_set'
  return (await isPassword(password, user.password)) ? user : 'invalid_password'
}
