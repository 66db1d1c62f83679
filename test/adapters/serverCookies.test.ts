import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getUser, signIn } from 'cloudbase-authflow/endpoints'
import { cookieStore, createServerAuth, type ServerAuthOptions } from 'cloudbase-authflow/server'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { type Clock, systemClock } from '../../services/clock.ts'

const secret = 'a secret of at least thirty-two bytes'
const ada = { username: 'ada', password: 'Correct-horse-7' }
const name = '__Host-authflow'

let sandbox: Sandbox
let url: string
let close: () => Promise<void>
let ahead: number

const clock: Clock = {
  now: () => Date.now() + ahead,
  monotonic: () => performance.now() + ahead,
  until: (deadline, signal) => systemClock.until(deadline - ahead, signal),
}

function advance(seconds: number) {
  ahead += seconds * 1000
  sandbox.advance(seconds)
}

beforeEach(async () => {
  ahead = 0
  sandbox = createSandbox()
  ;({ url, close } = await sandbox.listen())
  await sandbox.addUser({ ...ada, sub: 'ada' })
})
afterEach(() => close())

/** A browser that keeps the cookies of a site without a database. */
function openSite(store = cookieStore({ secret })) {
  const jar = new Map<string, string>()
  /** The attributes of the last cookies. */
  let attributes: string[] = []
  const serve = (options: Partial<ServerAuthOptions> = {}) => {
    const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join('; ')
    const request = new Request('https://shop.example/', { headers: { cookie } })
    return createServerAuth({ env: 'demo', endpoint: url, request, store, clock, ...options })
  }
  type ServerAuth = ReturnType<typeof serve>

  async function receive(auth: ServerAuth) {
    const cookies = await auth.setCookies()
    attributes = cookies.map((cookie) => cookie.slice(cookie.indexOf(';')))
    for (const cookie of cookies) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (cookie.includes('Max-Age=0')) jar.delete(key)
      else jar.set(key, value)
    }
    return cookies.length
  }

  return {
    jar,
    serve,
    receive,
    attributes: () => attributes,
    async visit<T>(answer: (auth: ServerAuth) => Promise<T>, options?: Partial<ServerAuthOptions>) {
      const auth = serve(options)
      const result = await answer(auth)
      await receive(auth)
      return result
    },
  }
}

const who = (auth: { initialView(): Promise<object> }) => auth.initialView()
const signedIn = { status: 'signedIn', user: { uid: 'ada' } }
const signedOut = { status: 'signedOut' }
const refreshes = () => sandbox.requests().filter(({ path }) => path === '/auth/v1/token').length

test('cookieStore: a user who signs in is signed in on the next request and out after a sign-out', async () => {
  const site = openSite()
  expect(await site.visit(who)).toEqual(signedOut)
  await site.visit((auth) => auth.call(signIn, ada))
  expect([...site.jar.keys()]).toEqual([name])
  expect(site.attributes()).toEqual(['; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax'])
  expect(await site.visit(who)).toEqual(signedIn)
  expect(site.attributes()).toEqual([])
  expect(await site.visit((auth) => auth.call(getUser))).toMatchObject({ sub: 'ada' })
  await site.visit((auth) => auth.signOut())
  expect([...site.jar]).toEqual([])
  expect(sandbox.requests().at(-1)).toMatchObject({ path: '/auth/v1/revoke' })
  expect(await site.visit(who)).toEqual(signedOut)
})

test('cookieStore: the cookie holds no token in plain text, and differs each time', async () => {
  const sites = [openSite(), openSite()]
  const cookies = []
  for (const site of sites) {
    await site.visit((auth) => auth.call(signIn, ada))
    const token = await site.visit((auth) => auth.getAccessToken())
    const cookie = site.jar.get(name)!
    for (const text of [cookie, atob(cookie.slice(2).replaceAll('-', '+').replaceAll('_', '/'))]) {
      expect(text).not.toContain(token.slice(0, 20))
      expect(text).not.toContain('ada')
    }
    cookies.push(cookie)
  }
  expect(cookies[0]!.slice(0, 20)).not.toBe(cookies[1]!.slice(0, 20))
})

test('cookieStore: a refreshed pair is in the cookies of the response', async () => {
  const site = openSite()
  await site.visit((auth) => auth.call(signIn, ada))
  const before = site.jar.get(name)
  for (let times = 1; times <= 3; times++) {
    advance(8000)
    await site.visit((auth) => auth.getAccessToken())
    expect(refreshes()).toBe(times)
    expect(site.jar.get(name)).not.toBe(before)
  }
  expect(await site.visit((auth) => auth.call(getUser))).toMatchObject({ sub: 'ada' })
  expect(refreshes()).toBe(3)
})

test('cookieStore: callers of one request share a refresh', async () => {
  const site = openSite()
  await site.visit((auth) => auth.call(signIn, ada))
  advance(8000)
  const tokens = await site.visit((auth) =>
    Promise.all(Array.from({ length: 20 }, () => auth.getAccessToken())),
  )
  expect(new Set(tokens).size).toBe(1)
  expect(refreshes()).toBe(1)
})

