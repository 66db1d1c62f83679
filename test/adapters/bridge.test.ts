import official from '@cloudbase/js-sdk'
import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAuth } from '../../adapters/client/index.ts'
import cloudbase, { bridge, registerAuth, type TokenSource } from '../../adapters/compat/index.ts'
import { signIn as signInEndpoint } from '../../services/endpoints.ts'
import { memoryStore } from '../../services/session/store.ts'

const env = 'env-1'
const password = 'Correct-horse-7'

/** Starts a client that is signed in. */
async function open() {
  const sandbox = createSandbox({ config: { maxSessions: 5 } })
  await sandbox.addUser({ sub: 'ada', username: 'ada', password })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const storage = { shared: memoryStore(), tab: memoryStore() }
  const auth = createAuth({ env, endpoint: url, storage, flows: {} })
  auth.start()
  onTestFinished(() => auth.stop())
  await auth.call(signInEndpoint, { username: 'ada', password })
  const renewals = () => sandbox.requests().filter(({ path }) => path === '/auth/v1/token').length
  return { auth, renewals }
}

test('getAccessToken: with anew, a valid token is renewed, once for callers at the same time', async () => {
  const { auth, renewals } = await open()
  const before = await auth.getAccessToken()
  const all = await Promise.all(
    Array.from({ length: 20 }, () => auth.getAccessToken({ anew: true })),
  )
  expect(new Set(all).size).toBe(1)
  expect(all[0]).not.toBe(before)
  expect(renewals()).toBe(1)
  expect(await auth.getAccessToken()).toBe(all[0])
  expect(await auth.getAccessToken({ anew: true })).not.toBe(all[0])
  expect(renewals()).toBe(2)
})

test('getAccessToken: with anew, a signed-out client rejects as unauthenticated', async () => {
  const { auth } = await open()
  auth.send({ type: 'session.end' })
  await expect(auth.getAccessToken({ anew: true })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

/** What the services of the official SDK read. */
interface Bridged {
  auth: () => unknown
  authInstance: { getAccessToken(): Promise<{ accessToken: string }> }
  oauthInstance: {
    oauth2client: {
      getAccessToken(): Promise<string>
      getCredentials(): Promise<{ access_token: string; expires_at: Date }>
    }
    authApi: { refreshTokenForce(): Promise<unknown> }
  }
}

test('bridge: the services read the token of the client, and app.auth says where to sign in', async () => {
  const { auth } = await open()
  const app = bridge({}, auth) as Bridged
  const token = await auth.getAccessToken()
  const { oauth2client } = app.oauthInstance
  expect(await oauth2client.getAccessToken()).toBe(token)
  const credentials = await oauth2client.getCredentials()
  expect(credentials.access_token).toBe(token)
  expect(credentials.expires_at.getTime()).toBeGreaterThan(Date.now())
  expect(await app.authInstance.getAccessToken()).toEqual({ accessToken: token })
  expect(() => app.auth()).toThrow(
    expect.objectContaining({
      code: 'failed_precondition',
      message: expect.stringMatching('sign in'),
    }),
  )
})

test('bridge: what the SDK sets afterwards does not undo it', async () => {
  const { auth } = await open()
  const app = bridge({}, auth) as Bridged
  const { oauthInstance } = app
  Object.assign(app, { oauthInstance: undefined, authInstance: undefined, auth: undefined })
  expect(app.oauthInstance).toBe(oauthInstance)
  expect(app.authInstance).toBeDefined()
})

test('bridge: a renewal serves the rejections of five seconds, a failed one does not', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  let isOnline = false
  const source = {
    getAccessToken: vi.fn<TokenSource['getAccessToken']>(async () => {
      if (isOnline) return 'token'
      throw new Error('offline')
    }),
  }
  const { authApi } = (bridge({}, source) as Bridged).oauthInstance
  await expect(authApi.refreshTokenForce()).rejects.toThrow('offline')
  isOnline = true
  await authApi.refreshTokenForce()
  await authApi.refreshTokenForce()
  expect(source.getAccessToken).toHaveBeenCalledTimes(2)
  vi.setSystemTime(Date.now() + 6000)
  await authApi.refreshTokenForce()
  vi.setSystemTime(Date.now() - 3_600_000)
  await authApi.refreshTokenForce()
  expect(source.getAccessToken).toHaveBeenCalledTimes(4)
  expect(source.getAccessToken).toHaveBeenCalledWith({ anew: true })
})

test('bridge: with the compat API, app.auth is that of this package in both forms', () => {
  const own = cloudbase.init({ env: 'env-2', storage: memoryStore() })
  const app = bridge({}, own.auth()) as { auth: typeof own.auth }
  expect(app.auth()).toBe(own.auth())
  expect(app.auth.signIn).toBe(own.auth().signIn)
  expect((bridge({}, own.auth) as { auth: unknown }).auth).toBe(own.auth)
})

test('registerAuth: the whole SDK, which has an auth of its own, is refused in words', () => {
  expect(() => registerAuth(official)).toThrow(
    expect.objectContaining({
      code: 'failed_precondition',
      message: expect.stringMatching('bridge'),
    }),
  )
})

test('registerAuth: a second call does nothing', () => {
  const registered: string[] = []
  const host = { registerComponent: ({ name }: { name: string }) => void registered.push(name) }
  registerAuth(host)
  registerAuth(host)
  expect(registered).toEqual(['auth'])
})
