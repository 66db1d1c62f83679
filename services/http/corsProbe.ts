/** Milliseconds that the probe waits for the server. */
const PROBE_TIMEOUT_MS = 3000

/**
 * Checks whether a server answers but the browser withholds its answers from this page. The page
 * cannot read why a request failed, so two more are sent, without credentials or headers: the one that
 * needs the permission of the server (CORS) must fail where the other one succeeds.
 *
 * @param origin the origin of the HTTP API
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export async function isWithheld(origin: string): Promise<boolean> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PROBE_TIMEOUT_MS)
  const isAnswered = (mode: RequestMode) =>
    fetch(`${origin}/auth/v1/user/me`, {
      mode,
      credentials: 'omit',
      cache: 'no-store',
      signal: stop.signal,
    }).then(
      () => true,
      () => false,
    )
  try {
    return !(await isAnswered('cors')) && (await isAnswered('no-cors'))
  } finally {
    clearTimeout(timer)
  }
}
