import cloudbase from 'cloudbase-js-sdk-2'
import { env, host, openAuth } from './official-sdk.ts'

const app = cloudbase.init({ env })
app.registerEndPoint(`//${host}/web`, 'http')
openAuth(app)
