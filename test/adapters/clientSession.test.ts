import { spawnSync } from 'node:child_process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAuth } from '../../adapters/client/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import type { AuthError } from '../../services/error.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { manualClock } from '../support/clock.ts'

const HOUR = 3600
const credentials = { username: 'ada', password: 'Passw0rd!1' }
const minutesLeft = (token: string, now: number) => {
  const { exp } = JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))) as {
    exp: number
  }
  return (exp * 1000 - now) / 60_000
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: AuthError) => error.code,
  )
const turns = async () => {
  for (let n = 0; n < 30; n++) await new Promise((resolve) => setImmediate(resolve))
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

async function openServer(config = {}) {
  const sandbox = createSandbox({ config })
  await sandbox.addUser({ sub: 'uid-ada', ...credentials })
  const clock = manualClock()
  const sent = () => sandbox.requests().map(({ method, path }) => `${method} ${path}`)
  return {
    sandbox,
    clock,
    refreshes: () => sent().filter((each) => each.endsWith('/v1/token')).length,
    revocations: () => sent().filter((each) => each.endsWith('/v1/revoke')).length,
    advance(seconds: number) {
      sandbox.advance(seconds)
      clock.advance(seconds * 1000)
    },
    open(options: Partial<Parameters<typeof createAuth>[0]> = {}) {
      const auth = createAuth({
        env: 'demo',
        endpoint: 'http://sandbox.test',
        flows: {},
        clock,
        fetch: (input, init) => sandbox.fetch(input as string, init),
        storage: { shared: memoryStore(), tab: memoryStore() },
        ...options,
      })
      auth.start()
      onTestFinished(() => auth.stop())
      return auth
    },
  }
}

test('client: on a server with a global localStorage the next client begins signed out', async () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  const { open } = await openServer()
  const first = open({ storage: undefined })
  await first.call(endpoints.signIn, credentials)
  const second = open({ storage: undefined })
  await vi.waitUntil(() => second.get().status !== 'unknown')
  expect(second.get().status).toBe('signedOut')
  expect([...kept.keys()]).toEqual([])
})

test('client: two clients of one store agree about who is signed in', async () => {
  const { open } = await openServer()
  const shared = memoryStore()
  const [one, two] = [0, 0].map(() => open({ storage: { shared, tab: memoryStore() } }))
  await one!.call(endpoints.signIn, credentials)
  await expect.poll(() => two!.get().status).toBe('signedIn')
  two!.send({ type: 'session.end' })
  await expect.poll(() => one!.get().status).toBe('signedOut')
})

test('client: another process that shares the store is seen after a while', async () => {
  const { open, advance } = await openServer()
  const values = new Map<string, string>()
  // Nothing notifies a client of a store like this one.
  const storeOf = (): Store => ({
    get: (key) => values.get(key),
    set: (key, text) => void values.set(key, text),
    remove: (key) => void values.delete(key),
  })
  const [one, two] = [0, 0].map(() => open({ storage: { shared: storeOf(), tab: memoryStore() } }))
  await one!.call(endpoints.signIn, credentials)
  await turns()
  expect(two!.get().status).toBe('signedOut')
  advance(5)
  await vi.waitUntil(() => two!.get().status === 'signedIn')
})

test('client: neither a pause nor an open request keeps a process of Node.js alive', () => {
  const script = `
    import { createAuth, memoryStore } from 'cloudbase-authflow'
    import { signInAnonymously } from 'cloudbase-authflow/endpoints'
    const storage = { shared: memoryStore(), tab: memoryStore() }
    const fetch = () => new Promise(() => {})
    const auth = createAuth({ env: 'demo', flows: {}, storage, fetch })
    auth.start()
    auth.call(signInAnonymously).catch(() => {})
    setTimeout(() => console.log('asked'), 50)
  `
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    // Shorter than the timeout of a request.
    timeout: 14_000,
  })
  expect({ stdout, status }).toEqual({ stdout: 'asked\n', status: 0 })
})

test('client: stop() during a refresh loses nothing', async () => {
  const { open, advance, sandbox } = await openServer()
  let isHeld = false
  let letGo = () => undefined as void
  const auth = open({
    async fetch(input, init) {
      // The server acts, whether the client waits for its answer or not.
      const answer = await sandbox.fetch(input as string, init)
      if (isHeld) await new Promise<void>((resolve) => (letGo = resolve))
      return answer
    },
  })
  await auth.call(endpoints.signIn, credentials)
  advance(3 * HOUR)
  isHeld = true
  const token = codeOf(auth.getAccessToken())
  await turns()
  auth.stop()
  isHeld = false
  letGo()
  expect(await token).toBe('cancelled')
  auth.start()
  expect(await codeOf(auth.getAccessToken())).toBe('done')
  expect(auth.get().status).toBe('signedIn')
})

