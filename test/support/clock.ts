import type { Clock } from '../../services/clock.ts'

/** A clock that tests move: deadlines pass only by `advance`. */
export interface ManualClock extends Clock {
  /** Moves the clock by this many milliseconds. */
  advance(ms: number): void
  /** Makes the wait with the earliest or the latest deadline fail, which no real timer does. */
  failWait(which: 'first' | 'last'): void
}

interface Wait {
  deadline: number
  resolve(): void
  reject(reason: Error): void
}

/**
 * Creates a clock that shows the real time plus what was added to it.
 *
 * @returns the clock
 */
export function manualClock(): ManualClock {
  let offset = 0
  const waits = new Set<Wait>()
  const now = () => Date.now() + offset
  return {
    now,
    until: (deadline, signal) =>
      new Promise((resolve, reject) => {
        const wait = { deadline, resolve, reject }
        const abort = () => {
          waits.delete(wait)
          reject(signal?.reason as Error)
        }
        if (deadline <= now()) return resolve()
        if (signal?.aborted) return abort()
        waits.add(wait)
        signal?.addEventListener('abort', abort)
      }),
    advance(ms) {
      offset += ms
      for (const wait of waits) {
        if (wait.deadline > now()) continue
        waits.delete(wait)
        wait.resolve()
      }
    },
    failWait(which) {
      const byDeadline = [...waits].sort((a, b) => a.deadline - b.deadline)
      const wait = byDeadline.at(which === 'first' ? 0 : -1)!
      waits.delete(wait)
      wait.reject(new Error('the clock failed'))
    },
  }
}
