import cloudbase from 'cloudbase-js-sdk-2'
import { env, host, openOfficial } from './open.ts'

const app = cloudbase.init({ env })
app.registerEndPoint(`//${host}/web`, 'http')
openOfficial(app)
