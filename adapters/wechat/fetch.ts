import { isRecord } from '../../services/record.ts'
import { HeadersPolyfill } from './headers.ts'
import { callWx, withoutQuery, type Wx, type WxFailure, type WxMethod } from './wx.ts'

declare const wx: Wx

type Fetch = typeof globalThis.fetch

const METHODS = new Set<string>([
  'OPTIONS',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'CONNECT',
] satisfies WxMethod[])

/**
 * `fetch` over `wx.request`. A method that `wx.request` lacks is sent as POST with the header
 * `X-HTTP-Method-Override`.
 *
 * @throws TypeError when the request fails; its `code` is WeChat's reason
 */
export const requestFetch: Fetch = (input, init = {}) =>
  abortable(init.signal, (resolve, reject) => {
    const { method = 'GET', body, redirect } = init
    const header = headersOf(init)
    if (!METHODS.has(method)) header['x-http-method-override'] = method
    const task = wx.request({
      url: String(input as string | URL),
      method: METHODS.has(method) ? (method as WxMethod) : 'POST',
      header,
      ...(body != null && { data: body as string }),
      dataType: 'text',
      redirect: redirect === 'manual' ? 'manual' : 'follow',
      success: ({ data, statusCode, header }) => resolve(toResponse(statusCode, header, data)),
      fail: (failure) => reject(toNetworkError(failure)),
    })
    return () => task.abort()
  })

const FUNCTION = 'httpOverCallFunction'

/**
 * `fetch` over the cloud function `httpOverCallFunction`. A call cannot be aborted: the promise
 * rejects, and the answer is ignored.
 *
 * @throws TypeError when the call fails; its `code` is WeChat's reason
 */
export const cloudFetch: Fetch = (input, init = {}) =>
  abortable(init.signal, (resolve, reject) => {
    const { method = 'GET', body } = init
    const call = async () => {
      const headers = {
        origin: 'https://servicewechat.com',
        'User-Agent': await userAgent(),
        ...headersOf(init),
      }
      const data = {
        url: String(input as string | URL),
        method,
        headers,
        body: parse(body as string | null),
      }
      const { result } = await wx.cloud.callFunction({ name: FUNCTION, data })
      return toForwarded(result)
    }
    call().then(resolve, (thrown: Partial<WxFailure & Error>) =>
      reject(toNetworkError({ ...thrown, errMsg: thrown.errMsg ?? thrown.message ?? FUNCTION })),
    )
    return () => undefined
  })

type Start = (resolve: (response: Response) => void, reject: (reason: unknown) => void) => Cancel
type Cancel = () => void

function abortable(signal: AbortSignal | null | undefined, start: Start): Promise<Response> {
  return new Promise<Response>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    let cancel: Cancel | undefined
    const abort = () => {
      cancel?.()
      reject(signal!.reason as Error)
    }
    const settled =
      <T>(settle: (value: T) => void) =>
      (value: T) => {
        signal?.removeEventListener('abort', abort)
        settle(value)
      }
    signal?.addEventListener('abort', abort)
    cancel = start(settled(resolve), settled(reject))
  })
}

function headersOf({ headers = {} }: RequestInit): Record<string, string> {
  return Object.fromEntries(new HeadersPolyfill(headers))
}

function parse(body: string | null | undefined): unknown {
  try {
    return body ? JSON.parse(body) : undefined
  } catch {
    return body
  }
}

async function userAgent(): Promise<string> {
  try {
    return await callWx<string>('userAgent', (callbacks) => wx.getRendererUserAgent!(callbacks))
  } catch {
    return ''
  }
}

/** The cloud function may return the body alone; then the body shows whether it is an error. */
function toForwarded(result: unknown): Response {
  const { body, statusCode, headers } = (result ?? {}) as Record<string, unknown>
  const isError = isRecord(body) && !!(body['error'] ?? body['error_code'] ?? body['code'])
  const status = isStatus(statusCode) ? statusCode : isError ? 400 : body === undefined ? 502 : 200
  return toResponse(status, headers, body ?? '')
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
}

/** Creates the part of a `Response` that is read; mini-programs have no `Response`. */
function toResponse(status: number, header: unknown, data: unknown): Response {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  const response = {
    ok: status >= 200 && status < 300,
    status,
    statusText: '',
    headers: new HeadersPolyfill(isRecord(header) ? header : {}),
    body: null,
    // ofetch reads a body that is not a stream from here.
    _bodyInit: text,
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
    clone: () => response,
  }
  return response as unknown as Response
}

/**
 * Converts a failure to the `TypeError` that `fetch` throws. Its code is WeChat's message if that is
 * short, such as `url-not-in-domain-list`, else the error number.
 */
function toNetworkError({ errMsg, errno, errCode = errno }: WxFailure): TypeError {
  const reason = /^[\w.]+:fail:? ([\w -]{1,64})$/.exec(errMsg)?.[1]?.replaceAll(' ', '-')
  const code = reason ?? (errCode === undefined ? undefined : String(errCode))
  return Object.assign(new TypeError(withoutQuery(errMsg)), code && { code })
}
