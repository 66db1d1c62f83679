import type { Clock } from '../clock.ts'

/** What a token pair says about its lifetime. */
export interface Lifetime {
  /** When the pair has to be refreshed, in milliseconds since the epoch: some time before its end. */
  expiresAt: number
  /** Milliseconds for which the server issued the access token; undefined for an adopted pair. */
  lifetime?: number
}

/** Seconds before its end in which a token is refreshed, so that it does not expire in transit. */
const MARGIN = 30

/** Milliseconds that a token must still be valid to be sent while its refresh is under way. */
const TRANSIT_MS = 5_000

/** Milliseconds by which the clocks of two pages may differ without being wrong. */
const TOLERANCE_MS = 5_000

/**
 * Shortens the lifetime of a token by the safety margin: 30 seconds, or half of a lifetime below
 * one minute.
 *
 * @param seconds the lifetime that the server granted (`expires_in`)
 * @returns seconds after which the token is refreshed
 */
export const withMargin = (seconds: number): number => seconds - Math.min(MARGIN, seconds / 2)

/**
 * The inverse of `withMargin`: adds the safety margin to a lifetime that lacks it already.
 *
 * @param seconds seconds for which the token may be sent
 * @returns the lifetime that `withMargin` shortens to `seconds`
 */
export const withoutMargin = (seconds: number): number =>
  seconds > MARGIN ? seconds + MARGIN : seconds * 2

/**
 * How an access token can be used: `fresh` until its refresh is due, then `due` while it can still be
 * sent without waiting for the refresh, then `expiring` while it is accepted if the refresh fails,
 * then `expired`.
 */
export type Freshness = 'fresh' | 'due' | 'expiring' | 'expired'

/** Measures how long a token pair is valid, also while the system time is changed. */
export interface Validity {
  /** How the pair can be used now. */
  freshness(): Freshness
  /** Whether the system time contradicts the pair, so that the pair must be refreshed to be sure. */
  isSkewed(): boolean
}

/** The running measurements. */
const validities = /* @__PURE__ */ new WeakMap<Lifetime, Validity>()

/** @returns how long a pair is valid, measured since the first time it was asked for */
export function validityOf(credentials: Lifetime, clock: Clock): Validity {
  const known = validities.get(credentials)
  if (known) return known
  const validity = measureValidity(credentials, clock)
  validities.set(credentials, validity)
  return validity
}

/**
 * Starts to measure how long a pair is valid. Time passes as fast as the faster of the system time and
 * the monotonic clock says, so setting the system time back makes no token valid for longer. A pair
 * with more time left than it was issued for counts as expired.
 */
export function measureValidity({ expiresAt, lifetime }: Lifetime, clock: Clock): Validity {
  let wall = clock.now()
  let steady = clock.monotonic?.()
  const margin = lifetime === undefined ? 0 : lifetime - withMargin(lifetime / 1000) * 1000
  /** Milliseconds until the refresh is due. */
  let left = expiresAt - wall
  let isSkewed = lifetime !== undefined && left + margin > lifetime + TOLERANCE_MS
  if (isSkewed) left = -margin

  function update() {
    const now = clock.now()
    const passed = now - wall
    const steadyNow = clock.monotonic?.()
    const steadyPassed = steadyNow === undefined ? 0 : steadyNow - steady!
    if (passed < -TOLERANCE_MS) {
      isSkewed = true
      // It is unknown how much time has passed.
      if (steadyNow === undefined) left = -margin
    }
    left -= Math.max(passed, steadyPassed, 0)
    wall = now
    steady = steadyNow
  }

  return {
    isSkewed: () => (update(), isSkewed),
    freshness() {
      update()
      if (left > 0) return 'fresh'
      if (left + margin > TRANSIT_MS) return 'due'
      return left + margin > 0 ? 'expiring' : 'expired'
    },
  }
}
