/** Time as the machines see it. Tests hand in one they can turn. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Settles when `deadline` (ms since the epoch) has come; rejects when `signal` aborts first. */
  until(deadline: number, signal?: AbortSignal): Promise<void>
}

/** setTimeout counts in a signed 32-bit number of milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  async until(deadline, signal) {
    for (let left; (left = deadline - Date.now()) > 0;) {
      signal?.throwIfAborted()
      await sleep(Math.min(left, LONGEST_TIMER), signal)
    }
  },
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', abort)
    function done() {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    function abort() {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
  })
}

/**
 * When to try again after the `attempt`-th failure (1, 2, …), in ms since the epoch: doubling from
 * half a second to a minute, with jitter so that a crowd does not return together, and never before
 * the server's own `retryAfter` (s).
 */
export function retryAt(clock: Clock, attempt: number, retryAfter = 0): number {
  const backoff = Math.min(500 * 2 ** (attempt - 1), 60_000) * (0.5 + Math.random() / 2)
  return clock.now() + Math.max(backoff, retryAfter * 1000)
}
