/** WeChat's globals at their edge: requests go to a real server, the storage is a map. */

interface Callbacks {
  success?(result: object): void
  fail?(failure: object): void
  complete?(result: object): void
}

interface WxRequest extends Callbacks {
  url: string
  method: string
  header: Record<string, string>
  data: string
}

/** Sends a request of a mini-program. */
async function forward({ url, method, header, data, success, fail }: WxRequest) {
  const response = await fetch(url, { method, headers: header, body: data }).catch(() => undefined)
  if (!response) return fail?.({ errMsg: 'request:fail' })
  const { status, headers } = response
  const body = await response.text()
  success?.({ data: body, statusCode: status, header: Object.fromEntries(headers) })
}

/**
 * Creates the part of `wx` that the library asks of a mini-program.
 *
 * @param account the WeChat account that `wx.login` signs in
 */
export function createWx(account: string) {
  const stored = new Map<string, unknown>()
  return {
    request(request: WxRequest) {
      void forward(request)
      return { abort() {} }
    },
    getStorage: ({ key, success, fail }: Callbacks & { key: string }) =>
      stored.has(key) ? success?.({ data: stored.get(key) }) : fail?.({ errMsg: 'none' }),
    setStorage: ({ key, data, success }: Callbacks & { key: string; data: unknown }) =>
      success?.({ done: !!stored.set(key, data) }),
    removeStorage: ({ key, success }: Callbacks & { key: string }) =>
      success?.({ done: stored.delete(key) }),
    getRandomValues: ({ length, success }: Callbacks & { length: number }) =>
      success?.({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer }),
    login: ({ success }: Callbacks) => success?.({ code: `wx-code-${account}` }),
    onAppShow() {},
    onNetworkStatusChange() {},
    offAppShow() {},
    offNetworkStatusChange() {},
  }
}
