import type { Clock } from '../../services/clock.ts'

/** The real time plus what a test has added; deadlines pass only when it is turned. */
export interface TurnableClock extends Clock {
  /** Milliseconds. */
  advance(ms: number): void
  /** Makes the wait that would end first, or last, fail as no real timer does. */
  breakWait(which: 'first' | 'last'): void
}

interface Wait {
  deadline: number
  resolve(): void
  reject(reason: Error): void
}

export function turnableClock(): TurnableClock {
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
    breakWait(which) {
      const byDeadline = [...waits].sort((a, b) => a.deadline - b.deadline)
      const wait = byDeadline.at(which === 'first' ? 0 : -1)!
      waits.delete(wait)
      wait.reject(new Error('the clock broke'))
    },
  }
}
