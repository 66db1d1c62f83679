import cloudbase from 'cloudbase-js-sdk-2'
import { env, host, createClient, type OfficialApp } from './officialSdk.ts'

const app = cloudbase.init({ env }) as unknown as OfficialApp
app.registerEndPoint(`//${host}/web`, 'http')
createClient(app)
