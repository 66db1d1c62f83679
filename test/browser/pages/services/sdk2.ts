import cloudbase from 'cloudbase-js-sdk-2'
import { env, type OfficialApp, pointAtSandbox } from '../bridge/services.ts'
import { offerServices } from './queries.ts'

const app = cloudbase.init({ env }) as unknown as OfficialApp & { auth(options: object): unknown }
pointAtSandbox(app)
// SDK 2.x reads the server of its auth only here.
app.auth({ persistence: 'local' })
offerServices(app)