test('cookieStore: a session that the server has ended leaves no cookie', async () => {
  const site = openSite()
  await site.visit((auth) => auth.call(signIn, ada))
  sandbox.faults([
    { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
  ])
  advance(8000)
  await site.visit((auth) => auth.getAccessToken().catch(() => undefined))
  expect([...site.jar]).toEqual([])
})

describe('a long session', () => {
  /** Signs in with a refresh token of this length. */
  async function signInLong(length: number) {
    const site = openSite()
    const fetch: typeof globalThis.fetch = async (...request) => {
      const response = await globalThis.fetch(...request)
      const body = (await response.json()) as object
      return Response.json({ ...body, refresh_token: 'r'.repeat(length) })
    }
    const auth = site.serve({ fetch })
    await auth.call(signIn, ada)
    return { site, auth }
  }

  test('cookieStore: more than 3800 characters are in several cookies', async () => {
    const { site, auth } = await signInLong(6000)
    await site.receive(auth)
    expect([...site.jar.keys()]).toEqual([name, `${name}.1`, `${name}.2`])
    for (const value of site.jar.values()) expect(value.length).toBeLessThanOrEqual(3802)
    expect(await site.visit(who)).toEqual(signedIn)
    const long = [...site.jar]
    await site.visit((auth) => auth.call(signIn, ada))
    expect([...site.jar.keys()]).toEqual([name])
    // A response that comes late may have left what is no longer needed.
    for (const [key, value] of long.slice(1)) site.jar.set(key, value)
    expect(await site.visit(who)).toEqual(signedIn)
    await site.visit((auth) => auth.signOut())
    expect([...site.jar]).toEqual([])
  })

  test('cookieStore: a missing part makes the session none', async () => {
    const { site, auth } = await signInLong(6000)
    await site.receive(auth)
    site.jar.delete(`${name}.1`)
    expect(await site.visit(who)).toEqual(signedOut)
  })

  test('cookieStore: a session that is too long for cookies is not cut', async () => {
    const { auth } = await signInLong(20_000)
    await expect(auth.setCookies()).rejects.toMatchObject({
      code: 'unavailable',
      description: expect.stringContaining('too long for cookies') as string,
    })
  })
})

describe('cookies that count as none', () => {
  const changes: [string, (value: string) => string][] = [
    ['changed at the end', (value) => value.slice(0, -2) + (value.endsWith('AA') ? 'BB' : 'AA')],
    ['changed at the beginning', (value) => `1.${value[2] === 'A' ? 'B' : 'A'}${value.slice(3)}`],
    ['cut', (value) => value.slice(0, 200)],
    ['empty', () => ''],
    ['short', () => '1.AAAA'],
    ['of another form', () => '0123456789abcdef0123456789abcdef'],
    ['not base64', () => '1.%%%%'],
    ['with a count that is too high', (value) => `4${value.slice(1)}x`],
  ]
  test.each(changes)('cookieStore: a cookie that is %s', async (_, change) => {
    const site = openSite()
    await site.visit((auth) => auth.call(signIn, ada))
    site.jar.set(name, change(site.jar.get(name)!))
    expect(await site.visit(who)).toEqual(signedOut)
    await site.visit((auth) => auth.call(signIn, ada))
    expect(await site.visit(who)).toEqual(signedIn)
  })

  test('cookieStore: a cookie of another secret, name or environment', async () => {
    const site = openSite()
    await site.visit((auth) => auth.call(signIn, ada))
    const value = site.jar.get(name)!
    const foreign = cookieStore({ secret: secret.toUpperCase() })
    expect(await site.serve({ store: foreign }).initialView()).toEqual(signedOut)
    expect(await site.serve({ env: 'other' }).initialView()).toEqual(signedOut)
    site.jar.set('authflow', value)
    expect(await site.serve({ cookie: { secure: false } }).initialView()).toEqual(signedOut)
    expect(await site.visit(who)).toEqual(signedIn)
  })

  test('cookieStore: a cookie that is older than the ttl', async () => {
    const site = openSite(cookieStore({ secret, ttl: 3600 }))
    await site.visit((auth) => auth.call(signIn, ada))
    advance(3599)
    expect(await site.visit(who)).toEqual(signedIn)
    advance(1)
    expect(await site.visit(who)).toEqual(signedOut)
  })
})

test('cookieStore: a secret can be replaced while sessions last', async () => {
  const site = openSite()
  await site.visit((auth) => auth.call(signIn, ada))
  const next = 'another secret of thirty-two bytes'
  const both = cookieStore({ secret: [next, secret] })
  expect(await site.visit(who, { store: both })).toEqual(signedIn)
  advance(8000)
  await site.visit((auth) => auth.getAccessToken(), { store: both })
  expect(await site.visit(who, { store: cookieStore({ secret: next }) })).toEqual(signedIn)
})

test.each([['a secret of thirty-one bytes..'], [''], [[]], [[secret, 'short']], [undefined]])(
  'cookieStore: the secret %j is refused as too short',
  (given) => {
    expect(() => cookieStore({ secret: given as string })).toThrow('32 bytes')
  },
)
