/** The longest wait in seconds: a day. */
const MAX_RETRY_AFTER = 86_400

/**
 * Reads how long the server asks to wait: `retry_after` of the body, else the header `Retry-After` in
 * seconds or as a date. A date is compared with the `Date` of the answer where it has one, because
 * the local clock may be wrong. Invalid values are ignored.
 *
 * @returns seconds, at most a day, or undefined
 * @see RFC 9110 §10.2.3
 */
export function retryAfterOf(
  answer: Record<string, unknown> | undefined,
  headers: Headers,
): number | undefined {
  const header = headers.get('retry-after')
  const now = parseDate(headers.get('date')) || Date.now()
  const values = [answer?.['retry_after'], answer?.['retryAfter'], header].map(parseSeconds)
  const wait = [...values, (parseDate(header) - now) / 1000].find((seconds) => seconds > 0)
  return wait && Math.min(wait, MAX_RETRY_AFTER)
}

function parseSeconds(value: unknown): number {
  return /^"?[\d.]+"?$/.test(JSON.stringify(value)) ? Number(value) : NaN
}

/** Milliseconds since the epoch of an HTTP date. Its oldest form names no time zone and means GMT. */
function parseDate(text: string | null): number {
  const isDate = /^\w+,? [\w -]+ \d\d:\d\d:\d\d( \d{4})?( GMT)?$/.test(text ?? '')
  return isDate ? Date.parse(text!.replace(/( GMT)?$/, ' GMT')) : NaN
}
