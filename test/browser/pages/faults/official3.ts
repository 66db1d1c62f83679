import cloudbase from '@cloudbase/js-sdk'
import { host, openOfficial } from './open.ts'

openOfficial((env) => {
  // The SDK ignores this timeout.
  const app = cloudbase.init({ env, timeout: 100 })
  app.registerHost(host, 'http')
  return app
})
