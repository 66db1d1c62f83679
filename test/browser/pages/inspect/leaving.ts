/** An app that leaves for a provider, recorded and shown to inspector pages. */
import { createAuth, provider, takeReturn } from 'cloudbase-authflow'
import { broadcast, recorder, several } from 'cloudbase-authflow/inspect'

const url = takeReturn()
const query = new URLSearchParams(location.search)
const endpoint = query.get('api') ?? sessionStorage.getItem('api')!
sessionStorage.setItem('api', endpoint)
const log = recorder()
const inspect = several(log, broadcast())
const auth = createAuth({ env: 'demo', endpoint, flows: { provider }, inspect })
auth.start()
if (url) auth.send({ type: 'provider.return', url })

const leave = () => {
  const redirect_uri = location.origin + location.pathname
  const input = { provider_id: 'demo_idp', redirect_uri }
  auth.send({ type: 'flow.start', flow: 'provider', input })
}
Object.assign(window, { auth, leave, trace: () => log.trace() })
