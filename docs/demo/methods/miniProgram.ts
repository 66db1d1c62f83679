/** A stub of WeChat, so that the methods of mini-programs run in a page. */
import cloudbase, { type CloudbaseAuth } from 'cloudbase-authflow/cloudbase'
import { env } from './tools.ts'

interface FunctionCall {
  data: { url: string; method: string; headers: Record<string, string>; body: object }
}

const wx = {
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1234567890abcdef' } }),
  login(options?: { success(result: object): void }) {
    const result = { code: 'wx-code-alex' }
    options?.success(result)
    return Promise.resolve(result)
  },
  cloud: {
    init() {},
    async callFunction({ data: { url, method, headers, body } }: FunctionCall) {
      const answer = await fetch(url, {
        method,
        headers: { 'content-type': 'application/json', ...onlyAllowed(headers) },
        body: JSON.stringify(body),
      })
      return { result: { body: (await answer.json()) as unknown } }
    },
  },
}

/** A page may not set the other headers. */
const onlyAllowed = ({ origin: _, 'User-Agent': __, ...headers }: Record<string, string>) => headers

/** Runs a call in a mini-program, with an app and a session of its own. */
export async function inMiniProgram<T>(run: (auth: CloudbaseAuth) => Promise<T>): Promise<T> {
  Object.assign(globalThis, { wx })
  try {
    const app = cloudbase.init({ env, clientId: 'mini-program', wx })
    app.registerHost(location.host, location.protocol === 'https:' ? 'https' : 'http')
    return await run(app.auth())
  } finally {
    Reflect.deleteProperty(globalThis, 'wx')
  }
}
