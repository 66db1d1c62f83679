import cloudbase from 'cloudbase-js-sdk-2'
import { host, openOfficial } from './open.ts'

openOfficial((env) => {
  const app = cloudbase.init({ env })
  app.registerEndPoint(`//${host}/web`, 'http')
  return app
})
