import {
  type Auth,
  createAuth,
  hostedLogin,
  hostedLoginPage,
  takeReturn,
} from '../../../adapters/client/index.ts'

declare global {
  /** The client of the page. */
  var hostedAuth: Auth<{ hostedLogin: typeof hostedLogin }>
}

const env = 'sandbox-env'
const url = takeReturn()
globalThis.hostedAuth = createAuth({ env, endpoint: location.origin, flows: { hostedLogin } })
hostedAuth.start()
if (url) hostedAuth.send({ type: 'provider.return', url })
document.body.innerHTML = '<button id="page">Page</button> <button id="flow">Flow</button>'
const onClick = (id: string, run: () => void) => (document.getElementById(id)!.onclick = run)
onClick('page', () => location.assign(hostedLoginPage({ env })))
onClick('flow', () =>
  hostedAuth.send({
    type: 'flow.start',
    flow: 'hostedLogin',
    input: { redirect_uri: location.href, returnTo: '/app?signed-in' },
  }),
)
