/** Time as the machines see it. Tests hand in one they can turn. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Settles when `deadline` (ms since the epoch) has come, or as much time has gone by as there was
   * left, if the time of day is set back meanwhile; rejects when `signal` aborts first.
   */
  until(deadline: number, signal?: AbortSignal): Promise<void>
}

/** Milliseconds after which the time of day is looked at again: a timer does not see it being set. */
const LONGEST_TIMER = 60_000

export const systemClock: Clock = {
  now: () => Date.now(),
  async until(deadline, signal) {
    for (let left = deadline - Date.now(); left > 0;) {
      signal?.throwIfAborted()
      const slept = Math.min(left, LONGEST_TIMER)
      await sleep(slept, signal)
      left = Math.min(left - slept, deadline - Date.now())
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
