import type { Call } from '../http/call.ts'
import type { Core } from '../core.ts'

/** A count that closes when full and is opened again by a captcha. */
export interface Gate {
  key: string
  limit: number
}

const windowSeconds = 3600

/**
 * Lets a call pass open gates. Closed ones demand its captcha token, which is not looked at
 * otherwise, and are open again afterwards.
 */
export function passGates({ tally }: Core, call: Call, gates: readonly Gate[]): void {
  const closed = gates.filter(({ key, limit }) => tally.count(key, windowSeconds) >= limit)
  if (closed.length === 0) return
  call.redeemCaptcha()
  for (const { key } of closed) tally.clear(key)
}
