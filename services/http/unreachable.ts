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
 * How the engines word a fault of the program in a `TypeError`. The words for a failed connection
 * are open: Safari translates them.
 */
const PROGRAM_FAULT =
  /^(.{1,80} is (undefined|null|not (an?|iterable|defined|callable)\b)|Cannot |[Cc]an't |Can only |Illegal |Failed to execute |Converting circular|JSON\.stringify|Do not know|cyclic )/

/** The error for a request that ended without an answer. */
export interface Failure {
  code: 'unreachable' | 'origin_not_allowed' | 'local'
  description?: string
}

/**
 * Finds out why a request ended without an answer: `local` for a fault of the program or a missing
 * API, `origin_not_allowed` when a browser withholds the answer from this page (CORS), else
 * `unreachable`.
 *
 * @param thrown what sending or reading failed with
 * @param origin the origin of the HTTP API
 * @param withoutEcho returns a text, or undefined when it repeats a secret
 */
export async function toFailure(
  thrown: unknown,
  origin: string,
  withoutEcho: (text: unknown) => string | undefined,
): Promise<Failure> {
  const { name, code, message } = deepestCause(thrown)
  const isTypeError = name === 'TypeError' && code === undefined
  const isFault = isTypeError ? PROGRAM_FAULT.test(message) : FAULTS.has(name as string)
  if (isFault) return { code: 'local', description: withoutEcho(`${String(name)}: ${message}`) }
  if (isTypeError && (await isWithheld(origin))) {
    const { origin: page } = globalThis.location
    const description = `${origin} answers, but not to ${page}: add it to the security domains (安全域名) of the environment`
    return { code: 'origin_not_allowed', description }
  }
  const reason = withoutEcho([code, name].find(isCode))
  return { code: 'unreachable', description: describeUnreachable(origin, reason) }
}

const FAULTS = new Set(['ReferenceError', 'RangeError', 'SyntaxError', 'EvalError'])

/** Only a page asks: elsewhere no answer is withheld. */
async function isWithheld(origin: string): Promise<boolean> {
  if (typeof document === 'undefined' || navigator.onLine === false) return false
  const probe = await import('./corsProbe.ts').catch(() => undefined)
  return !!probe && probe.isWithheld(origin)
}

/** Nothing else of an error of `fetch` may be shown: it can hold the request with its secrets. */
function deepestCause(thrown: unknown): { name: unknown; code: unknown; message: string } {
  const { cause, name, code, message } = Object(thrown) as Record<string, unknown>
  return cause ? deepestCause(cause) : { name, code, message: String(message) }
}

/**
 * Says which host could not be reached and why.
 *
 * @param origin the origin of the HTTP API; a user name and password in it are left out
 * @param code the code or name of the error that `fetch` failed with
 */
function describeUnreachable(origin: string, code = 'no reason given'): string {
  const [, host] = /^\w+:\/\/(?:[^/@]*@)?([^/?#]+)/.exec(origin) ?? []
  if (!host) return 'the endpoint is no URL, like https://example.com'
  const isOffline = globalThis.navigator?.onLine === false
  const [, cause] = causes.find(([part]) => part.test(code)) ?? []
  const reason = isOffline ? 'the device is offline' : cause
  return `cannot reach ${host}: ${reason ? `${reason} (${code})` : code}`
}
