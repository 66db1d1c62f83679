import { isRecord } from '../../services/record.ts'
import { PlainHeaders } from './headers.ts'
import { promised, withoutQuery, type Wx, type WxFailure, type WxMethod } from './wx.ts'

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
 * `fetch` over `wx.request`. A method it does not know goes as POST and names itself in
 * `X-HTTP-Method-Override`.
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
 * `fetch` over the cloud function that forwards HTTP. It cannot be called back: an aborted call
 * goes on and its answer is not looked at.
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

type Settle = (resolve: (response: Response) => void, reject: (reason: unknown) => void) => Cancel
type Cancel = () => void

function abortable(signal: AbortSignal | null | undefined, start: Settle): Promise<Response> {
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
  return Object.fromEntries(new PlainHeaders(headers))
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
    return await promised<string>('userAgent', (callbacks) => wx.getRendererUserAgent!(callbacks))
  } catch {
    return ''
  }
}

/** The function may answer with the body alone; then the body tells whether it is an error. */
function toForwarded(result: unknown): Response {
  const { body, statusCode, headers } = (result ?? {}) as Record<string, unknown>
  const isError = isRecord(body) && !!(body['error'] ?? body['error_code'] ?? body['code'])
  const status = isStatus(statusCode) ? statusCode : isError ? 400 : body === undefined ? 502 : 200
  return toResponse(status, headers, body ?? '')
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
}

/** There is no `Response` in a mini-program: this is the part of one that is asked for. */
function toResponse(status: number, header: unknown, data: unknown): Response {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  const response = {
    ok: status >= 200 && status < 300,
    status,
    statusText: '',
    headers: new PlainHeaders(isRecord(header) ? header : {}),
    body: null,
    // Where ofetch looks for a body that is no stream.
    _bodyInit: text,
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
    clone: () => response,
  }
  return response as unknown as Response
}

/**
 * What `fetch` throws when the line is down. Why becomes its code: WeChat's own words where they are
 * few, as in `url-not-in-domain-list`, else its number.
 */
function toNetworkError({ errMsg, errno, errCode = errno }: WxFailure): TypeError {
  const words = /^[\w.]+:fail:? ([\w -]{1,64})$/.exec(errMsg)?.[1]?.replaceAll(' ', '-')
  const code = words ?? (errCode === undefined ? undefined : String(errCode))
  return Object.assign(new TypeError(withoutQuery(errMsg)), code && { code })
}
