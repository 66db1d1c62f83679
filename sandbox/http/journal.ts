import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** One request as it is remembered: nothing in it can be used to act as somebody. */
export interface LoggedRequest {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** The JSON body, absent if there was none. */
  body?: Record<string, unknown> | string
  /** HTTP status; absent if the connection was broken or the answer is still to come. */
  status?: number
  /** Error string of the answer. */
  error?: string
  /** Server time in milliseconds since the epoch. */
  at: number
}

/** What the journal needs of a request. */
export interface Seen {
  method: string
  url: URL
  headers: Headers
  text: string
}

/** The log of requests. */
export interface Journal {
  /** Notes a request and answers the entry, to which the outcome is added. */
  add(seen: Seen): LoggedRequest
  /** Newest last. */
  list(): LoggedRequest[]
  clear(): void
}

const memory = 1000

// Whatever is not known to be harmless is masked, so that a new secret cannot slip in.
const harmless = new Set([
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
])

const headersOfInterest = [
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

/** Makes an empty journal. */
export function createJournal(clock: Clock): Journal {
  const entries: LoggedRequest[] = []
  const key = randomBytes(32)
  // Equal secrets get equal masks, so tests can tell a reused token from a new one.
  const mask = (value: unknown): string => {
    const mark = createHmac('sha256', key).update(JSON.stringify(value) ?? '')
    return `[masked ${mark.digest('hex').slice(0, 8)}]`
  }
  const maskEntries = (entries: Iterable<readonly [string, unknown]>): [string, unknown][] =>
    [...entries].map(([name, value]) => [
      name,
      harmless.has(name) && typeof value === 'string' ? value : mask(value),
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
      const kept = headersOfInterest.flatMap((name): [string, string][] => {
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
      entries.splice(0, entries.length - memory)
      return entry
    },
    list: () => structuredClone(entries),
    clear() {
      entries.length = 0
    },
  }
}
