import {
  account,
  createAuth,
  memoryStore,
  moreEndpoints,
  provider,
  signIn,
  upgrade,
} from 'cloudbase-authflow'
import cloudbase from '../../../../adapters/cloudbase/index.ts'
import { captchaOptions, endpoint, env, host, isWithAdapter, query } from './open.ts'

declare global {
  var ours: ReturnType<typeof openOurs>
  var face: ReturnType<typeof openFace>
}

const openOurs = () =>
  createAuth({
    env,
    endpoint,
    flows: { account, provider, signIn, upgrade },
    endpoints: moreEndpoints,
    timeout: Number(query.get('timeout') ?? 15_000),
    ...(query.has('memory') && { storage: { shared: memoryStore(), tab: memoryStore() } }),
  })

const openFace = () => {
  const app = cloudbase.init({ env })
  app.registerHost(host, 'http')
  return app.auth(isWithAdapter ? { captchaOptions } : {})
}

if (query.get('client') === 'face') {
  globalThis.face = openFace()
} else {
  globalThis.ours = openOurs()
  ours.start()
}
