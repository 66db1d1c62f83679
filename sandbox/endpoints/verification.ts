import type { Call } from '../http/call.ts'
import { type Contact, requireContact } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import { checkCaptchaGate } from '../rules/captchaGate.ts'
import type { EndpointGroup } from '../http/route.ts'

const targets = ['ANY', 'USER', 'NOT_USER', 'CUR_USER'] as const

/**
 * Creates the endpoints that send and verify codes.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/verification`
 * @see `POST /auth/v1/verification/verify`
 */
export const verification: EndpointGroup = (core) => [
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
        body.requireText('verification_id'),
        body.requireText('verification_code'),
      ),
      expires_in: core.config().verificationTokenSeconds,
    }),
  },
]

function send(core: Core, call: Call): object {
  const contact = requireContact(call.body)
  const target = call.body.oneOf('target', targets) ?? 'ANY'
  if (target === 'CUR_USER') call.requireBearer()
  const { address } = contact
  // Sends are counted twice, because a solved captcha clears one counter but not the other.
  const keys = [`to ${address}`, ...(call.deviceId === undefined ? [] : [`from ${call.deviceId}`])]
  checkLimits(core, keys)
  const limit = core.config().sendsBeforeCaptcha
  checkCaptchaGate(
    core,
    call,
    keys.map((key) => ({ key: `captcha ${key}`, limit })),
  )
  const isUser = checkTarget(core, call, contact, target)
  for (const key of keys) {
    core.counters.add(`captcha ${key}`)
    core.counters.add(`send ${key}`)
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
  const waits = keys.map((key) => core.counters.wait(`send ${key}`, sendsPerHour ?? Infinity, 3600))
  if (resendSeconds > 0) waits.push(core.counters.wait(`send ${toContact}`, 1, resendSeconds))
  const retryAfter = Math.max(...waits)
  if (retryAfter > 0) throw new ApiError('resource_exhausted', undefined, { retryAfter })
}

/** Throws if the contact does not match the target. Returns whether it belongs to a user. */
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
    throw new ApiError('failed_precondition', `The ${kind} does not belong to the current user`)
  }
  return user !== undefined
}
