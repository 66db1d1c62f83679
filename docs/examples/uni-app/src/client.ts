import { createAuth, signIn, type View } from 'cloudbase-authflow'
// #ifdef MP-WEIXIN
import { installGlobals, wechat } from 'cloudbase-authflow/wechat'
// #endif

export const flows = { signIn }
export type AuthView = View<typeof flows>

/** Opens the client, in a mini-program with what browsers have and it lacks. */
async function open() {
  let platform = {}
  // #ifdef MP-WEIXIN
  await installGlobals()
  const { login, navigate, ...options } = wechat()
  platform = options
  // #endif
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
