import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { withChecksum } from '../../adapters/client/flowStorage.ts'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { AuthError } from '../../services/error.ts'
import type { Flows } from '../../machines/core/session.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { FORMAT } from '../../services/snapshot.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { manualClock } from '../support/clock.ts'
import { openWorld, type World } from '../support/world.ts'

const FLOW = 'authflow_demo'
const SESSION = 'credentials_demo'
const phone_number = '+86 13800000000'

/** A door to nowhere: what counts is what it makes of its stores. */
function openOffline(storage: { shared: Store; tab: Store }, flows: Flows = { signIn }) {
  const clock = manualClock()
  const auth = createAuth({
    env: 'demo',
    endpoint: 'http://localhost',
    flows,
    fetch: () => Promise.reject(new TypeError('fetch failed')),
    clock,
    storage,
  })
  auth.start()
  return auth
}

/** Until what was stored has been read and taken up. */
async function opened(auth: ReturnType<typeof openOffline>) {
  for (let tick = 0; tick < 500 && auth.get().status === 'unknown'; tick++) {
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** A stored flow edited as a whole, so that only the machine can tell. */
const resigned = (stored: string, edit: (json: string) => string) => {
  const text = stored.slice(stored.indexOf('{'))
  expect(edit(text)).not.toBe(text)
  return withChecksum(edit(text))
}

const fresh = { status: 'signedOut', flow: undefined, step: 'askingAccount', isTyped: true }

/** What becomes of what was stored, and whether one can begin afterwards. */
async function outcome(stored: { tab?: string; session?: string }) {
  const storage = { shared: memoryStore(), tab: memoryStore() }
  if (stored.tab !== undefined) await storage.tab.set(FLOW, stored.tab)
  if (stored.session !== undefined) await storage.shared.set(SESSION, stored.session)
  const auth = openOffline(storage)
  await opened(auth)
  const { status, flow } = auth.get()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  const { step } = auth.get()
  const isTyped = await auth.getAccessToken().then(
    () => true,
    (reason: unknown) => reason instanceof AuthError,
  )
  auth.stop()
  return { status, flow, step, isTyped }
}

/** `text` with something else, or nothing, somewhere. */
function damaged(text: string, at: number, length: number, instead: string): string {
  const start = at % text.length
  return text.slice(0, start) + instead + text.slice(start + length)
}

describe('a stored flow', () => {
  const saved: Record<string, string> = {}
  const steps = {
    askingAccount: 'askingAccount',
    // The line is down: the question cannot be asked again.
    challenged: 'askingAccount',
    askingCode: 'askingCode',
    'askingCode with an error': 'askingCode',
    askingRetry: 'askingRetry',
  }

  beforeAll(async () => {
    const world = await openWorld()
    const keep = async (name: string) => {
      // What keeps a flow is fetched when the first one runs.
      await vi.waitFor(async () => expect(await world.storage.tab.get(FLOW)).toBeTruthy())
      await world.settle({ answering: false })
      saved[name] = (await world.storage.tab.get(FLOW))!
    }
    const fail = (path: string, error: string) =>
      world.sandbox.faults([{ method: 'POST', path, status: 400, body: { error } }])
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    await keep('askingAccount')
    fail('/auth/v1/verification', 'captcha_required')
    world.auth.send({ type: 'contact.submit', phone_number })
    await keep('challenged')
    await world.settle()
    await keep('askingCode')
    world.auth.send({ type: 'code.submit', code: 'wrong' })
    await keep('askingCode with an error')
    fail('/auth/v1/signup', 'internal')
    world.auth.send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
    await keep('askingRetry')
    await world.close()
  })

  const open = async (text: string, flows: Flows = { signIn }) => {
    const tab = memoryStore()
    await tab.set(FLOW, text)
    const auth = openOffline({ shared: memoryStore(), tab }, flows)
    await opened(auth)
    return auth
  }

  test.each(Object.entries(steps))('comes back where it was: %s', async (name, step) => {
    const auth = await open(saved[name]!)
    expect(auth.get()).toMatchObject({ flow: 'signIn', step })
    auth.stop()
  })

  test('that is no such thing starts fresh', async () => {
    const snapshot = fc
      .jsonValue()
      .map((snapshot) => ({ format: FORMAT, flow: 'signIn', snapshot }))
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      snapshot.map((json) => JSON.stringify({ json })),
    )
    await fc.assert(
      fc.asyncProperty(text, async (tab) => {
        expect(await outcome({ tab })).toEqual(fresh)
      }),
      { numRuns: 100 },
    )
  })

  test('that is damaged anywhere starts fresh', async () => {
    const damage = fc.tuple(
      fc.constantFrom(...Object.keys(steps)),
      fc.nat(),
      fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 9 })),
      fc.oneof(fc.constant(''), fc.string({ maxLength: 9 })),
    )
    await fc.assert(
      fc.asyncProperty(damage, async ([name, at, length, instead]) => {
        const tab = damaged(saved[name]!, at, length, instead)
        fc.pre(tab !== saved[name])
        expect(await outcome({ tab })).toEqual(fresh)
      }),
      { numRuns: 200 },
    )
  })

  test('of another format starts fresh', async () => {
    const tab = resigned(saved['askingCode']!, (json) =>
      json.replace(`"format":${FORMAT}`, '"format":0'),
    )
    const auth = await open(tab)
    expect(auth.get().flow).toBeUndefined()
    auth.stop()
  })

  test.each([
    ['state', '"askingCode"', '"askingCodes"'],
    ['child', '"children":{"verification"', '"children":{"verifier"'],
    ['kind of child', '"src":"verification"', '"src":"updateProfile"'],
    ['grandchild', '"src":"until"', '"src":"deadline"'],
  ])('of a machine that has another %s by now begins anew', async (_name, from, to) => {
    const auth = await open(resigned(saved['askingCode']!, (json) => json.replace(from, to)))
    expect(auth.get()).toMatchObject({ flow: 'signIn', step: 'askingAccount' })
    auth.stop()
  })

  test('of a flow the app has no more is forgotten', async () => {
    const auth = await open(saved['askingCode']!, { enter: signIn })
    expect(auth.get().flow).toBeUndefined()
    auth.stop()
  })
})

