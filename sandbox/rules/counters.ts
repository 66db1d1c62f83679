import type { Clock } from '../clock.ts'
import type { State } from '../state.ts'
import { counterMemoryMs } from '../purge.ts'

/** Counts recent events by key: sent codes, wrong passwords, calls. */
export interface Counters {
  /** Counts one event. */
  add(key: string): void
  /** Returns the number of events within the last `seconds`. */
  count(key: string, seconds: number): number
  /** Returns the seconds until fewer than `limit` events lie within `seconds`; 0 if so now. */
  wait(key: string, limit: number, seconds: number): number
  /** Resets a counter. */
  clear(key: string): void
}

const maxEvents = 10_000

/**
 * Creates counters that store the times of events in `state.counters`.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @returns The counters.
 */
export function createCounters(state: State, clock: Clock): Counters {
  const recent = (key: string, seconds: number): number[] => {
    const since = clock.now() - seconds * 1000
    return (state.counters.get(key) ?? []).filter((time) => time > since)
  }
  return {
    add(key) {
      const times = recent(key, counterMemoryMs / 1000)
      state.counters.set(key, [...times, clock.now()].slice(-maxEvents))
    },
    count: (key, seconds) => recent(key, seconds).length,
    wait(key, limit, seconds) {
      const times = recent(key, seconds)
      if (times.length < limit) return 0
      const blocking = times[times.length - limit] ?? clock.now()
      return Math.max(1, Math.ceil((blocking - clock.now()) / 1000 + seconds))
    },
    clear(key) {
      state.counters.delete(key)
    },
  }
}
