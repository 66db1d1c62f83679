/** Seconds. Who is told to wait for longer may ask again after a day. */
const LONGEST_WAIT = 86_400

/**
 * Seconds a server asks to be left alone for: the body's `retry_after`, else `Retry-After` (RFC 9110
 * §10.2.3) in seconds or as a date. A date counts from the answer's own `Date` where that can be
 * read, for the clock here may be wrong. What makes no sense is as good as not said.
 */
export function retryAfterOf(
  answer: Record<string, unknown> | undefined,
  headers: Headers,
): number | undefined {
  const header = headers.get('retry-after')
  const now = parseDate(headers.get('date')) || Date.now()
  const said = [answer?.['retry_after'], answer?.['retryAfter'], header].map(parseSeconds)
  const wait = [...said, (parseDate(header) - now) / 1000].find((seconds) => seconds > 0)
  return wait && Math.min(wait, LONGEST_WAIT)
}

function parseSeconds(value: unknown): number {
  return /^"?[\d.]+"?$/.test(JSON.stringify(value)) ? Number(value) : NaN
}

/** Milliseconds since the epoch of an HTTP date, whose oldest form names no zone. */
function parseDate(text: string | null): number {
  const isDate = /^\w+,? [\w -]+ \d\d:\d\d:\d\d( \d{4})?( GMT)?$/.test(text ?? '')
  return isDate ? Date.parse(text!.replace(/( GMT)?$/, ' GMT')) : NaN
}
