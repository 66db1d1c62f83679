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

/** Starts a client without a network, on these stores. */
function startOffline(storage: { shared: Store; tab: Store }, flows: Flows = { signIn }) {
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

/** Waits until the stored session and flow are read. */
async function untilRead(auth: ReturnType<typeof startOffline>) {
  for (let tick = 0; tick < 500 && auth.get().status === 'unknown'; tick++) {
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** Edits a stored flow and renews its checksum. */
const editStored = (stored: string, edit: (json: string) => string) => {
  const text = stored.slice(stored.indexOf('{'))
  expect(edit(text)).not.toBe(text)
  return withChecksum(edit(text))
}

const fresh = { status: 'signedOut', flow: undefined, step: 'askingAccount', isAuthError: true }

/** What a client makes of its stores, and whether a flow can start afterwards. */
async function outcome(stored: { tab?: string; session?: string }) {
  const storage = { shared: memoryStore(), tab: memoryStore() }
  if (stored.tab !== undefined) await storage.tab.set(FLOW, stored.tab)
  if (stored.session !== undefined) await storage.shared.set(SESSION, stored.session)
  const auth = startOffline(storage)
  await untilRead(auth)
  const { status, flow } = auth.get()
  auth.send({ type: 'flow.start', flow: 'signIn' })
  const { step } = auth.get()
  const isAuthError = await auth.getAccessToken().then(
    () => true,
    (reason: unknown) => reason instanceof AuthError,
  )
  auth.stop()
  return { status, flow, step, isAuthError }
}

/** Replaces a part of a text. */
function damaged(text: string, at: number, length: number, instead: string): string {
  const start = at % text.length
  return text.slice(0, start) + instead + text.slice(start + length)
}

describe('client: a stored flow', () => {
  const saved: Record<string, string> = {}
  const steps = {
    askingAccount: 'askingAccount',
    // Without a network the captcha cannot be asked again.
    challenged: 'askingAccount',
    askingCode: 'askingCode',
    'askingCode with an error': 'askingCode',
    askingRetry: 'askingRetry',
  }

  beforeAll(async () => {
    const world = await openWorld()
    const keep = async (name: string) => {
      // The module that stores flows is loaded when the first one runs.
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
    const auth = startOffline({ shared: memoryStore(), tab }, flows)
    await untilRead(auth)
    return auth
  }

  test.each(Object.entries(steps))('client: a flow stored at %s is resumed', async (name, step) => {
    const auth = await open(saved[name]!)
    expect(auth.get()).toMatchObject({ flow: 'signIn', step })
    auth.stop()
  })

  test('client: a stored text that is no flow is ignored', async () => {
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

  test('client: a stored flow with any damage is ignored', async () => {
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

  test('client: a stored flow of another format is ignored', async () => {
    const tab = editStored(saved['askingCode']!, (json) =>
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
  ])(
    'client: a stored flow whose machine has another %s now starts over',
    async (_name, from, to) => {
      const auth = await open(editStored(saved['askingCode']!, (json) => json.replace(from, to)))
      expect(auth.get()).toMatchObject({ flow: 'signIn', step: 'askingAccount' })
      auth.stop()
    },
  )

  /** Opens a stored flow with a session; returns the step and the paths of the requests it sent. */
  async function openForged(text: string, flows: Flows) {
    const storage = { shared: memoryStore(), tab: memoryStore() }
    await storage.tab.set(FLOW, text)
    const sent: string[] = []
    const fetch = (input: RequestInfo | URL) => {
      sent.push(new URL(new Request(input).url).pathname)
      return Promise.reject(new TypeError('Failed to fetch'))
    }
    const auth = createAuth({ env: 'demo', endpoint: 'http://localhost', flows, fetch, storage })
    auth.start()
    await untilRead(auth)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { step } = auth.get()
    auth.stop()
    return { step, sent }
  }

  const request = (src: string, params: object, value = 'sending') => {
    const context = { params, isAuthorized: true, repeats: 0, retryAt: 0 }
    const input = { params }
    const send = { src: 'send', syncSnapshot: false, snapshot: { status: 'active', input } }
    const snapshot = { status: 'active', value, historyValue: {}, context, children: { send } }
    return { [src]: { src, syncSnapshot: false, snapshot } }
  }
  const forge = (value: string, children: object, context: object = { switched: false }) =>
    withChecksum(
      JSON.stringify({
        json: {
          format: FORMAT,
          flow: 'signIn',
          codes: [],
          snapshot: { status: 'active', value, historyValue: {}, context, children },
        },
      }),
    )

  test.each([
    ['a state that calls the server', 'signingInAsGuest', request('signInAnonymously', {})],
    ['a call beside a state that asks', 'askingAccount', request('signInAnonymously', {})],
    [
      'a call at a captcha with a request in flight',
      'signingInAsGuest',
      request('signInAnonymously', {}, 'challenged'),
    ],
    [
      'an effect beside a state that asks',
      'askingAccount',
      { until: { src: 'until', syncSnapshot: false, snapshot: { status: 'active', input: 0 } } },
    ],
  ])('client: a stored flow with %s sends nothing and starts over', async (_, value, children) => {
    const forged = forge(value, children)
    expect(await openForged(forged, { signIn })).toEqual({ step: 'askingAccount', sent: [] })
  })

  test('client: a stored flow that the app no longer has is ignored', async () => {
    const auth = await open(saved['askingCode']!, { enter: signIn })
    expect(auth.get().flow).toBeUndefined()
    auth.stop()
  })
})

describe('client: a stored session', () => {
  const session = JSON.stringify({
    access_token: 'access',
    refresh_token: 'refresh',
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    sub: 'li.hua',
    scope: 'user',
    token_type: 'Bearer',
    version: 'v1',
  })

  test('client: a stored text that is no session is ignored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        expect(await outcome({ session: text })).toEqual(fresh)
      }),
      { numRuns: 100 },
    )
  })

  test('client: a stored session with any damage is restored or ignored', async () => {
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

describe('client: a store', () => {
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
    ['is slow', sluggish],
  ])('client: with a store that %s flows and calls work', async (_name, make) => {
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

  test('client: a store that never answers is given up after ten seconds', async () => {
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
