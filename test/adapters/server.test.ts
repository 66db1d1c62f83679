import { Hono } from 'hono'
import { createClient, createCluster } from 'redis'
import { createStorage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  expectTypeOf,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import { createAuth, signIn as signInFlow } from 'cloudbase-authflow'
import { getUser, signIn, signInAnonymously } from 'cloudbase-authflow/endpoints'
import {
  cookieStore,
  createServerAuth,
  memoryStore,
  type RedisClient,
  redisLock,
  redisStore,
  type ServerAuthOptions,
  type Store,
  unstorageStore,
} from 'cloudbase-authflow/server'
import { inspector } from '../../adapters/inspect/index.ts'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { type Clock, systemClock } from '../../services/clock.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

type Client = Awaited<ReturnType<RedisServer['connect']>>

let sandbox: Sandbox
let url: string
let close: () => Promise<void>
let redis: RedisServer
let client: Client

beforeAll(async () => {
  redis = await startRedis()
  client = await redis.connect()
})
afterAll(async () => {
  client.destroy()
  await redis.stop()
})

const ada = { username: 'ada', password: 'Correct-horse-7' }
const bob = { username: 'bob', password: 'Correct-horse-8' }

beforeEach(async () => {
  await client.flushAll()
  sandbox = createSandbox()
  ;({ url, close } = await sandbox.listen())
  for (const user of [ada, bob]) await sandbox.addUser(user)
  return close
})

/** A clock that can be set forward together with that of the sandbox. */
function createTestClock() {
  let ahead = 0
  const clock: Clock = {
    now: () => Date.now() + ahead,
    monotonic: () => performance.now() + ahead,
    until: (deadline, signal) => systemClock.until(deadline - ahead, signal),
  }
  const advance = (seconds: number) => {
    ahead += seconds * 1000
    sandbox.advance(seconds)
  }
  return { clock, advance }
}

/** A server with this store, and a browser that keeps its cookies. */
function openSite(store: Store = redisStore(client), lock = redisLock(client)) {
  let cookie = ''
  const { clock, advance } = createTestClock()
  const serve = (options: Partial<ServerAuthOptions> = {}) =>
    createServerAuth({
      env: 'demo',
      endpoint: url,
      request: new Request('https://shop.example/', { headers: { cookie } }),
      store,
      lock,
      clock,
      ...options,
    })
  return {
    serve,
    advance,
    get cookie() {
      return cookie
    },
    set cookie(value) {
      cookie = value
    },
    /** Answers a request, and keeps the cookies of the answer. */
    async visit<T>(answer: (auth: ReturnType<typeof serve>) => Promise<T>): Promise<T> {
      const auth = serve()
      const result = await answer(auth)
      for (const value of await auth.setCookies()) {
        cookie = value.includes('Max-Age=0') ? '' : value.split(';')[0]!
      }
      return result
    },
  }
}

const who = (auth: { initialView(): Promise<object> }) => auth.initialView()
const refreshes = () => sandbox.requests().filter(({ path }) => path === '/auth/v1/token').length
const keys = async () => (await client.keys('*')).toSorted()

const stores: [string, () => Store][] = [
  ['memory', memoryStore],
  ['Redis', () => redisStore(client)],
  ['a storage of unstorage', () => unstorageStore(createStorage({ driver: memoryDriver() }))],
  ['a driver of unstorage', () => unstorageStore(memoryDriver())],
]

describe.each(stores)('with a session in %s', (_, createStore) => {
  test('server: a user who signs in is signed in on the next request and out after a sign-out', async () => {
    const site = openSite(createStore())
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
    await site.visit((auth) => auth.call(signIn, ada))
    const view = await site.visit(who)
    expect(view).toMatchObject({ status: 'signedIn', user: { uid: expect.any(String) as string } })
    expect(await site.visit((auth) => auth.call(getUser))).toMatchObject({ sub: uidOf(view) })
    await site.visit((auth) => auth.signOut())
    expect(site.cookie).toBe('')
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
  })

  test('server: a client that nothing has used reads no session, and one reads it once', async () => {
    const inner = createStore()
    let reads = 0
    const get = (key: string) => {
      if (key.includes('authflow_session')) reads++
      return inner.get(key)
    }
    const site = openSite(Object.assign(Object.create(inner) as Store, { get }))
    await site.visit((auth) => auth.call(signIn, ada))
    reads = 0
    await site.visit((auth) => auth.respond(new Response()))
    expect(reads).toBe(0)
    await site.visit(async (auth) => {
      const view = await auth.initialView()
      expect(auth.get()).toMatchObject(view)
      expect(await auth.call(getUser)).toMatchObject({ sub: uidOf(view) })
    })
    expect(reads).toBe(1)
  })

  test('server: who is signed in is known while a call is made, whichever comes first', async () => {
    const site = openSite(createStore())
    await site.visit((auth) => auth.call(signIn, ada))
    await site.visit(async (auth) => {
      const [view, user] = await Promise.all([auth.initialView(), auth.call(getUser)])
      expect(view).toMatchObject({ status: 'signedIn', user: { uid: user.sub } })
    })
    await site.visit(async (auth) => {
      const [user, view] = await Promise.all([auth.call(getUser), auth.initialView()])
      expect(view).toMatchObject({ status: 'signedIn', user: { uid: user.sub } })
    })
  })

  test('server: an expired token is refreshed once for all requests of a session', async () => {
    const site = openSite(createStore())
    await site.visit((auth) => auth.call(signIn, ada))
    site.advance(8000)
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => site.visit((auth) => auth.getAccessToken())),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(refreshes()).toBe(1)
  })

  test('server: a sign-out is not undone by a request that refreshes meanwhile', async () => {
    const site = openSite(createStore())
    await site.visit((auth) => auth.call(signIn, ada))
    const { cookie } = site
    site.advance(8000)
    const sent: string[] = []
    const late = site.serve({
      fetch: (input, init) => (sent.push(new URL(input as string).pathname), fetch(input, init)),
    })
    sandbox.faults([{ method: 'POST', path: '/auth/v1/token', delayMs: 300 }])
    const token = late.getAccessToken().catch((thrown: unknown) => thrown)
    await expect.poll(() => sent).toEqual(['/auth/v1/token'])
    await site.visit((auth) => auth.signOut())
    await token
    await late.setCookies()
    site.cookie = cookie
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
  })
})

