import { createAuth, signIn, type View } from 'cloudbase-authflow'
import { installGlobals, wechat } from 'cloudbase-authflow/wechat'

export const flows = { signIn }
export type AuthView = View<typeof flows>

/** In a mini-program, what browsers have and it lacks. */
async function openPlatform() {
  if (process.env.TARO_ENV !== 'weapp') return {}
  await installGlobals()
  const { login, navigate, ...options } = wechat()
  return options
}

async function open() {
  const platform = await openPlatform()
  const auth = createAuth({
    env: 'your-env-id',
    // The sandbox. Without this line it signs in to CloudBase itself.
    endpoint: 'http://127.0.0.1:4871',
    language: 'en-US',
    flows,
    ...platform,
  })
  // At first, and after every sign-out.
  auth.subscribe(({ status, flow }) => {
    if (status === 'signedOut' && !flow) auth.send({ type: 'flow.start', flow: 'signIn' })
  })
  auth.start()
  return auth
}

/** The client of the app. */
export const opened = open()
