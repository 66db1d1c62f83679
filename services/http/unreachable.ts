import { isCode } from '../error.ts'

/** Parts of error codes (Node, browsers, WeChat) and what they mean. */
const causes: [RegExp, string][] = [
  [/NOTFOUND|EAI_/, 'no such host (DNS)'],
  [/REFUSED/, 'no server listens'],
  [/CERT|TLS|SSL|VERIFY/, 'untrusted certificate'],
  [/domain-list/, 'no domain of the mini-program'],
  [/^TypeError$/, 'no connection, CORS or mixed content'],
]

/**
 * Says which host could not be reached and why, for the `description` of an `unreachable` error.
 *
 * @param origin the origin of the HTTP API; a user name and password in it are left out
 * @param code the code or name of the error that `fetch` failed with
 */
export function describeUnreachable(origin: string, code = 'no reason given'): string {
  const [, host] = /^\w+:\/\/(?:[^/@]*@)?([^/?#]+)/.exec(origin) ?? []
  if (!host) return 'the endpoint is no URL, like https://example.com'
  const isOffline = globalThis.navigator?.onLine === false
  const [, cause] = causes.find(([part]) => part.test(code)) ?? []
  const reason = isOffline ? 'the device is offline' : cause
  return `cannot reach ${host}: ${reason ? `${reason} (${code})` : code}`
}

/**
 * Finds the code, else the name, of the deepest cause of an error. Nothing else of it may be shown:
 * errors of `fetch` can hold the request with its secrets.
 *
 * @param thrown what `fetch` rejected with
 */
export function deepestCode(thrown: unknown): string | undefined {
  const { cause, code, name } = Object(thrown) as Record<string, unknown>
  return cause ? deepestCode(cause) : [code, name].find(isCode)
}
