/** An app that signs in through a provider; it is also the page at `redirect_uri`. */
import { createAuth, provider, takeReturn } from 'cloudbase-authflow'

const callback = takeReturn()
const query = new URLSearchParams(location.search)
const endpoint = query.get('endpoint')

if (endpoint) {
  const auth = createAuth({ env: 'demo', endpoint, flows: { provider } })
  const isPopup = query.get('popup') === 'yes'
  const returnTo = query.get('to') ?? undefined
  const input = { provider_id: 'wx_open', redirect_uri: location.href, isPopup, returnTo }
  const buttons = {
    begin: () => auth.send({ type: 'flow.start', flow: 'provider', input }),
    again: () => auth.send({ type: 'provider.retry' }),
    cancel: () => auth.send({ type: 'flow.cancel' }),
  }
  for (const [name, onclick] of Object.entries(buttons)) {
    document.body.append(Object.assign(document.createElement('button'), { name, onclick }))
  }
  const shown = document.createElement('output')
  document.body.append(shown)
  auth.subscribe(({ status, step, error }) => {
    shown.textContent = [status, step, error && `(${error.message})`].filter(Boolean).join(' ')
  })
  auth.start()
  if (callback) auth.send({ type: 'provider.return', url: callback })
}
