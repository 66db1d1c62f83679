import { isRecord } from '../../services/record.ts'
import type { Wx } from './wx.ts'

/** A request body marked so goes through WeChat's cloud; the mark itself does not. */
export const VIA_WX_CLOUD = { via_wx_cloud: true }

type Fetch = typeof globalThis.fetch

export interface TransportOptions {
  /** Asked anew for each request: an app may register another host at any time. */
  origin(): string
  wx(): Wx | undefined
  fetch?: Fetch
}

/** The `fetch` of our own door: sends each request where the app wants it now. */
export function createTransport({ origin, wx, fetch }: TransportOptions): Fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(input as string)
    const url = origin() + pathname + search
    const body = parse(init.body)
    if (isViaWxCloud(body)) return callWxCloud(wx(), url, init, body)
    return (fetch ?? globalThis.fetch)(url, init)
  }
}

const isViaWxCloud = (body: unknown): body is typeof VIA_WX_CLOUD =>
  isRecord(body) && body['via_wx_cloud'] === true

/** The cloud function that mini programs send HTTP through; its answer is the server's own. */
async function callWxCloud(
  wx: Wx | undefined,
  url: string,
  { method, headers }: RequestInit,
  { via_wx_cloud: _, ...body }: typeof VIA_WX_CLOUD,
): Promise<Response> {
  const data = {
    url,
    method,
    headers: { ...Object.fromEntries(new Headers(headers)), origin: 'https://servicewechat.com' },
    body,
  }
  const { result } = await wx!.cloud!.callFunction({ name: 'httpOverCallFunction', data })
  const answer = isRecord(result) && isRecord(result['body']) ? result['body'] : {}
  return Response.json(answer, { status: answer['error'] || answer['error_code'] ? 400 : 200 })
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(text as string)
  } catch {
    return undefined
  }
}
