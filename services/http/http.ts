import { createFetch } from 'ofetch'
import { echoOf } from './echo.ts'
import { AuthError, isKnownCode } from '../error.ts'
import { isRecord } from '../record.ts'
import { retryAfterOf } from './retryAfter.ts'
import { type Secret, unwrapSecrets } from '../secret.ts'
import { type Store } from '../session/store.ts'

/** This package's version: sent as `X-SDK-Version`, and the version of stored snapshots. */
export const VERSION = '0.1.0'

/** An answer longer than this is not an answer of this protocol (characters). */
const LONGEST_ANSWER = 1 << 20

/** Which server to speak to. */
export interface Host {
  /** The CloudBase environment id. */
  env: string
  /** The region of the 2.x host, `https://ENV.REGION.tcb-api.tencentcloudapi.com`. Default: ap-shanghai. */
  region?: string
  /** Use the 3.x host, `https://ENV.api.tcloudbasegateway.com`, instead. */
  gateway?: boolean
  /**
   * Any other origin that speaks the protocol, such as a sandbox's. A function is called for each
   * request, so that the origin may change while the client runs.
   */
  endpoint?: string | (() => string)
}

/** The origin that requests go to now: scheme, host and port, without a trailing slash. */
export function originOf({ env, region = 'ap-shanghai', gateway, endpoint }: Host): string {
  const origin = typeof endpoint === 'function' ? endpoint() : endpoint
  if (origin) return origin.replace(/\/+$/, '')
  if (gateway) return `https://${env}.api.tcloudbasegateway.com`
  return `https://${env}.${region}.tcb-api.tencentcloudapi.com`
}

export interface HttpOptions {
  /** Scheme, host and port, or a function that returns them for each request; `/auth` is added here. */
  origin: string | (() => string)
  clientId: string
  /** `Accept-Language`. */
  language: string
  /** Milliseconds until a call that got no answer is given up. */
  timeout: number
  /** Holds the `device_id`. */
  store: Store
  fetch?: typeof globalThis.fetch
}

export interface Call {
  operation: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** From the version on: `/v1/signin`. */
  path: string
  /** Fields of the query; secrets and all. */
  query?: object
  body?: object
  accessToken?: Secret
  captchaToken?: Secret
  signal?: AbortSignal
  /** Sends this call instead of `HttpOptions.fetch`. */
  fetch?: typeof globalThis.fetch
}

export type Http = (call: Call) => Promise<object>

/**
 * The one way to the server. Settles with the JSON object of a successful answer; every failure
 * becomes an `AuthError` here and nowhere else. No error carries the request along, nor what a
 * server said about it with one of the secrets it was sent.
 *
 * @throws AuthError the server's own code; `unreachable` (line down), `deadline_exceeded`
 *   (timeout), `cancelled` (signal), `invalid_response` (not this protocol), or a code for the HTTP
 *   status when an error answer names none
 */
export function createHttp(options: HttpOptions): Http {
  const $fetch = createFetch({
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    defaults: {
      retry: false,
      responseType: 'text',
      ignoreResponseError: true,
      // Passwords and tokens go to this server and to no other that it may name.
      redirect: 'manual',
    },
  })
  let device: Promise<string> | undefined
  return async (call) => {
    const { operation, method, path, query, body, accessToken, captchaToken, signal } = call
    const { origin } = options
    const requestId = randomHex()
    const controller = new AbortController()
    let isLate = false
    const abort = () => controller.abort(signal?.reason)
    const timer = setTimeout(() => {
      isLate = true
      abort()
    }, options.timeout)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    const isEcho = echoOf([query, body, accessToken, captchaToken])
    const heard = (said: unknown) => (typeof said === 'string' && !isEcho(said) ? said : undefined)
    const fail = (code: string, details = {}) =>
      new AuthError(code, { operation, requestId, ...details })
    try {
      const send = call.fetch ? $fetch.create({}, { fetch: call.fetch }) : $fetch
      const response = await send.raw(path, {
        baseURL: `${typeof origin === 'function' ? origin() : origin}/auth`,
        method,
        query: {
          ...(query && unwrapSecrets(query)),
          captcha_token: captchaToken?.reveal(),
          client_id: accessToken ? undefined : options.clientId,
        },
        headers: {
          'accept-language': options.language,
          'x-device-id': await (device ??= deviceId(options.store)),
          'x-request-id': requestId,
          'x-sdk-version': `cloudbase-authflow/${VERSION}`,
          ...(accessToken && { authorization: `Bearer ${accessToken.reveal()}` }),
        },
        // As text, so that ofetch looks for no FormData: mini-programs have none.
        body: body && JSON.stringify(unwrapSecrets(body)),
        signal: controller.signal,
      })
      const answer = parse(response._data as string)
      const code = answer?.error || answer?.code
      if (response.ok && answer && !code) return answer
      const isSafe = isCode(code) && (isKnownCode(code) || heard(code))
      throw fail(isSafe ? code : codeForStatus(response.status, accessToken), {
        status: response.status,
        description: heard(answer?.error_description ?? answer?.message)?.slice(0, 300),
        retryAfter: retryAfterOf(answer, response.headers),
      })
    } catch (thrown) {
      if (thrown instanceof AuthError) throw thrown
      if (isLate) throw fail('deadline_exceeded')
      if (signal?.aborted) throw fail('cancelled')
      throw fail('unreachable', { description: heard(hint(thrown)) })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }
}

function parse(body = ''): Record<string, unknown> | undefined {
  try {
    const answer: unknown = body.length > LONGEST_ANSWER || JSON.parse(body || '{}')
    return isRecord(answer) ? answer : undefined
  } catch {
    return undefined
  }
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
}

/** The code of what lies deepest. Nothing else: such errors hold the request, password and all. */
function hint(thrown: unknown): string | undefined {
  const { cause, code, name } = Object(thrown) as Record<string, unknown>
  return cause ? hint(cause) : [code, name].find(isCode)
}

function codeForStatus(status: number, bearer: unknown): string {
  if (status < 400) return 'invalid_response'
  if (status >= 500) return 'unavailable'
  // Without a bearer it is not about ours: the network may want its own users to sign in.
  if (status === 401 && bearer) return 'unauthenticated'
  if (status === 403) return 'permission_denied'
  return status === 429 ? 'resource_exhausted' : 'unknown'
}

const DEVICE_ID = 'device_id'

/**
 * 32 hex digits, the same key and form as the official client, so that a guest stays who they are;
 * where the store is out of order, for as long as the page lives.
 */
async function deviceId(store: Store): Promise<string> {
  const fresh = randomHex()
  try {
    const stored = await store.get(DEVICE_ID)
    if (stored && /^[\w-]{16,48}$/.test(stored)) return stored
    await store.set(DEVICE_ID, fresh)
  } catch {
    // It is still the id to go by.
  }
  return fresh
}

/** 128 random bits; unlike `crypto.randomUUID` there on plain HTTP too. */
export function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return Array.from(bytes, (byte) => (byte % 16).toString(16)).join('')
}