const uidOf = (view: object) => (view as { user: { uid: string } }).user.uid

describe('the cookie', () => {
  test('server: the session id is set in an HttpOnly cookie of this host and no token is in it', async () => {
    const auth = openSite().serve()
    await auth.call(signIn, ada)
    const token = await auth.getAccessToken()
    const response = await auth.respond(Response.redirect('https://shop.example/home', 303))
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('https://shop.example/home')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [cookie, ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(
      /^__Host-authflow=[0-9a-f]{32}; Path=\/; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(cookie).not.toContain(token)
  })

  test('server: a request that neither signs in nor out sets no cookie', async () => {
    const site = openSite()
    await site.visit((auth) => auth.call(signIn, ada))
    const response = new Response('hello')
    expect(await site.serve().respond(response)).toBe(response)
    site.cookie = '__Host-authflow=00000000000000000000000000000000'
    expect(await site.serve().setCookies()).toEqual([])
  })

  test('server: a sign-in changes the id, and the id before is worth nothing', async () => {
    const site = openSite()
    site.cookie = '__Host-authflow=0123456789abcdef0123456789abcdef'
    const fixed = site.cookie
    await site.visit((auth) => auth.call(signInAnonymously))
    const anonymous = site.cookie
    expect(anonymous).not.toBe(fixed)
    await site.visit((auth) => auth.call(signIn, ada))
    const signedIn = site.cookie
    expect(signedIn).not.toBe(anonymous)
    for (const cookie of [fixed, anonymous]) {
      site.cookie = cookie
      expect(await site.visit(who)).toEqual({ status: 'signedOut' })
    }
    expect(await keys()).toHaveLength(1)
  })

  test.each([
    ['of another form', 'abc'],
    ['with another key in it', '0123456789abcdef0123456789abcde}:x'],
    ['in upper case', '0123456789ABCDEF0123456789ABCDEF'],
    ['that is empty', ''],
    ['that was never given out', '0123456789abcdef0123456789abcdef'],
  ])('server: an id %s is refused', async (_, id) => {
    const site = openSite()
    site.cookie = `__Host-authflow=${id}`
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
    const token = site.serve().getAccessToken()
    await expect(token).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await keys()).toEqual([])
  })

  test('server: of two different ids none is used', async () => {
    const site = openSite()
    await site.visit((auth) => auth.call(signIn, ada))
    const own = site.cookie
    site.cookie = `${own}; __Host-authflow=0123456789abcdef0123456789abcdef`
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
    site.cookie = `theme=dark; ${own}; ${own}`
    expect(await site.visit(who)).toMatchObject({ status: 'signedIn' })
  })

  test('server: a development server without https names and sets the cookie accordingly', async () => {
    const auth = openSite().serve({ cookie: { secure: false, sameSite: 'Strict', maxAge: 60 } })
    await auth.call(signIn, ada)
    const [cookie] = await auth.setCookies()
    expect(cookie).toMatch(
      /^authflow=[0-9a-f]{32}; Path=\/; Max-Age=60; HttpOnly; SameSite=Strict$/,
    )
  })

  test.each([{ name: '__Host-sid', secure: false }, { name: 'a b' }, { name: '' }])(
    'server: a cookie that no browser accepts is refused: %j',
    (cookie) => {
      expect(() => openSite().serve({ cookie })).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    },
  )
})

test.each([
  ['0', 0],
  ['below 0', -1],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['a fraction', 0.5],
  ['too large', 1e20],
  ['a text', '3600'],
  ['null', null],
])('server: a ttl or maxAge that is %s is refused by its name', (_, seconds) => {
  const ttl = seconds as number
  const client = {} as RedisClient
  const secret = 'x'.repeat(32)
  for (const [name, create] of [
    ['ttl', () => redisStore(client, { ttl })],
    ['ttl', () => unstorageStore({ getItem: () => null }, { ttl })],
    ['ttl', () => cookieStore({ secret, ttl })],
    ['maxAge', () => openSite().serve({ cookie: { maxAge: ttl } })],
  ] as const) {
    const description = `${name} must be a whole number above 0`
    expect(create).toThrow(expect.objectContaining({ code: 'invalid_argument', description }))
  }
})

test('server: a cookie with an unknown sameSite is refused', () => {
  const cookie = { sameSite: 'None' as 'Lax' }
  expect(() => openSite().serve({ cookie })).toThrow(/sameSite must be Lax or Strict/)
})

test.each([undefined, null])(
  'server: createServerAuth without options is refused: %j',
  (options) => {
    const create = () => createServerAuth(options as never)
    expect(create).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)

test.each([
  ['without Headers', { request: { headers: { cookie: '' } } as never }],
  ['without a request', { request: undefined as never }],
  ['without a store', { store: undefined as never }],
  ['with an option that there is not', { stores: memoryStore() } as never],
])('server: createServerAuth %s is refused', (_, options) => {
  const create = () => openSite(memoryStore()).serve(options)
  expect(create).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

describe('a store that fails', () => {
  const failing = (fails: (operation: string) => boolean): Store => {
    const store = memoryStore()
    const check = (operation: string) => {
      if (fails(operation)) throw new Error('connection refused')
    }
    return {
      ...store,
      get: (key) => (check('get'), store.get(key)),
      update: (key, decide) => (check('update'), store.update!(key, decide)),
    }
  }

  test('server: without an answer of the store it is not known who is signed in', async () => {
    const site = openSite(failing((operation) => operation === 'get'))
    site.cookie = '__Host-authflow=0123456789abcdef0123456789abcdef'
    await expect(site.serve().initialView()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('server: a sign-in that could not be stored sets no cookie', async () => {
    const site = openSite(failing((operation) => operation === 'update'))
    const auth = site.serve()
    await auth.call(signIn, ada)
    await expect(auth.setCookies()).rejects.toMatchObject({
      code: 'unavailable',
      operation: 'storage',
    })
  })

  test('server: a sign-out that could not be stored is reported', async () => {
    let isBroken = false
    const site = openSite(failing(() => isBroken))
    await site.visit((auth) => auth.call(signIn, ada))
    const auth = site.serve()
    await auth.initialView()
    isBroken = true
    await auth.signOut()
    await expect(auth.respond(new Response())).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('in Redis', () => {
  test('server: all keys of a session are in one hash slot and expire', async () => {
    const site = openSite(redisStore(client, { prefix: 'shop:', ttl: 60 }))
    await site.visit((auth) => auth.call(signIn, ada))
    site.advance(8000)
    sandbox.faults([{ method: 'POST', path: '/auth/v1/token', status: 503 }])
    await site.visit((auth) => auth.getAccessToken().catch(() => undefined))
    const found = await keys()
    expect(found.length).toBeGreaterThan(1)
    const [, id] = site.cookie.split('=')
    for (const key of found) {
      expect(key).toContain(`{${id}}:`)
      expect(await client.pTTL(key)).toBeGreaterThan(0)
      expect(await client.pTTL(key)).toBeLessThanOrEqual(60_000)
    }
  })

  test('server: a sign-out leaves no key in Redis', async () => {
    const site = openSite()
    await site.visit((auth) => auth.call(signIn, ada))
    expect(await keys()).toHaveLength(1)
    await site.visit((auth) => auth.signOut())
    expect(await keys()).toEqual([])
  })

  test('server: concurrent updates of one key are all applied', async () => {
    const others = await Promise.all([redis.connect(), redis.connect()])
    const all = [client, ...others].map((each) => redisStore(each))
    const add = (text: string | null) => String(Number(text) + 1)
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => all[index % 3]!.update!('count', add)),
    )
    expect(await all[0]!.get('count')).toBe('60')
    for (const other of others) other.destroy()
  })

  test('server: an empty text is not taken for a missing one', async () => {
    const store = redisStore(client)
    const seen: unknown[] = []
    await store.set('key', '')
    for (let round = 0; round < 2; round++)
      await store.update!('key', (text) => (seen.push(text), round ? undefined : 'next'))
    expect(seen).toEqual(['', 'next'])
  })

  test('server: a lock is held by one process, and after its lease by the next', async () => {
    const other = await redis.connect()
    const options = { lease: 400, clock: systemClock }
    const first = await redisLock(client).acquire('lock', options)
    expect(first.hasWaited).toBe(false)
    const begin = performance.now()
    const second = await redisLock(other).acquire('lock', options)
    expect(second.hasWaited).toBe(true)
    expect(performance.now() - begin).toBeGreaterThan(250)
    expect(first.isHeld()).toBe(false)
    expect(second.isHeld()).toBe(true)
    await first.release()
    expect(await client.exists('authflow:lock')).toBe(1)
    await second.release()
    expect(await client.exists('authflow:lock')).toBe(0)
    other.destroy()
  })

  test('server: requests of one process queue for a lock without asking Redis', async () => {
    const lock = redisLock(client)
    const options = { lease: 5000, clock: systemClock }
    const first = await lock.acquire('lock', options)
    const others = Promise.all(
      Array.from({ length: 50 }, async () => (await lock.acquire('lock', options)).release()),
    )
    const before = await commandsOf(client)
    await systemClock.until(Date.now() + 200)
    expect((await commandsOf(client)) - before).toBeLessThan(5)
    await first.release()
    await others
  })

  test('server: on a Redis Cluster no operation crosses slots', async () => {
    const node = await startRedis('--cluster-enabled', 'yes')
    onTestFinished(() => node.stop())
    const direct = await node.connect()
    await direct.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
    const state = () => direct.clusterInfo()
    await expect.poll(state).toContain('cluster_state:ok')
    direct.destroy()
    const cluster = await createCluster({ rootNodes: [{ url: node.url }] }).connect()
    onTestFinished(() => cluster.destroy())
    const site = openSite(redisStore(cluster), redisLock(cluster))
    await site.visit((auth) => auth.call(signIn, ada))
    site.advance(8000)
    await Promise.all(Array.from({ length: 5 }, () => site.visit((auth) => auth.getAccessToken())))
    expect(refreshes()).toBe(1)
    await site.visit((auth) => auth.signOut())
    expect(await site.visit(who)).toEqual({ status: 'signedOut' })
  })

  test('types: clients, pools and clusters of the package redis are accepted', () => {
    expectTypeOf(createClient()).toExtend<RedisClient>()
    expectTypeOf(createCluster({ rootNodes: [] })).toExtend<RedisClient>()
  })
})

/** The number of commands that Redis has executed. */
const commandsOf = async (of: Client) =>
  Number(/total_commands_processed:(\d+)/.exec(await of.info('stats'))![1])

test('server: a Hono app signs in and out by its routes', async () => {
  const store = memoryStore()
  const serverAuth = (request: Request) =>
    createServerAuth({ env: 'demo', endpoint: url, request, store })
  const app = new Hono()
    .post('/sign-in', async (context) => {
      const auth = serverAuth(context.req.raw)
      await auth.call(signIn, await context.req.json())
      return auth.respond(context.redirect('/', 303))
    })
    .post('/sign-out', async (context) => {
      const auth = serverAuth(context.req.raw)
      await auth.signOut()
      return auth.respond(context.redirect('/', 303))
    })
    .get('/', async (context) => {
      const auth = serverAuth(context.req.raw)
      return auth.respond(context.json(await auth.initialView()))
    })
  const body = JSON.stringify(ada)
  const signedIn = await app.request('/sign-in', { method: 'POST', body })
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/'])
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  const home = async () => (await app.request('/', { headers: { cookie } })).json()
  expect(await home()).toMatchObject({ status: 'signedIn' })
  const signedOut = await app.request('/sign-out', { method: 'POST', headers: { cookie } })
  expect(signedOut.headers.getSetCookie()).toEqual([
    '__Host-authflow=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
  ])
  expect(await home()).toEqual({ status: 'signedOut' })
})

describe('the initial view', () => {
  const open = (initialView?: object) =>
    createAuth({
      env: 'demo',
      endpoint: url,
      flows: { signIn: signInFlow },
      storage: { shared: memoryStore(), tab: memoryStore() },
      initialView: initialView as never,
    })
  const start = { type: 'flow.start', flow: 'signIn' } as const

  test('client: a view that a server has handed over is shown until the store is read', async () => {
    const auth = open({ status: 'signedIn', user: { uid: 'u1' } })
    const seen: string[] = []
    auth.subscribe(({ status }) => seen.push(status))
    expect(auth.get()).toMatchObject({ status: 'signedIn', user: { uid: 'u1' }, busy: false })
    expect(auth.get()).toBe(auth.get())
    auth.start()
    expect(auth.get().status).toBe('signedIn')
    await expect.poll(() => auth.get().status).toBe('signedOut')
    expect(seen).toEqual(['signedIn', 'signedOut'])
    auth.stop()
    expect(auth.get().status).toBe('unknown')
  })

  test('client: a start, stop and start at once do not lose the view of the server', () => {
    const auth = open({ status: 'signedIn', user: { uid: 'u1' } })
    auth.start()
    auth.stop()
    expect(auth.get().status).toBe('signedIn')
    auth.start()
    expect(auth.get().status).toBe('signedIn')
    auth.stop()
  })

  test('client: the view of a server knows which flows can start, as the server does', async () => {
    const site = openSite()
    const serve = () => site.serve({ flows: { signIn: signInFlow } } as never)
    const server = serve()
    const handed = JSON.parse(JSON.stringify(await server.initialView())) as object
    const auth = open(handed)
    const serverView = server.get() as ReturnType<typeof auth.get>
    for (const event of [start, { type: 'flow.cancel' }, { type: 'session.end' }] as const)
      expect([event.type, auth.get().can(event)]).toEqual([event.type, serverView.can(event)])
    expect(auth.get().can(start)).toBe(true)
    auth.start()
    await expect.poll(() => auth.can(start)).toBe(true)
    const { can } = auth.get()
    auth.send(start)
    // Events are kept until the stored session has been read.
    await expect.poll(() => can({ type: 'flow.cancel' })).toBe(true)
    auth.stop()
  })

  test('client: an inspector sees no actor before the start, with an initial view either', () => {
    const sink = vi.fn<() => void>()
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows: { signIn: signInFlow },
      initialView: { status: 'signedOut' },
      inspect: inspector(sink),
    })
    expect(auth.get().can(start)).toBe(true)
    expect(sink).not.toHaveBeenCalled()
    auth.start()
    expect(sink).toHaveBeenCalled()
    auth.stop()
  })

  test('client: an initial view of another form is refused', () => {
    expect(() => open({ status: 'unknown' })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})

test('client: on a server with a global sessionStorage no flow is kept in it for the next user', async () => {
  const touched: string[] = []
  const touch = (key: string) => (touched.push(key), null)
  vi.stubGlobal('sessionStorage', { getItem: touch, setItem: touch, removeItem: touch })
  onTestFinished(() => void vi.unstubAllGlobals())
  const auth = createAuth({ env: 'demo', endpoint: url, flows: { signIn: signInFlow } })
  auth.start()
  onTestFinished(() => auth.stop())
  await expect.poll(() => auth.get().status).toBe('signedOut')
  auth.send({ type: 'flow.start', flow: 'signIn' })
  expect(auth.get().step).toBe('askingAccount')
  expect(touched).toEqual([])
})
