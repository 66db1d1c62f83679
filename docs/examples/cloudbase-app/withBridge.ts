/** The whole SDK for the services, `createAuth` for sign-in, and the bridge between them. */
import cloudbase from '@cloudbase/js-sdk'
import { createAuth, signIn } from 'cloudbase-authflow'
import { bridge } from 'cloudbase-authflow/cloudbase'
import { signIn as signInByName } from 'cloudbase-authflow/endpoints'
import { endpoint, env, host, runNotes } from './notes.ts'

const auth = createAuth({ env, endpoint, flows: { signIn } })
auth.start()

const app = bridge(cloudbase.init({ env }), auth)
app.registerHost(host, 'http')

runNotes(app, {
  watch: (run) => auth.subscribe(({ status, user }) => status !== 'unknown' && run(user?.uid)),
  signIn: (username, password) => auth.call(signInByName, { username, password }),
  signOut: async () => auth.send({ type: 'session.end' }),
})
