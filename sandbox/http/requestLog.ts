import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** A logged request. Every secret in it is masked. */
export interface LoggedRequest {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** The JSON body, if there was one. */
  body?: Record<string, unknown> | string
  /** HTTP status. Absent while the request is handled, and if a fault broke the connection. */
  status?: number
  /** Error code of the response. */
  error?: string
  /** Id of the user whose access token was sent. */
  sub?: string
  /** Server time in milliseconds since the epoch. */
  at: number
}

/** A request to log. */
export interface ReceivedRequest {
  method: string
  url: URL
  headers: Headers
  text: string
}

/** The log of requests. */
export interface RequestLog {
  /** Logs a request and returns its entry, to which the caller adds the outcome. */
  add(request: ReceivedRequest): LoggedRequest
  /** Lists the logged requests, newest last. */
  list(): LoggedRequest[]
  /** Empties the log. */
  clear(): void
}

const maxEntries = 1000

// Every field that is not listed here is masked, so that a new field cannot leak a secret.
const unmasked = new Set([
  'client_id',
  'grant_type',
  'username',
  'phone_number',
  'phone',
  'email',
  'target',
  'usage',
  'verification_id',
  'provider_id',
  'name',
  'gender',
  'birthdate',
  'locale',
  'zoneinfo',
  'picture',
  'id',
  'conflict_resolution',
  'action',
  'env',
  'collectionName',
  'function_name',
])

const loggedHeaders = [
  'authorization',
  'content-type',
  'origin',
  'accept-language',
  'x-request-id',
  'x-device-id',
  'x-sdk-version',
  'x-http-method-override',
  'x-captcha-token',
]

/**
 * Creates an empty log that keeps the last 1,000 requests.
 *
 * @param clock The server's clock.
 * @returns The log.
 */
export function createRequestLog(clock: Clock): RequestLog {
  const entries: LoggedRequest[] = []
  const key = randomBytes(32)
  // Equal secrets get equal masks, so that tests can distinguish a reused token from a new one.
  const mask = (value: unknown): string => {
    const hash = createHmac('sha256', key).update(JSON.stringify(value) ?? '')
    return `[masked ${hash.digest('hex').slice(0, 8)}]`
  }
  const maskEntries = (entries: Iterable<readonly [string, unknown]>): [string, unknown][] =>
    [...entries].map(([name, value]) => [
      name,
      unmasked.has(name) && typeof value === 'string' ? value : mask(value),
    ])
  const maskHeader = (name: string, value: string): string => {
    if (name === 'x-captcha-token') return mask(value)
    if (name !== 'authorization') return value
    const scheme = /^(?:Basic|Bearer) /i.exec(value)?.[0] ?? ''
    return scheme + mask(value.slice(scheme.length))
  }
  const maskBody = (text: string): Record<string, unknown> | string => {
    try {
      return Object.fromEntries(maskEntries(Object.entries(JSON.parse(text) as object)))
    } catch {
      return mask(text)
    }
  }
  return {
    add({ method, url, headers, text }) {
      const kept = loggedHeaders.flatMap((name): [string, string][] => {
        const value = headers.get(name)
        return value === null ? [] : [[name, maskHeader(name, value)]]
      })
      const entry: LoggedRequest = {
        method,
        path: url.pathname,
        query: Object.fromEntries(maskEntries(url.searchParams)) as Record<string, string>,
        headers: Object.fromEntries(kept),
        at: clock.now(),
      }
      if (text !== '') entry.body = maskBody(text)
      entries.push(entry)
      entries.splice(0, entries.length - maxEntries)
      return entry
    },
    list: () => structuredClone(entries),
    clear() {
      entries.length = 0
    },
  }
}
