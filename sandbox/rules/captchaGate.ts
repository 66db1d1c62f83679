import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'

/** A counter and the count from which on a captcha is required. */
export interface CaptchaLimit {
  key: string
  limit: number
}

const windowSeconds = 3600

/**
 * Requires a captcha if a counter has reached its limit within the last hour, and clears the
 * counters that have. Below the limits the captcha token of the call is ignored.
 *
 * @param core The server's core.
 * @param call The call that must carry the captcha token.
 * @param limits The counters to check.
 * @throws ApiError `captcha_required` or `captcha_invalid`.
 */
export function checkCaptchaGate(
  { counters }: Core,
  call: Call,
  limits: readonly CaptchaLimit[],
): void {
  const reached = limits.filter(({ key, limit }) => counters.count(key, windowSeconds) >= limit)
  if (reached.length === 0) return
  call.redeemCaptcha()
  for (const { key } of reached) counters.clear(key)
}
