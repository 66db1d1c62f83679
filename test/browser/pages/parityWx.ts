/** The options of a call of `wx`, as far as the SDKs use them. */
interface Request {
  url: string
  method: string
  header: Record<string, string>
  data?: string | object
  success(result: object): void
  fail(failure: object): void
}

const values = new Map<string, unknown>()
const { callFunction } = {
  async callFunction({
    data,
  }: {
    data: Omit<Request, 'header'> & { headers: object; body: object }
  }) {
    const { url, method, headers, body } = data
    const { origin: _, 'User-Agent': __, ...sent } = headers as Record<string, string>
    const answer = await fetch(url, { method, headers: sent, body: JSON.stringify(body) })
    return { result: { body: (await answer.json()) as unknown } }
  },
}

/** The part of the global `wx` that both SDKs use. */
const wx = {
  getDeviceInfo: () => ({ platform: 'devtools' }),
  getSystemInfoSync: () => ({ AppPlatform: 'wechat' }),
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1234567890abcdef' } }),
  getStorageSync: (key: string) => values.get(key) ?? '',
  setStorageSync: (key: string, value: unknown) => void values.set(key, value),
  removeStorageSync: (key: string) => void values.delete(key),
  connectSocket: () => undefined,
  login(options?: Pick<Request, 'success'>) {
    const result = { code: 'wx-code-alex' }
    options?.success(result)
    return Promise.resolve(result)
  },
  request({ url, method, header, data, success, fail }: Request) {
    const body = typeof data === 'object' ? JSON.stringify(data) : data
    const headers = Object.fromEntries(Object.entries(header).filter(([, value]) => value))
    void fetch(url, { method, headers, ...(method !== 'GET' && { body }) })
      .then(async (answer) => success({ statusCode: answer.status, data: await answer.json() }))
      .catch((thrown: Error) => fail({ errMsg: thrown.message }))
    return { abort() {}, onChunkReceived() {} }
  },
  cloud: { init() {}, callFunction },
}
/** Makes the page a mini-program; call it before an SDK is imported. */
export function installWx() {
  Object.assign(globalThis, { wx, Page: () => undefined })
}
