import { isRecord } from '../../services/record.ts'

/** A request body marked so goes through WeChat's cloud; the mark itself does not. */
export const VIA_WX_CLOUD = { via_wx_cloud: true }

type Fetch = typeof globalThis.fetch

/**
 * The `fetch` of our own door: sends each request where the app wants it now.
 *
 * @param origin asked anew for each request: an app may register another host at any time
 */
export function createTransport(
  origin: () => string,
  fetch: Fetch = (...args) => globalThis.fetch(...args),
): Fetch {
  return async (input, init) => {
    const { pathname, search } = new URL(input as string)
    const url = origin() + pathname + search
    const body = parse(init?.body)
    if (!isViaWxCloud(body)) return fetch(url, init)
    const { via_wx_cloud: _, ...forwarded } = body
    const { cloudFetch } = await import('../wechat/fetch.ts')
    return cloudFetch(url, { ...init, body: JSON.stringify(forwarded) })
  }
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
