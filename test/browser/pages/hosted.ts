import { type Auth, createAuth, hostedLoginPage } from '../../../adapters/client/index.ts'

declare global {
  /** The client of the page. */
  var hostedAuth: Auth<Record<never, never>>
}

const env = 'sandbox-env'
globalThis.hostedAuth = createAuth({ env, endpoint: location.origin, flows: {} })
hostedAuth.start()
document.body.innerHTML = '<button>Sign in</button>'
document.querySelector('button')!.onclick = () => location.assign(hostedLoginPage({ env }))
