import { createFetch } from 'ofetch'
import { isKnownCode } from '../codes.ts'
import { AuthError, type AuthErrorDetails, isCode } from '../error.ts'
import { nextRequestId } from '../randomHex.ts'
import { type Secret, unwrapSecrets } from '../secret.ts'
import type { Store } from '../session/store.ts'
import { VERSION } from '../version.ts'
import { readAnswer } from './answer.ts'
import { runUntil } from './deadline.ts'
import { createDeviceId } from './deviceId.ts'
import { repeatsSecret } from './echo.ts'
import { maskContacts } from './maskContacts.ts'
import type { Method } from './endpoint.ts'
import { withQuery } from './query.ts'
import { retryAfterOf } from './retryAfter.ts'
import { toFailure } from './unreachable.ts'

/** The settings that all requests of a client share. */
export interface HttpOptions {
  /** Returns scheme, host and port for each request; `/auth` is added here. */
  origin: () => string
  clientId: string
  /** Sent as `Accept-Language`. */
  language: string
  /** Milliseconds until a request without an answer is given up; `Infinity` for never. */
  timeout: number
  /** Holds the `device_id`. */
  store: Store
  /** Default: the global `fetch` at the time of the request. */
  fetch?: typeof globalThis.fetch
}

/** A request, with its secrets still wrapped. */
export interface Call {
  operation: string
  method: Method
  /** The path from the version on: `/v1/signin`. */
  path: string
  query?: object
  body?: object
  accessToken?: Secret
  captchaToken?: Secret
  /** Aborted when the answer is no longer wanted. */
  signal?: AbortSignal
  /** Milliseconds in which it is answered. Default: that of the client. */
  timeout?: number
  /** The request outlives the page that sends it. */
  keepalive?: boolean
  /** Sends this request instead of the client's own `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Called when the answer begins, with its HTTP status. */
  onResponse?: (status: number, requestId: string) => void
}

const $fetch = /* @__PURE__ */ createFetch({
  // The global one at the time of the request.
  fetch: (...args) => globalThis.fetch(...args),
  defaults: {
    retry: false,
    // ofetch leaves the answer unread.
    responseType: 'stream',
    ignoreResponseError: true,
    // A redirect would send passwords and tokens to another server.
    redirect: 'manual',
  },
})

const senderOf = (fetch?: typeof globalThis.fetch) =>
  fetch ? $fetch.create({}, { fetch }) : $fetch

/** Sends one request and returns the JSON object of its answer. */
export type Http = (call: Call) => Promise<object>

/**
 * Creates the function that sends every request. A request is sent once and never repeated here. All
 * its failures become an `AuthError`, which holds nothing of the request, nor any text of the server
 * that repeats one of the secrets it was sent.
 *
 * @returns a function that throws AuthError with the code of the server, `unreachable` when the
 *   connection fails, `origin_not_allowed` when the browser withholds the answer (CORS), `local` for a
 *   fault in the page or a missing API, `deadline_exceeded` when the time is over, `cancelled` when the signal aborts,
 *   `invalid_response` for an answer of another protocol, or a code for the HTTP status of an error
 *   that carries none
 */
export function createHttp(options: HttpOptions): Http {
  const { origin, clientId, language, timeout } = options
  const own = senderOf(options.fetch)
  const deviceId = createDeviceId(options.store)

  function write({ path, query, body, accessToken, captchaToken }: Call) {
    const fields = {
      ...(query && unwrapSecrets(query)),
      captcha_token: captchaToken?.reveal(),
      client_id: accessToken ? undefined : clientId,
    }
    return {
      address: withQuery(`${origin()}/auth${path}`, fields),
      // As text, because ofetch would look for FormData, which mini-programs do not have.
      body: body && JSON.stringify(unwrapSecrets(body)),
    }
  }

  async function send(call: Call, requestId: string, signal: AbortSignal) {
    const { method, accessToken, fetch, keepalive } = call
    const { address, body } = write(call)
    const device = deviceId()
    const headers = {
      'accept-language': language,
      // Only the first request waits for the id: awaiting a text would cost a microtask each time.
      'x-device-id': typeof device === 'string' ? device : await device,
      'x-request-id': requestId,
      'x-sdk-version': `cloudbase-authflow/${VERSION}`,
      ...(accessToken && { authorization: `Bearer ${accessToken.reveal()}` }),
    }
    const sender = fetch ? senderOf(fetch) : own
    const response = await sender.raw(address, { method, headers, body, signal, keepalive })
    return { response, answer: await readAnswer(response) }
  }

  return (call) => {
    const { operation, query, body, accessToken, captchaToken, signal } = call
    const requestId = nextRequestId()
    const fail = (code: string, details?: AuthErrorDetails) =>
      new AuthError(code, { operation, requestId, ...details })
    const withoutEcho = (text: unknown) =>
      typeof text === 'string' && !repeatsSecret(text, [query, body, accessToken, captchaToken])
        ? text
        : undefined

    return runUntil({ timeout: call.timeout ?? timeout, signal, fail }, async (signal) => {
      const { response, answer } = await send(call, requestId, signal).catch(
        async (thrown: unknown) => {
          const { code, description } = await toFailure(thrown, origin(), withoutEcho)
          throw fail(code, { description })
        },
      )
      call.onResponse?.(response.status, requestId)
      const code = answer?.['error'] || answer?.['code']
      if (response.ok && answer && !code) return answer
      const isSafe = isCode(code) && (withoutEcho(code) || isKnownCode(code))
      const description = withoutEcho(answer?.['error_description'] ?? answer?.['message'])
      throw fail(isSafe ? code : codeOf(response.status, accessToken), {
        status: response.status,
        description: description && maskContacts(description),
        retryAfter: retryAfterOf(answer, response.headers),
      })
    })
  }
}

/** The code for the HTTP status of an answer that carries none. */
function codeOf(status: number, accessToken?: Secret): string {
  if (status < 400) return 'invalid_response'
  if (status >= 500) return 'unavailable'
  // Without an access token the 401 may come from a network that wants its users to sign in.
  if (status === 401 && accessToken) return 'unauthenticated'
  if (status === 403) return 'permission_denied'
  return status === 429 ? 'resource_exhausted' : 'unknown'
}
