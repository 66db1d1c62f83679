/** What is measured: the library, bare requests and other clients, all against one server. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
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

export type Run = () => unknown

const phone_number = '+86 13800000000'
const credentials = { username: 'ada', password: 'Passw0rd!1' }

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

  const open = () => {
    const auth = createAuth({
      env: 'env-1',
      endpoint: url,
      // Thousands of calls at once may wait for a busy machine.
      timeout: 600_000,
      flows: { signIn },
      storage: { shared: memoryStore(), tab: memoryStore() },
    })
    auth.start()
    return auth
  }
  const view = open()
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const stop = view.subscribe(({ error }) => {
        if (error) reject(error)
        if (isThere()) resolve(queueMicrotask(() => stop()))
      })
    })
  await until(() => view.get().status !== 'unknown')
  const isDone = () => view.get().status === 'signedIn' && !view.get().flow
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
    'this library, calls': async () => {
      const sent = await calls.call(endpoints.sendVerification, { phone_number, target: 'ANY' })
      const { verification_token } = await calls.call(endpoints.verify, {
        verification_id: sent.verification_id,
        verification_code: '123456',
      })
      return calls.call(endpoints.signIn, { username: phone_number, verification_token })
    },
    'this library, flow': async () => {
      view.send({ type: 'flow.start', flow: 'signIn' })
      view.send({ type: 'contact.submit', phone_number })
      await until(() => view.get().step === 'askingCode')
      view.send({ type: 'code.submit', code: '123456' })
      await until(isDone)
    },
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
      await until(isDone)
    },
  }
  const field = { token: 'a', read: async () => field.token }
  const token: Record<string, Run> = {
    'async field': field.read,
    '@cloudbase/oauth': () => oauth.oauth2client.getAccessToken(),
    '@supabase/auth-js': () => supabase.getSession(),
    'this library': () => calls.getAccessToken(),
  }
  const atOnce: Record<string, Run> = {
    fetch: () => bare('/auth/v1/user/me', {}),
    'this library': () => calls.call(endpoints.getUser),
  }
  return { code, password, token, atOnce, openClient: open }
}
