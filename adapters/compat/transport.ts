import { isRecord } from '../../services/record.ts'

/** A request body marked so goes through WeChat's cloud; the mark itself does not. */
export const VIA_WX_CLOUD = { via_wx_cloud: true }

type Fetch = typeof globalThis.fetch

export interface TransportOptions {
  /** Asked anew for each request: an app may register another host at any time. */
  origin(): string
  accessKey?: string
  fetch?: Fetch
}

/** The `fetch` of our own door: sends each request where, and as whom, the app wants it now. */
export function createTransport({ origin, accessKey, fetch }: TransportOptions): Fetch {
  return async (input, given) => {
    const asked = (input as string).replace(/^https?:\/\/[^/]*/, '')
    const { path, init } = accessKey
      ? withKey(asked, accessKey, given)
      : { path: asked, init: given }
    const address = origin() + path
    const body = parse(init?.body)
    if (!isViaWxCloud(body)) return (fetch ?? globalThis.fetch)(address, init)
    const { via_wx_cloud: _, ...forwarded } = body
    const { cloudFetch } = await import('../wechat/fetch.ts')
    return cloudFetch(address, { ...init, body: JSON.stringify(forwarded) })
  }
}

/** A publishable key asks for codes in place of the client id, while nobody is signed in. */
function withKey(path: string, accessKey: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers)
  const isForCode = path.startsWith('/auth/v1/verification?')
  if (headers.has('authorization') || !isForCode) return { path, init }
  headers.set('authorization', `Bearer ${accessKey}`)
  return { path: path.replace(/[?&]client_id=[^&]*/, ''), init: { ...init, headers } }
}

const isViaWxCloud = (body: unknown): body is typeof VIA_WX_CLOUD =>
  isRecord(body) && body['via_wx_cloud'] === true

function parse(text: unknown): unknown {
  try {
    return JSON.parse(text as string)
  } catch {
    return undefined
  }
}
