import { expect, onTestFinished, test, vi } from 'vitest'
import cloudbase, { CloudbaseError } from '../../adapters/compat/index.ts'
import { AuthError } from '../../services/error.ts'
import { createCloudbase } from '../../adapters/compat/cloudbase.ts'
import type { Context } from '../../adapters/compat/context.ts'
import { lazyMethods } from '../../adapters/compat/lazyMethods.ts'
import type { InitOptions } from '../../adapters/compat/settings.ts'
import type { V2Methods } from '../../adapters/compat/v2/index.ts'
import { createOnDemandMethods } from '../../adapters/compat/v2/onDemand.ts'
import { createPlatformMethods } from '../../adapters/compat/v2/platform.ts'
import { createV3Methods } from '../../adapters/compat/v3/index.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { failure, openCompat, password, username } from './compatWorld.ts'

test('cloudbase.init: the same environment and client id return the same app, others another app', () => {
  const app = cloudbase.init({ env: 'one', region: 'ap-shanghai' })
  expect(cloudbase.init({ env: 'one' })).toBe(app)
  expect(cloudbase.init({ env: 'one', clientId: 'one' })).toBe(app)
  const other = cloudbase.init({ env: 'one', clientId: 'other' })
  expect(other).not.toBe(app)
  expect(cloudbase.init({ env: 'one', clientId: 'other' })).toBe(other)
  expect(cloudbase.init({ env: 'two' })).not.toBe(app)
  expect(app.auth()).toBe(app.auth({ persistence: 'local' }))
  expect(app.config).toMatchObject({ env: 'one', region: 'ap-shanghai' })
})

test('cloudbase.init: a missing environment id is rejected', () => {
  for (const options of [{}, { env: '' }, undefined]) {
    expect(() => cloudbase.init(options as InitOptions)).toThrow('env is required')
  }
})

test('cloudbase.init: an option that cannot be right is rejected with an error of the SDK', () => {
  for (const options of [{ timeout: NaN }, { env: 'a b' }, { clientId: 5 }]) {
    const init = () => cloudbase.init({ env: 'odd', ...options } as InitOptions)
    expect(init).toThrow(CloudbaseError)
    expect(init).toThrow(expect.objectContaining({ error: 'invalid_argument' }))
  }
})

test('app.auth: the methods of auth are properties of app.auth as well', async () => {
  const { app, sandbox } = await openCompat()
  await sandbox.addUser({ username, password })
  await app.auth.signIn({ username, password })
  expect(app.auth.currentUser?.username).toBe(username)
})

/** Returns the origin that the first request of an app goes to. */
async function originOf(options: Partial<InitOptions>, register?: (app: App) => void) {
  let url = ''
  const fetch = async (input: unknown) => {
    url = String(input)
    return Response.json({ exist: true })
  }
  const app = createCloudbase().init({ env: 'ENV', storage: memoryStore(), fetch, ...options })
  register?.(app)
  await app.auth().isUsernameRegistered('ada')
  return new URL(url).origin
}
type App = ReturnType<typeof cloudbase.init>

test.each<[Partial<InitOptions>, string]>([
  [{}, 'https://env.api.tcloudbasegateway.com'],
  [{ intl: true }, 'https://env.api.intl.tcloudbasegateway.com'],
  [{ intl: true, region: 'ap-singapore' }, 'https://env.api.intl.tcloudbasegateway.com'],
  [{ endPointMode: 'GATEWAY', region: 'ap-guangzhou' }, 'https://env.api.tcloudbasegateway.com'],
  [{ endPointMode: 'CLOUD_API' }, 'https://env.ap-shanghai.tcb-api.tencentcloudapi.com'],
  [{ region: 'ap-shanghai' }, 'https://env.ap-shanghai.tcb-api.tencentcloudapi.com'],
  [{ region: 'ap-guangzhou' }, 'https://env.ap-guangzhou.tcb-api.tencentcloudapi.com'],
])('cloudbase.init: %o sends requests to %s', async (options, origin) => {
  expect(await originOf(options)).toBe(origin)
})

test.each<[string, (app: App) => void, string]>([
  ['a host', (app) => app.registerHost('127.0.0.1:4871'), 'http://127.0.0.1:4871'],
  ['a host with https', (app) => app.registerHost('a.example', 'https'), 'https://a.example'],
  ['a host after slashes', (app) => app.registerHost('//a.example'), 'http://a.example'],
  ['a URL', (app) => app.registerHost('https://a.example/'), 'https://a.example'],
  ['an end point', (app) => app.registerEndPoint('//a.example/web', 'http'), 'http://a.example'],
  [
    'an end point with https',
    (app) => app.registerEndPoint('//a.example/web'),
    'https://a.example',
  ],
])(
  'registerHost and registerEndPoint: requests go to the registered host, given as %s',
  async (_, register, origin) => {
    expect(await originOf({}, register)).toBe(origin)
  },
)

test('registerHost: another host receives the next request', async () => {
  const first = await openCompat()
  const second = await openCompat()
  await first.auth.isUsernameRegistered('ada')
  first.app.registerHost(second.url)
  await first.auth.isUsernameRegistered('ada')
  expect(first.calls()).toHaveLength(1)
  expect(second.calls()).toEqual(['GET /auth/v1/checkIfUserExist'])
})

test('registerHost: a malformed host is rejected', () => {
  const app = createCloudbase().init({ env: 'ENV' })
  expect(() => app.registerHost('no host at all')).toThrow('no host at all is not a host')
})

const lookup = { method: 'GET', path: '/auth/v1/checkIfUserExist' }

