import type { Call } from '../http/call.ts'
import { type Contact, needContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { passGates } from '../rules/gates.ts'
import type { Topic } from '../http/route.ts'

const targets = ['ANY', 'USER', 'NOT_USER', 'CUR_USER'] as const

/** Codes: `POST /auth/v1/verification` and `/auth/v1/verification/verify`. */
export const verification: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/verification',
    access: 'either',
    handle: (call) => send(core, call),
  },
  {
    method: 'POST',
    path: '/auth/v1/verification/verify',
    access: 'client',
    handle: ({ body }) => ({
      verification_token: core.verifications.verify(
        body.need('verification_id'),
        body.need('verification_code'),
      ),
      expires_in: core.config().verificationTokenSeconds,
    }),
  },
]

function send(core: Core, call: Call): object {
  const contact = needContact(call.body)
  const target = call.body.oneOf('target', targets) ?? 'ANY'
  if (target === 'CUR_USER') call.needBearer()
  const { address } = contact
  // Sends are counted twice: a solved captcha clears the gate's count but not the limit's.
  const keys = [`to ${address}`, ...(call.deviceId === undefined ? [] : [`from ${call.deviceId}`])]
  checkLimits(core, keys)
  const limit = core.config().sendsBeforeCaptcha
  passGates(
    core,
    call,
    keys.map((key) => ({ key: `gate ${key}`, limit })),
  )
  const isUser = checkTarget(core, call, contact, target)
  for (const key of keys) {
    core.tally.add(`gate ${key}`)
    core.tally.add(`send ${key}`)
  }
  return {
    verification_id: core.verifications.send(address, call.bearer?.user.sub),
    expires_in: core.config().codeSeconds,
    is_user: isUser,
  }
}

function checkLimits(core: Core, keys: readonly string[]): void {
  const { resendSeconds, sendsPerHour } = core.config()
  const [toContact = ''] = keys
  const waits = keys.map((key) => core.tally.wait(`send ${key}`, sendsPerHour ?? Infinity, 3600))
  if (resendSeconds > 0) waits.push(core.tally.wait(`send ${toContact}`, 1, resendSeconds))
  const retryAfter = Math.max(...waits)
  if (retryAfter > 0) throw new ApiError('resource_exhausted', undefined, { retryAfter })
}

/** Refuses a contact that is not what the caller takes it for; answers whether it is a user's. */
function checkTarget(
  core: Core,
  call: Call,
  { kind, address }: Contact,
  target: (typeof targets)[number],
): boolean {
  const user = core.users.find(address)
  if (target === 'USER' && !user) throw new ApiError('not_found')
  if (target === 'NOT_USER' && user) {
    throw new ApiError('failed_precondition', `The ${kind} is registered already`)
  }
  if (target === 'CUR_USER' && call.bearer?.user !== user) {
    throw new ApiError('failed_precondition', `The ${kind} is not the current user's`)
  }
  return user !== undefined
}
