/** The SDK's parts for the services, and the sign-in of this package as the SDK's own `auth`. */
import cloudbase from '@cloudbase/js-sdk/app'
import { registerDatabase } from '@cloudbase/js-sdk/database'
import { registerFunctions } from '@cloudbase/js-sdk/functions'
import { registerStorage } from '@cloudbase/js-sdk/storage'
import { type CloudbaseApp, registerAuth } from 'cloudbase-authflow/cloudbase'
import { type App, env, host, runNotes } from './notes.ts'

registerAuth(cloudbase)
registerDatabase(cloudbase)
registerFunctions(cloudbase)
registerStorage(cloudbase)

const app = cloudbase.init({ env }) as unknown as App
app.registerHost(host, 'http')
const auth = app.auth as unknown as CloudbaseApp['auth']

runNotes(app, {
  watch(run) {
    const notify = () => run(auth.hasLoginState()?.user.uid)
    notify()
    void auth().onLoginStateChanged(notify)
  },
  signIn: (username, password) => auth().signIn({ username, password }),
  signOut: () => auth().signOut(),
})
