import { type Clock, systemClock } from '../../services/clock.ts'

/** The seconds that are left, as a Svelte store. */
export interface Countdown {
  /** Calls `run` now and whenever the number changes, until it is 0; returns how to unsubscribe. */
  subscribe(run: (seconds: number) => void): () => void
}

/**
 * Counts the seconds to a deadline: `view.code.resendAt`, `view.code.expiresAt`. It reads the clock at
 * every tick, so that it is right after a sleep and in a tab that was hidden, never counts up, and ends
 * at 0.
 *
 * @param deadline milliseconds since the epoch; without one, 0 is left
 * @param clock that of the client; default: the system's
 * @example
 *   const stop = countdown(view.code?.resendAt).subscribe((seconds) => {
 *     button.disabled = seconds > 0
 *   })
 */
export function countdown(deadline = 0, clock: Clock = systemClock): Countdown {
  return {
    subscribe(run) {
      const stopped = new AbortController()
      const { signal } = stopped
      const elapsed = stopwatch(clock)
      const whole = deadline - clock.now()
      let shown = Infinity
      const tick = () => {
        if (signal.aborted) return
        // The system time may be set back meanwhile.
        const left = Math.min(deadline - clock.now(), whole - elapsed())
        const seconds = Math.min(shown, Math.max(0, Math.ceil(left / 1000)))
        if (seconds !== shown) run((shown = seconds))
        if (seconds === 0) return
        const next = clock.now() + left - (seconds - 1) * 1000
        clock.until(next, signal).then(tick, () => undefined)
      }
      tick()
      return () => stopped.abort()
    },
  }
}

/** Returns how many milliseconds have passed since now; 0 where the platform cannot measure it. */
function stopwatch({ monotonic }: Clock): () => number {
  if (!monotonic) return () => 0
  const start = monotonic()
  return () => monotonic() - start
}
