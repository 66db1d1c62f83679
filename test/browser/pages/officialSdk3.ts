import cloudbase from '@cloudbase/js-sdk'
import { env, host, createClient } from './officialSdk.ts'

const app = cloudbase.init({ env })
app.registerHost(host, 'http')
createClient(app)
