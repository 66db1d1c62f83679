/** The time as the machines see it; tests pass one they can advance. */
export interface Clock {
  /** Returns the time in milliseconds since the epoch. */
  now(): number
  /** Returns milliseconds since any moment; setting the system time does not change it. */
  monotonic?(): number
  /** Returns a number from 0 to 1 that spreads retries. Default: `Math.random`. */
  random?(): number
  /**
   * Waits for a deadline. When the system time is set back meanwhile, the wait still lasts no longer
   * than it would have.
   *
   * @param deadline milliseconds since the epoch
   * @param signal rejects the promise with its reason when it aborts
   */
  until(deadline: number, signal?: AbortSignal): Promise<void>
}

/** @returns the milliseconds of {@link Clock.monotonic}, or of the system time where there is none */
export const steadyNow = (clock: Clock): number => clock.monotonic?.() ?? clock.now()

/** Waits some milliseconds; rejects with the reason of the signal when it aborts. */
export const wait = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  clock.until(clock.now() + ms, signal)

/** Milliseconds after which a wait checks the system time again, which timers do not follow. */
const CHECK_INTERVAL_MS = 60_000

/** The system time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Mini-programs have none.
  monotonic: globalThis.performance && (() => performance.now()),
  async until(deadline, signal) {
    for (let left = deadline - Date.now(); left > 0;) {
      if (signal?.aborted) throw signal.reason
      const duration = Math.min(left, CHECK_INTERVAL_MS)
      await sleep(duration, signal)
      left = Math.min(left - duration, deadline - Date.now())
    }
  },
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    unref(timer)
    signal?.addEventListener('abort', abort)
    function done() {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    function abort() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      reject(signal?.reason as Error)
    }
  })
}

/** Lets a process of Node.js end although a timer is set; does nothing in a browser. */
export function unref(timer: unknown): void {
  if (typeof timer === 'object') (timer as { unref?(): void } | null)?.unref?.()
}

/**
 * Computes when to try again after a failure: the delay doubles from half a second to a minute, with
 * jitter, so that many clients do not return at once.
 *
 * @param attempt the number of failures so far: 1, 2, …
 * @param retryAfter seconds the server asked to wait at least
 * @returns milliseconds since the epoch
 */
export function retryAt(clock: Clock, attempt: number, retryAfter = 0): number {
  const random = clock.random ?? Math.random
  const backoff = Math.min(500 * 2 ** (attempt - 1), 60_000) * (0.5 + random() / 2)
  return clock.now() + Math.max(backoff, retryAfter * 1000)
}