test.each([
  ['set back by a day', -24],
  ['set back by an hour', -1],
  ['set forward by an hour', 1],
  ['set forward by a day', 24],
])('client: no expired token is handed out by a clock that is %s', async (_name, hours) => {
  const { open, advance, clock, sandbox, refreshes } = await openServer()
  const auth = open()
  await auth.call(endpoints.signIn, credentials)
  clock.advance(hours * HOUR * 1000)
  const serverTime = () => clock.now() - hours * HOUR * 1000
  for (let n = 0; n < 36; n++) {
    advance(600)
    await turns()
    expect(minutesLeft(await auth.getAccessToken(), serverTime())).toBeGreaterThan(0)
    await turns()
  }
  // Six hours of tokens of two hours, and one more to be sure.
  expect(refreshes()).toBeLessThanOrEqual(4)
  expect(sandbox.requests().every(({ status }) => status === 200)).toBe(true)
})

test('client: a token that is still valid is handed out when its refresh fails', async () => {
  const { open, advance, sandbox } = await openServer({ accessTokenSeconds: 120 })
  const auth = open()
  await auth.call(endpoints.signIn, credentials)
  const first = await auth.getAccessToken()
  sandbox.faults([{ method: 'POST', path: '/auth/v1/token', status: 503, body: {}, times: 9 }])
  for (const seconds of [95, 20]) {
    advance(seconds)
    expect(await auth.getAccessToken()).toBe(first)
    expect(await auth.call(endpoints.getUser)).toMatchObject({ sub: 'uid-ada' })
    await turns()
  }
  advance(6)
  expect(await codeOf(auth.getAccessToken())).toBe('unavailable')
})

test('client: a token whose refresh is due is handed out at once and refreshed meanwhile', async () => {
  const { open, advance, refreshes } = await openServer({ accessTokenSeconds: 120 })
  const auth = open()
  await auth.call(endpoints.signIn, credentials)
  const first = await auth.getAccessToken()
  advance(95)
  expect(await auth.getAccessToken()).toBe(first)
  await vi.waitUntil(() => refreshes() === 1)
  await turns()
  expect(await auth.getAccessToken()).not.toBe(first)
})

test.each(['wake', 'action'])(
  'client: after failures the session is refreshed at once on %s',
  async (how) => {
    let wake = () => undefined as void
    const { open, advance, sandbox } = await openServer()
    const auth = open({ watch: (run) => ((wake = run as never), () => undefined) })
    await auth.call(endpoints.signIn, credentials)
    advance(3 * HOUR)
    sandbox.faults([{ method: 'POST', path: '/auth/v1/token', drop: 'before', times: 99 }])
    for (let n = 0; n < 6; n++) {
      expect(await codeOf(auth.getAccessToken())).toBe('unreachable')
      advance(n < 5 ? 61 : 0)
      await turns()
    }
    sandbox.faults([])
    if (how === 'wake') wake()
    else auth.send({ type: 'session.nothing' } as never)
    expect(await codeOf(auth.getAccessToken())).toBe('done')
  },
)

test('client: a pause that the server has asked for is kept', async () => {
  let wake = () => undefined as void
  const { open, advance, sandbox, refreshes } = await openServer()
  const auth = open({ watch: (run) => ((wake = run as never), () => undefined) })
  await auth.call(endpoints.signIn, credentials)
  advance(3 * HOUR)
  const fault = { method: 'POST', path: '/auth/v1/token', status: 429, times: 1 }
  sandbox.faults([{ ...fault, body: { error: 'resource_exhausted', retry_after: 30 } }])
  await codeOf(auth.getAccessToken())
  wake()
  await turns()
  expect(refreshes()).toBe(1)
  advance(31)
  await turns()
  expect(await codeOf(auth.getAccessToken())).toBe('done')
})

test('client: a fetch that asks for a token itself does not wait for itself for ever', async () => {
  const { open, advance, clock, sandbox } = await openServer()
  let auth: ReturnType<typeof open> | undefined
  let isAsking = false
  auth = open({
    async fetch(input, init) {
      if (isAsking) await auth!.getAccessToken().catch(() => undefined)
      return sandbox.fetch(input as string, init)
    },
  })
  await auth.call(endpoints.signIn, credentials)
  advance(3 * HOUR)
  isAsking = true
  const code = codeOf(auth.getAccessToken())
  await turns()
  clock.advance(15_000)
  expect(await code).toBe('deadline_exceeded')
  expect(auth.get().status).toBe('signedIn')
})

test('client: signOut settles when the server has revoked the session', async () => {
  const { open, revocations } = await openServer()
  const auth = open()
  await auth.call(endpoints.signIn, credentials)
  await auth.signOut()
  expect(auth.get().status).toBe('signedOut')
  expect(revocations()).toBe(1)
  await auth.signOut()
  expect(revocations()).toBe(1)
})

