import { registerAuth } from 'cloudbase-authflow/cloudbase'
import { official } from './parts.ts'
import { env, offer, type OfficialApp, pointAtSandbox } from './services.ts'

registerAuth(official)
const app = official.init({ env }) as unknown as OfficialApp & {
  auth(): { signIn(params: object): Promise<unknown>; signOut(): Promise<unknown> }
}
pointAtSandbox(app)
offer(app, {
  signIn: (username, password) => app.auth().signIn({ username, password }),
  signOut: () => app.auth().signOut(),
})
