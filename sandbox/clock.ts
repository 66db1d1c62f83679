/** The server's clock. Every time in the sandbox is read from it. */
export interface Clock {
  /** Milliseconds since the epoch, including the offset. */
  now(): number
  /** Seconds this clock is ahead of the machine's clock; negative when behind. */
  offsetSeconds: number
}

/**
 * Creates a clock with an adjustable offset.
 *
 * @param base Returns milliseconds since the epoch.
 * @returns A clock with an offset of 0.
 */
export function createClock(base: () => number): Clock {
  const clock: Clock = {
    offsetSeconds: 0,
    now: () => base() + clock.offsetSeconds * 1000,
  }
  return clock
}
