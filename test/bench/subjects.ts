/** What is measured: the library, bare requests and other clients, all against one server. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { type Auth, createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
import { type Inspector, recorder } from '../../adapters/inspect/index.ts'
import * as endpoints from '../../services/endpoints.ts'

const require = createRequire(import.meta.url)

/** Imports a package of this folder. Its types are not here when the project is checked. */
const load = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(require.resolve(name)).href)) as T

type Answer = Record<string, string>
type Post = (path: string, body: object) => Promise<Answer>

interface OAuthPackage {
  CloudbaseOAuth: new (options: object) => {
    authApi: Record<'getVerification' | 'verify' | 'signIn', (body: object) => Promise<Answer>>
    oauth2client: { getAccessToken(): Promise<string> }
  }
}
interface SupabasePackage {
  GoTrueClient: new (options: object) => {
    signInWithPassword(credentials: object): Promise<{ error: Error | null }>
    getSession(): Promise<unknown>
  }
}
interface OfetchPackage {
  ofetch(path: string, options: object): Promise<Answer>
}

interface CloudbasePackage {
  default: {
    init(options: object): {
      registerHost(host: string, protocol: string): void
      auth(options: object): Record<'getVerification' | 'verify' | 'signIn', OAuthCall> & {
        getAccessToken(): Promise<unknown>
      }
    }
  }
}
type OAuthCall = (body: object) => Promise<Answer>
interface OidcPackage {
  UserManager: new (settings: object) => {
    signinResourceOwnerCredentials(credentials: object): Promise<unknown>
    getUser(): Promise<unknown>
  }
  WebStorageStateStore: new (options: object) => object
  InMemoryWebStorage: new () => object
}
interface FirebaseAuthPackage {
  initializeAuth(app: unknown, options: object): { currentUser?: { getIdToken(): Promise<string> } }
  inMemoryPersistence: object
  connectAuthEmulator(auth: object, url: string, options: object): void
  signInWithEmailAndPassword(auth: object, email: string, password: string): Promise<unknown>
}

export type Run = () => unknown

const phone_number = '+86 13800000000'
const credentials = { username: 'ada', password: 'Passw0rd!1' }

type Client = Auth<{ signIn: typeof signIn }>

const until = (auth: Client, isThere: () => boolean) =>
  new Promise<void>((resolve, reject) => {
    const stop = auth.subscribe(({ error }) => {
      if (error) reject(error)
      if (isThere()) resolve(queueMicrotask(() => stop()))
    })
  })
const isDone = (auth: Client) => auth.get().status === 'signedIn' && !auth.get().flow

/** Signs in by code as a user interface does. */
async function signInByCode(auth: Client) {
  auth.send({ type: 'flow.start', flow: 'signIn' })
  auth.send({ type: 'contact.submit', phone_number })
  await until(auth, () => auth.get().step === 'askingCode')
  auth.send({ type: 'code.submit', code: '123456' })
  await until(auth, () => isDone(auth))
}

/** Signs in by code with three calls. */
const byCode = (post: Post) => async () => {
  const sent = await post('/auth/v1/verification', { phone_number, target: 'ANY' })
  const proof = await post('/auth/v1/verification/verify', {
    verification_id: sent.verification_id,
    verification_code: '123456',
  })
  const { verification_token } = proof
  return post('/auth/v1/signin', { username: phone_number, verification_token })
}

let apps = 0

