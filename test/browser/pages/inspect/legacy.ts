/** A client that is shown in a window of `@xstate/inspect` 0.8. */
import { createAuth, signIn } from 'cloudbase-authflow'
import { legacyInspector, recorder, several } from 'cloudbase-authflow/inspect'

const frame = document.body.appendChild(document.createElement('iframe'))
const legacy = legacyInspector((message) =>
  frame.contentWindow!.postMessage(message, location.origin),
)
window.addEventListener('message', ({ origin, data }) => {
  if (origin === location.origin) legacy.receive(data)
})
const log = recorder()
const auth = createAuth({
  env: 'demo',
  endpoint: new URLSearchParams(location.search).get('api')!,
  flows: { signIn },
  inspect: several(log, legacy),
})
auth.start()
frame.src = '/receiver'
Object.assign(window, { auth, log })