test('client: signOut does not wait for a server that cannot be reached', async () => {
  const { open, sandbox } = await openServer()
  const auth = open()
  await auth.call(endpoints.signIn, credentials)
  sandbox.faults([{ method: 'POST', path: '/auth/v1/revoke', drop: 'before', times: 9 }])
  await auth.signOut()
  expect(auth.get().status).toBe('signedOut')
})

/** Ends a session of a client whose requests to `path` are held, and stops the client as soon as one is. */
async function stopWhileEnding(path: string, hours = 0) {
  const { open, sandbox, advance, revocations } = await openServer()
  const storage = { shared: memoryStore(), tab: memoryStore() }
  let arrive = () => {}
  let release = () => {}
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  const auth = open({
    storage,
    async fetch(input, init) {
      if (!(input as string).includes(path)) return sandbox.fetch(input as string, init)
      arrive()
      await Promise.race([released, untilAborted(init!.signal!)])
      return sandbox.fetch(input as string, init)
    },
  })
  await auth.call(endpoints.signIn, credentials)
  advance(hours * HOUR)
  auth.send({ type: 'session.end' })
  await arrived
  auth.stop()
  const note = () => storage.shared.get('authflow_revoke_demo')
  return { release, note, revocations, startNext: () => open({ storage }) }
}

test('client: a session whose revocation is cut off by stop is revoked by the next start', async () => {
  const { startNext, note, revocations } = await stopWhileEnding('/v1/revoke')
  await turns()
  expect(revocations()).toBe(0)
  startNext()
  await vi.waitFor(() => expect(revocations()).toBe(1))
  await vi.waitFor(async () => expect(await note()).toBeUndefined())
})

test('client: a refresh for a revocation that is answered after stop is kept for the next start', async () => {
  const { release, startNext, note, revocations } = await stopWhileEnding('/v1/token', 3)
  const before = await note()
  release()
  await vi.waitFor(async () => expect(await note()).not.toBe(before))
  startNext()
  await vi.waitFor(() => expect(revocations()).toBe(1))
  await vi.waitFor(async () => expect(await note()).toBeUndefined())
})

/** Opens two clients of one store, the first of which refreshes an expired session until `release`. */
async function openRefreshing() {
  const { open, sandbox, advance } = await openServer({ refreshPolicy: 'strict' })
  const shared = memoryStore()
  let arrive = () => {}
  let release = () => {}
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  const refreshing = open({
    storage: { shared, tab: memoryStore() },
    async fetch(input, init) {
      const answer = await sandbox.fetch(input as string, init)
      if (!(input as string).includes('/v1/token')) return answer
      arrive()
      await released
      return answer
    },
  })
  const other = open({ storage: { shared, tab: memoryStore() } })
  await refreshing.call(endpoints.signIn, credentials)
  await expect.poll(() => other.get().status).toBe('signedIn')
  advance(3 * HOUR)
  refreshing.getAccessToken().catch(() => undefined)
  await arrived
  const { length } = sandbox.requests()
  const sent = () =>
    sandbox
      .requests()
      .slice(length)
      .map(({ path, status }) => `${path.slice('/auth/v1/'.length)} ${status}`)
  return { refreshing, other, release, sent }
}

test('client: a sign-out during a refresh revokes what the refresh brings', async () => {
  const { refreshing, release, sent } = await openRefreshing()
  const end = refreshing.signOut()
  release()
  await end
  expect(sent()).toEqual(['revoke 200'])
  expect(refreshing.get().status).toBe('signedOut')
})

test('client: a sign-out during a refresh revokes its session also when another user signs in at once', async () => {
  const { refreshing, release, sent } = await openRefreshing()
  const end = refreshing.signOut()
  const signIn = refreshing.call(endpoints.signInAnonymously)
  release()
  await Promise.all([end, signIn])
  await expect.poll(() => sent().sort()).toEqual(['revoke 200', 'signin/anonymously 200'])
  expect(refreshing.get().status).toBe('anonymous')
})

test('client: a sign-out in another client revokes what a refresh brings', async () => {
  const { refreshing, other, release, sent } = await openRefreshing()
  other.send({ type: 'session.end' })
  await expect.poll(() => refreshing.get().status).toBe('signedOut')
  release()
  await expect.poll(sent).toContain('revoke 200')
})

test('client: signOut before start is refused, and before the store is read it waits', async () => {
  const { open } = await openServer()
  const shared = memoryStore()
  const auth = open({ storage: { shared, tab: memoryStore() } })
  await auth.call(endpoints.signIn, credentials)
  auth.stop()
  expect(await codeOf(auth.signOut())).toBe('failed_precondition')
  const next = open({ storage: { shared, tab: memoryStore() } })
  await next.signOut()
  expect(next.get().status).toBe('signedOut')
  expect(await shared.get('credentials_demo')).toBeUndefined()
})
