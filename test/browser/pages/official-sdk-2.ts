import cloudbase from 'cloudbase-js-sdk-2'
import { env, host, createClient } from './official-sdk.ts'

const app = cloudbase.init({ env })
app.registerEndPoint(`//${host}/web`, 'http')
createClient(app)
