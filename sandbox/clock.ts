/** The server's idea of now. Every time in the sandbox comes from here. */
export interface Clock {
  /** Milliseconds since the epoch, shifted by the offset. */
  now(): number
  /** Seconds this clock runs ahead of the machine's (negative: behind). */
  offsetSeconds: number
}

/** Makes a clock over `base`, a function giving milliseconds since the epoch. */
export function createClock(base: () => number): Clock {
  const clock: Clock = {
    offsetSeconds: 0,
    now: () => base() + clock.offsetSeconds * 1000,
  }
  return clock
}
