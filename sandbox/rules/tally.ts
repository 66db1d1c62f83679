import type { Clock } from '../clock.ts'
import type { State } from '../state.ts'
import { tallyMemory } from '../sweep.ts'

/** Counts how often things happened lately: sends, wrong passwords, calls. */
export interface Tally {
  /** Counts one more `key`. */
  add(key: string): void
  /** How many `key` there were in the last `seconds`. */
  count(key: string, seconds: number): number
  /** Whole seconds until there are fewer than `limit` in a window of `seconds`; 0 if so now. */
  wait(key: string, limit: number, seconds: number): number
  /** Forgets `key`. */
  clear(key: string): void
}

const most = 10_000

/** Makes the counter over `state.tallies`. */
export function createTally(state: State, clock: Clock): Tally {
  const recent = (key: string, seconds: number): number[] => {
    const since = clock.now() - seconds * 1000
    return (state.tallies.get(key) ?? []).filter((time) => time > since)
  }
  return {
    add(key) {
      const times = recent(key, tallyMemory / 1000)
      state.tallies.set(key, [...times, clock.now()].slice(-most))
    },
    count: (key, seconds) => recent(key, seconds).length,
    wait(key, limit, seconds) {
      const times = recent(key, seconds)
      if (times.length < limit) return 0
      const blocking = times[times.length - limit] ?? clock.now()
      return Math.max(1, Math.ceil((blocking - clock.now()) / 1000 + seconds))
    },
    clear(key) {
      state.tallies.delete(key)
    },
  }
}
