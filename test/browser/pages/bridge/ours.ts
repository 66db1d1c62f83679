import { createAuth, signIn } from 'cloudbase-authflow'
import { bridge } from 'cloudbase-authflow/cloudbase'
import { signIn as signInByName } from 'cloudbase-authflow/endpoints'
import { endpoint, env, offer, type OfficialApp, pointAtSandbox } from './services.ts'

/** Bridges an app of the official SDK to a client of `createAuth`. */
export function offerBridged(official: object) {
  const app = official as OfficialApp
  pointAtSandbox(app)
  const auth = createAuth({ env, endpoint, flows: { signIn } })
  auth.start()
  bridge(app, auth)
  const signedOut = () =>
    new Promise<void>((done) => {
      const stop = auth.on('signedOut', () => (stop(), done()))
    })
  offer(app, {
    signIn: (username, password) => auth.call(signInByName, { username, password }),
    async signOut() {
      const settled = signedOut()
      auth.send({ type: 'session.end' })
      await settled
    },
  })
}
