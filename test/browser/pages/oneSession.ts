import { createAuth } from '../../../adapters/client/index.ts'
import { createCloudbase } from '../../../adapters/compat/cloudbase.ts'
import { signIn } from '../../../services/endpoints.ts'

/** What every client of this page can do, whichever API it has. */
interface Client {
  signIn(login: { username: string; password: string }): Promise<unknown>
  signOut(): Promise<unknown>
  /** The id of the user, once the stored session is read. */
  uid(): Promise<string | undefined>
  getAccessToken(): Promise<string>
}

declare global {
  /** Clients of one environment in one page. */
  var clients: Record<'auth' | 'compat' | 'otherCompat', Client>
}

const endpoint = new URLSearchParams(location.search).get('sandbox')!
const env = 'one-session'

function createAuthClient(): Client {
  const auth = createAuth({ env, endpoint, flows: {} })
  auth.start()
  return {
    signIn: (login) => auth.call(signIn, login),
    signOut: () => auth.signOut(),
    uid: async () => auth.get().user?.uid,
    getAccessToken: () => auth.getAccessToken(),
  }
}

/** Opens a copy of the package of its own, as two scripts of a page may do. */
function createCompatClient(): Client {
  const app = createCloudbase().init({ env })
  app.registerHost(new URL(endpoint).host, 'http')
  const auth = app.auth()
  return {
    signIn: (login) => auth.signIn(login),
    signOut: () => auth.signOut(),
    uid: async () => (await auth.getLoginState())?.user.uid,
    getAccessToken: async () => (await auth.getAccessToken()).accessToken,
  }
}

globalThis.clients = {
  auth: createAuthClient(),
  compat: createCompatClient(),
  otherCompat: createCompatClient(),
}