test('cloudbase.init: lang is sent with every request', async () => {
  const { auth, sandbox } = await openCompat({ init: { lang: 'en-US' } })
  await auth.isUsernameRegistered('ada')
  expect(sandbox.requests()[0]!.headers['accept-language']).toBe('en-US')
})

test('cloudbase.init: an unanswered request fails with deadline_exceeded after the timeout', async () => {
  const { auth, sandbox } = await openCompat({ init: { timeout: 50 } })
  sandbox.faults([{ ...lookup, delayMs: 5000 }])
  expect(await failure(auth.isUsernameRegistered('ada'))).toMatchObject({
    error: 'deadline_exceeded',
  })
})

test('CloudbaseError: an error is an Error with the documented fields', async () => {
  const { auth, sandbox } = await openCompat()
  await sandbox.addUser({ username, password })

  const error = await failure(auth.signIn({ username, password: 'wrong' }))
  expect(error).toBeInstanceOf(Error)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toBeInstanceOf(CloudbaseError)
  expect(error).toMatchObject({
    error: 'invalid_password',
    code: 'invalid_password',
    error_description: expect.stringContaining('password'),
    requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
    status: 400,
  })
  expect(error.stack).toContain('invalid_password')

  const local = await failure(auth.signIn({ username } as never))
  expect(local).toMatchObject({
    error: 'invalid_argument',
    error_code: 3,
    error_description: 'password or verification_token is required',
  })
  sandbox.faults([{ method: 'POST', path: '/auth/v1/verification', drop: 'before' }])
  const broken = await failure(auth.getVerification({ email: 'ada@example.com' }))
  expect(broken).toBeInstanceOf(CloudbaseError)
  expect(broken).toMatchObject({ error: 'unreachable', requestId: expect.any(String) })
})

test.each([
  ['an adapter', (storage: object) => ({ localStorage: storage })],
  ['a function that creates an adapter', (storage: object) => () => ({ localStorage: storage })],
  [
    'the first of several adapters that matches',
    (storage: object) => [
      { isMatch: () => false, genAdapter: () => ({}), runtime: 'no' },
      { isMatch: () => true, genAdapter: () => ({ localStorage: storage }), runtime: 'yes' },
    ],
  ],
])('useAdapters: the storage of %s is used', async (_, adapterOf) => {
  const values = new Map<string, string>()
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => values.set(key, value),
    removeItem: (key: string) => values.delete(key),
  }
  const { sandbox, url } = await openCompat()
  const cloudbase = createCloudbase()
  cloudbase.useAdapters(adapterOf(storage) as never)
  const app = cloudbase.init({ env: 'demo' })
  app.registerHost(url)
  await sandbox.addUser({ username, password })
  await app.auth().signIn({ username, password })
  expect([...values.keys()].toSorted()).toEqual([
    'authflow_session_demo',
    'credentials_demo',
    'device_id',
    'user_info_demo',
  ])
  await app.auth().signOut()
  // What stays of the session says that it has ended.
  expect([...values.keys()].toSorted()).toEqual(['authflow_session_demo', 'device_id'])
  expect(JSON.parse(values.get('authflow_session_demo')!)).toMatchObject({ kind: 'out' })
})

test('lazyMethods: a failed import is tried again by the next call', async () => {
  let isOnline = false
  const load = async () => {
    if (!isOnline) throw new TypeError('Failed to fetch dynamically imported module')
    return { greet: async (name: string) => `hello ${name}` }
  }
  const methods = lazyMethods(['greet'], load)
  expect(await failure(methods.greet('Ada'))).toMatchObject({ error: 'unreachable' })
  isOnline = true
  expect(await methods.greet('Ada')).toBe('hello Ada')
})

test('lazyMethods: a call fails when the import does not come, and the next one tries again', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const loads = [
    new Promise<never>(() => undefined),
    Promise.resolve({ greet: async () => 'hello' }),
  ]
  const methods = lazyMethods(['greet'], () => loads.shift()!)
  const late = failure(methods.greet())
  await vi.advanceTimersByTimeAsync(15_000)
  expect(await late).toMatchObject({ error: 'unreachable' })
  expect(await methods.greet()).toBe('hello')
})

test('CloudbaseAuth: auth has every method of the groups that are imported on demand', () => {
  const context = {} as Context
  const v3 = createV3Methods({
    ...context,
    v2: {} as V2Methods,
    getSignedIn: () => Promise.reject(),
  })
  const { sendOtp: _, ...publicV3 } = v3
  const auth = cloudbase.init({ env: 'methods' }).auth()
  const groups = [createOnDemandMethods(context), createPlatformMethods(context), publicV3]
  for (const name of groups.flatMap(Object.keys)) expect(auth).toHaveProperty(name)
})

test('useAdapters: anything but an adapter is rejected', () => {
  expect(() => createCloudbase().useAdapters(undefined as never)).toThrow('adapter must be')
})

/** An asynchronous store, as on React Native. */
const asyncStore = (): Store => {
  const store = memoryStore()
  return {
    get: async (key) => store.get(key),
    set: async (key, value) => store.set(key, value),
    remove: async (key) => store.remove(key),
  }
}

test('cloudbase.init: an asynchronous store restores the session', async () => {
  const compat = await openCompat({ init: { storage: asyncStore() } })
  await compat.member()
  const { auth } = compat.open()
  expect(auth.hasLoginState()).toBe(null)
  expect((await auth.getLoginState())?.user.username).toBe(username)
  expect(auth.currentUser?.username).toBe(username)
})
