/** Seconds before its expiry in which a token is no longer sent, so that it does not expire in transit. */
const MARGIN = 30

/**
 * Shortens the lifetime of a token by the safety margin: 30 seconds, or half of a lifetime below
 * one minute.
 *
 * @param seconds the lifetime that the server granted (`expires_in`)
 * @returns seconds for which the token may be sent
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
