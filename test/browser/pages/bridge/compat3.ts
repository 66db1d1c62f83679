import official from '@cloudbase/js-sdk'
import cloudbase, { bridge } from 'cloudbase-authflow/cloudbase'
import { endpoint, env, offer, type OfficialApp, pointAtSandbox } from './services.ts'

const own = cloudbase.init({ env })
own.registerEndPoint(endpoint, 'http')
const app = bridge(official.init({ env }) as unknown as OfficialApp, own.auth())
pointAtSandbox(app)
const { auth } = app as unknown as { auth: typeof own.auth }
offer(app, {
  signIn: (username, password) => auth().signIn({ username, password }),
  signOut: () => auth.signOut(),
})
