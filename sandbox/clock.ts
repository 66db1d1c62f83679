/** The server's idea of now. Every time in the sandbox comes from here. */
export interface Clock {
  /** Milliseconds since the epoch, shifted by the offset. */
  now(): number
  /** Seconds this clock runs ahead of the machine's (negative: behind). */
  offsetSeconds: number
}

/** Makes a clock over `base`, a function giving milliseconds since the epoch. */
export function createClock(base: () => number): Clock {
  return {
    offsetSeconds: 0,
    now() {
      return base() + this.offsetSeconds * 1000
    },
  }
}
