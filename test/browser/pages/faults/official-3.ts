import cloudbase from '@cloudbase/js-sdk'
import { env, host, openOfficial } from './open.ts'

const app = cloudbase.init({ env, timeout: 100 })
app.registerHost(host, 'http')
openOfficial(app)
