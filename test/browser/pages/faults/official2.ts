import cloudbase from 'cloudbase-js-sdk-2'
import type { OfficialApp } from '../officialSdk.ts'
import { host, openOfficial } from './open.ts'

openOfficial((env) => {
  const app = cloudbase.init({ env }) as unknown as OfficialApp
  app.registerEndPoint(`//${host}/web`, 'http')
  return app
})