describe('a stored session', () => {
  const session = JSON.stringify({
    access_token: 'access',
    refresh_token: 'refresh',
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    sub: 'somebody',
    scope: 'user',
    token_type: 'Bearer',
    version: 'v1',
  })

  test('that is no such thing is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        expect(await outcome({ session: text })).toEqual(fresh)
      }),
      { numRuns: 100 },
    )
  })

  test('that is damaged anywhere is one or none', async () => {
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 20 }), fc.string({ maxLength: 9 }))
    await fc.assert(
      fc.asyncProperty(damage, async ([at, length, instead]) => {
        const { status, ...rest } = await outcome({
          session: damaged(session, at, length, instead),
        })
        expect(['signedOut', 'signedIn', 'anonymous']).toContain(status)
        expect({ ...rest, status: 'signedOut' }).toEqual(fresh)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a store', () => {
  const fault = () => new Error('out of order')
  const slow = <T>(value: T) => new Promise<T>((resolve) => setImmediate(resolve, value))
  const rejecting = (): Store => ({
    get: () => Promise.reject(fault()),
    set: () => Promise.reject(fault()),
    remove: () => Promise.reject(fault()),
  })
  const throwing = (): Store => {
    const fail = () => {
      throw fault()
    }
    return { get: fail, set: fail, remove: fail }
  }
  const never = () => new Promise<never>(() => undefined)
  const silent = (): Store => ({ get: never, set: never, remove: never })
  const sluggish = (): Store => {
    const store = memoryStore()
    return {
      get: async (key) => slow(store.get(key)),
      set: async (key, value) => slow(store.set(key, value)),
      remove: async (key) => slow(store.remove(key)),
    }
  }

  const signUp = async (world: World) => {
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number })
    await world.settle()
    world.auth.send({ type: 'code.submit', code: world.sandbox.inbox()[0]?.code ?? 'none' })
    await world.settle()
    world.auth.send({ type: 'profile.skip' })
    await world.settle()
  }

  test.each([
    ['rejects everything', rejecting],
    ['throws at once', throwing],
    ['takes its time', sluggish],
  ])('that %s does not stand in the way', async (_name, make) => {
    const world = await openWorld({ storage: { shared: make(), tab: make() } })
    await signUp(world)
    expect(world.summarize()).toBe('signedIn: no flow')
    world.advance(8000)
    expect(await world.call('getUser')).toHaveProperty('sub')
    world.auth.send({ type: 'session.end' })
    await world.settle()
    expect(world.summarize()).toBe('signedOut: no flow')
    await world.close()
  })

  test('that never answers is waited for ten seconds', async () => {
    const world = await openWorld({ storage: { shared: silent(), tab: silent() } })
    world.advance(9)
    await world.settle()
    expect(world.summarize()).toBe('unknown: no flow')
    world.advance(1)
    await world.settle()
    await signUp(world)
    expect(world.summarize()).toBe('signedIn: no flow')
    await world.close()
  })
})
