import cloudbase from '@cloudbase/js-sdk'
import { env, host, openAuth } from './official-sdk.ts'

const app = cloudbase.init({ env })
app.registerHost(host, 'http')
openAuth(app)