export async function openSubjects(url: string) {
  const bare: Post = async (path, body) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await (await fetch(url + path, init)).json()) as Answer
  }
  const { ofetch } = await load<OfetchPackage>('ofetch')
  const $fetch: Post = (path, body) =>
    ofetch(path, { baseURL: url, retry: 0, method: 'POST', body })

  const { CloudbaseOAuth } = await load<OAuthPackage>('@cloudbase/oauth')
  const items = new Map<string, string>()
  const storage = {
    getItem: async (key: string) => items.get(key) ?? null,
    setItem: async (key: string, value: string) => void items.set(key, value),
    removeItem: async (key: string) => void items.delete(key),
    getItemSync: (key: string) => items.get(key) ?? null,
    setItemSync: (key: string, value: string) => void items.set(key, value),
    removeItemSync: (key: string) => void items.delete(key),
  }
  const oauth = new CloudbaseOAuth({ apiOrigin: url, clientId: 'env-1', env: 'env-1', storage })

  const { default: sdk } = await load<CloudbasePackage>('@cloudbase/js-sdk')
  const app = sdk.init({ env: `env-${++apps}`, auth: { detectSessionInUrl: false } })
  app.registerHost(new URL(url).host, 'http')
  const official = app.auth({ persistence: 'none' })

  const oidcClient = await load<OidcPackage>('oidc-client-ts')
  const oidc = new oidcClient.UserManager({
    authority: url,
    client_id: 'env-1',
    redirect_uri: url,
    metadata: { issuer: url, token_endpoint: `${url}/token`, authorization_endpoint: url },
    userStore: new oidcClient.WebStorageStateStore({ store: new oidcClient.InMemoryWebStorage() }),
    automaticSilentRenew: false,
    monitorSession: false,
  })

  const { initializeApp } = await load<{ initializeApp(...args: unknown[]): unknown }>(
    '@firebase/app',
  )
  const firebase = await load<FirebaseAuthPackage>('@firebase/auth')
  const firebaseApp = initializeApp({ apiKey: 'key' }, `app-${apps}`)
  const persistence = firebase.inMemoryPersistence
  const firebaseAuth = firebase.initializeAuth(firebaseApp, { persistence })
  firebase.connectAuthEmulator(firebaseAuth, url, { disableWarnings: true })

  const { GoTrueClient } = await load<SupabasePackage>('@supabase/auth-js')
  const kept = new Map<string, string>()
  const supabase = new GoTrueClient({
    url,
    autoRefreshToken: false,
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
  })

  const open = (inspect?: Inspector) => {
    const auth = createAuth({
      env: 'env-1',
      endpoint: url,
      // Thousands of calls at once may wait for a busy machine.
      timeout: 600_000,
      flows: { signIn },
      inspect,
      storage: { shared: memoryStore(), tab: memoryStore() },
    })
    auth.start()
    return auth
  }
  const view = open()
  await until(view, () => view.get().status !== 'unknown')
  const watched = open(recorder())
  await until(watched, () => watched.get().status !== 'unknown')
  const calls = open()
  await calls.call(endpoints.signIn, credentials)

  const code: Record<string, Run> = {
    fetch: byCode(bare),
    ofetch: byCode($fetch),
    '@cloudbase/oauth': async () => {
      const sent = await oauth.authApi.getVerification({ phone_number, target: 'ANY' })
      const { verification_token } = await oauth.authApi.verify({
        verification_id: sent.verification_id,
        verification_code: '123456',
      })
      return oauth.authApi.signIn({ username: phone_number, verification_token })
    },
    '@cloudbase/js-sdk': async () => {
      const sent = await official.getVerification({ phone_number, target: 'ANY' })
      const { verification_token } = await official.verify({
        verification_id: sent.verification_id,
        verification_code: '123456',
      })
      return official.signIn({ username: phone_number, verification_token })
    },
    'this library, calls': async () => {
      const sent = await calls.call(endpoints.sendVerification, { phone_number, target: 'ANY' })
      const { verification_token } = await calls.call(endpoints.verify, {
        verification_id: sent.verification_id,
        verification_code: '123456',
      })
      return calls.call(endpoints.signIn, { username: phone_number, verification_token })
    },
    'this library, flow': () => signInByCode(view),
    'this library, flow, inspected': () => signInByCode(watched),
  }
  const password: Record<string, Run> = {
    fetch: () => bare('/auth/v1/signin', credentials),
    ofetch: () => $fetch('/auth/v1/signin', credentials),
    '@cloudbase/oauth': () => oauth.authApi.signIn(credentials),
    '@supabase/auth-js': async () => {
      const { error } = await supabase.signInWithPassword({ email: 'a@b.example', password: 'x' })
      if (error) throw error
    },
    'this library, calls': () => calls.call(endpoints.signIn, credentials),
    'this library, flow': async () => {
      view.send({ type: 'flow.start', flow: 'signIn' })
      view.send({ type: 'password.submit', ...credentials })
      await until(view, () => isDone(view))
    },
    // These two send two requests each.
    '@cloudbase/js-sdk': () => official.signIn(credentials),
    '@firebase/auth': () => firebase.signInWithEmailAndPassword(firebaseAuth, 'a@b.example', 'x'),
    'oidc-client-ts': () => oidc.signinResourceOwnerCredentials(credentials),
  }
  const field = { token: 'a', read: async () => field.token }
  const token: Record<string, Run> = {
    'async field': field.read,
    '@cloudbase/oauth': () => oauth.oauth2client.getAccessToken(),
    '@cloudbase/js-sdk': () => official.getAccessToken(),
    '@supabase/auth-js': () => supabase.getSession(),
    '@firebase/auth': () => firebaseAuth.currentUser!.getIdToken(),
    'oidc-client-ts': () => oidc.getUser(),
    'this library': () => calls.getAccessToken(),
  }
  const atOnce: Record<string, Run> = {
    fetch: () => bare('/auth/v1/user/me', {}),
    'this library': () => calls.call(endpoints.getUser),
  }
  return { code, password, token, atOnce }
}
