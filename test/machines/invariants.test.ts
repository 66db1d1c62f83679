import * as endpoints from '../../services/http/endpoints.ts'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { setup } from 'xstate'
import type * as XState from 'xstate'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { captcha } from '../../machines/core/captcha.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { verification } from '../../machines/parts/verification.ts'
import { AuthError } from '../../services/error.ts'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const account = { username: 'lihua', password: 'correct horse' }
const SESSION = 'credentials_demo'

const codeOf = ({ sandbox }: World) => sandbox.inbox()[0]?.code ?? 'none'

describe('one intent is one request', () => {
  type Event = Parameters<World['auth']['send']>[0]
  const start = (world: World) => world.auth.send({ type: 'flow.start', flow: 'signIn' })
  const askForCode = async (world: World) => {
    start(world)
    world.auth.send({ type: 'contact.submit', phone_number })
    await world.settle()
  }
  const submitCode = async (world: World) => {
    await askForCode(world)
    world.auth.send({ type: 'code.submit', code: codeOf(world) })
    await world.settle()
  }
  const fail = (world: World, path: string, error: string) =>
    world.sandbox.faults([{ method: 'POST', path, status: 400, body: { error } }])

  /** Every state in which a person moves next, and how one comes there. */
  const states: Record<string, (world: World) => void | Promise<void>> = {
    askingAccount: start,
    async askingSecondFactor(world) {
      fail(world, '/auth/v1/signin', 'mfa_phone_required')
      start(world)
      world.auth.send({ type: 'password.submit', ...account })
      await world.settle()
    },
    async askingCode(world) {
      await askForCode(world)
      world.advance(60)
    },
    async askingResend(world) {
      await askForCode(world)
      world.advance(600)
    },
    async askingRetry(world) {
      fail(world, '/auth/v1/signup', 'internal')
      await submitCode(world)
    },
    askingProfile: submitCode,
    async asking(world) {
      fail(world, '/auth/v1/verification', 'captcha_required')
      start(world)
      world.auth.send({ type: 'contact.submit', phone_number })
      await world.settle({ answering: false })
    },
  }
  const payloads: Record<string, (world: World) => object> = {
    'contact.submit': () => ({ phone_number }),
    'password.submit': () => account,
    'ticket.submit': () => ({ ticket: 'none' }),
    'provider.submit': () => ({ provider_token: 'none' }),
    'code.submit': (world) => ({ code: codeOf(world) }),
    'captcha.answer': (world) => ({ text: world.readCaptcha() }),
    'profile.submit': () => ({ profile: { name: 'Li Hua' } }),
    'signUp.prepare': () => ({ profile: { name: 'Li Hua' } }),
  }
  const charts = [captcha, signIn, verification].map((chart) => chart.root.states)
  const listened = charts.flatMap((chart) =>
    Object.entries(chart)
      .filter(([, { tags }]) => tags.includes('asking'))
      .flatMap(([state, { ownEvents }]) => ownEvents.map((type: string) => [state, type] as const))
      .filter(([, type]) => !/^xstate|^captcha.(require|spend)$/.test(type)),
  )

  async function submit(state: string, type: string, times: number) {
    const world = await openWorld()
    await world.sandbox.addUser(account)
    await states[state]!(world)
    await world.settle({ answering: false })
    const { step, captcha: dialog } = world.auth.get()
    expect(dialog ? 'asking' : step).toBe(state)
    const before = world.calls.length
    const event = { type, ...payloads[type]?.(world) } as Event
    for (let time = 0; time < times; time++) world.auth.send(event)
    await world.settle({ answering: false })
    const outcome = { calls: world.calls.slice(before), end: world.summarize() }
    await world.close()
    return outcome
  }

  test('every asking state of the charts is tried', () => {
    expect(new Set(Object.keys(states))).toEqual(new Set(listened.map(([state]) => state)))
  })

  test.each(listened)('%s: %s', async (state, type) => {
    const once = await submit(state, type, 1)
    expect(once.calls.length - new Set(once.calls).size).toBe(0)
    expect(await submit(state, type, 2)).toEqual(once)
    expect(await submit(state, type, 3)).toEqual(once)
  })

  const things = [undefined, null, 42, {}, []]

  test.each(listened)('%s survives a malformed %s', async (state, type) => {
    for (const thing of things) {
      const world = await openWorld()
      await states[state]!(world)
      const fields = Object.keys(payloads[type]?.(world) ?? {}).map((name) => [name, thing])
      world.auth.send({ type, ...Object.fromEntries(fields) } as Event)
      await world.settle({ answering: false })
      world.auth.send({ type: 'captcha.cancel' })
      world.auth.send({ type: 'flow.cancel' })
      expect(world.auth.get().flow).toBeUndefined()
      expect(await world.call('revoke', { token: 'none' })).toEqual({})
      await world.close()
    }
  })

  test.each([
    ['sign-up by code', false, ['/verification', '/verification/verify', '/signup']],
    ['sign-in by code', true, ['/verification', '/verification/verify', '/signin']],
  ])('%s makes three requests', async (_name, isUser, paths) => {
    const world = await openWorld()
    if (isUser) await world.sandbox.addUser({ phone_number })
    await submitCode(world)
    expect(world.auth.get().status).toBe('signedIn')
    expect(world.sandbox.requests().map(({ path }) => path.replace('/auth/v1', ''))).toEqual(paths)
    await world.close()
  })

  test('sign-in by password makes one request', async () => {
    const world = await openWorld()
    await world.sandbox.addUser(account)
    start(world)
    world.auth.send({ type: 'password.submit', ...account })
    await world.settle()
    expect(world.auth.get().status).toBe('signedIn')
    expect(world.sandbox.requests().map(({ path }) => path)).toEqual(['/auth/v1/signin'])
    await world.close()
  })
})

describe('a session', () => {
  const renewals = ({ calls }: World) => calls.filter((call) => call.endsWith('/v1/token')).length
  const token = { method: 'POST', path: '/auth/v1/token' }
  /** Seconds; an access token lives 7200. */
  const LIFETIME = 8000

  async function openExpired(options: WorldOptions = {}) {
    const world = await openWorld(options)
    await world.call('signInAnonymously')
    world.advance(LIFETIME)
    return world
  }
  const codeOfReason = (settled: PromiseSettledResult<unknown>) =>
    (settled as PromiseRejectedResult).reason as AuthError

  test('is renewed once for a thousand callers of each kind', async () => {
    const world = await openExpired({
      // What counts is how often the other endpoint is called.
      async wire(input, init) {
        const isUser = (input as string).includes('/user/me')
        return isUser ? Response.json({ sub: 'somebody' }) : fetch(input, init)
      },
    })
    const many = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 1000 }, call))
    const [users, accessTokens] = await Promise.all([
      many(() => world.auth.call(endpoints.getUser)),
      many(() => world.auth.getAccessToken()),
    ])
    expect(renewals(world)).toBe(1)
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(1)
    expect(new Set(accessTokens).size).toBe(1)
    await world.close()
  }, 60_000)

  test('is not renewed while its access token is good', async () => {
    const world = await openWorld()
    await world.call('signInAnonymously')
    world.advance(7000)
    const accessTokens = await Promise.all([1, 2, 3].map(() => world.auth.getAccessToken()))
    await world.call('getUser')
    expect(new Set(accessTokens).size).toBe(1)
    expect(renewals(world)).toBe(0)
    await world.close()
  })

  test('tells every waiter of the one renewal that failed', async () => {
    const world = await openExpired()
    world.sandbox.faults([{ ...token, status: 503 }])
    const settled = await Promise.allSettled([
      ...Array.from({ length: 50 }, () => world.auth.getAccessToken()),
      ...Array.from({ length: 50 }, () => world.auth.call(endpoints.getUser)),
    ])
    expect(renewals(world)).toBe(1)
    for (const each of settled) {
      expect(codeOfReason(each)).toMatchObject({ code: 'unavailable', operation: 'refresh' })
    }
    expect(world.auth.get().status).toBe('anonymous')
    await world.close()
  })

  const refusals = ['invalid_grant', 'unauthenticated', 'user_blocked']
  const body = fc.oneof(
    fc.constantFrom('', '{', 'null', '[]', '<html>Bad gateway</html>', '{"error":""}'),
    fc.record({
      error: fc.constantFrom('internal', 'aborted', 'resource_exhausted', 'invalid_token'),
    }),
    fc.record({ message: fc.string(), code: fc.constantFrom('SYS_ERR', 'INVALID_GRANT') }),
    fc.record({
      access_token: fc.constantFrom('', 'x', 1, null),
      expires_in: fc.constantFrom(0, '9', -1, null),
    }),
  )
  // After a 421 fetch asks once more by itself.
  const status = fc.integer({ min: 200, max: 599 }).filter((number) => number !== 421)
  const answer = fc.oneof(
    { weight: 9, arbitrary: fc.record({ status, body }) },
    { weight: 1, arbitrary: fc.constant({ drop: 'before' as const }) },
  )

  test('survives every failure of its renewal but a refusal', async () => {
    const world = await openExpired()
    await fc.assert(
      fc.asyncProperty(answer, async (fault) => {
        world.advance(LIFETIME)
        world.sandbox.faults([{ ...token, ...fault }])
        await expect(world.auth.getAccessToken()).rejects.toBeInstanceOf(AuthError)
        expect(world.sandbox.faults()).toEqual([])
        expect(world.auth.get().status).toBe('anonymous')
        expect(await world.storage.shared.get(SESSION)).toBeTruthy()
        world.advance(61)
        expect(await world.auth.getAccessToken()).toBeTruthy()
      }),
      { numRuns: 150 },
    )
    await world.close()
  })

  test.each(refusals)('ends once when its renewal is refused with %s', async (error) => {
    const world = await openExpired()
    const told: string[] = []
    const lost: string[] = []
    world.auth.subscribe(({ status }) => void told.push(status))
    world.auth.on('credentialsLost', (event) => lost.push(event.error.code))
    world.sandbox.faults([{ ...token, status: 400, body: { error } }])
    const settled = await Promise.allSettled(
      Array.from({ length: 50 }, () => world.auth.getAccessToken()),
    )
    for (const each of settled) expect(codeOfReason(each)).toMatchObject({ code: error })
    await world.settle()
    expect(told).toEqual(['anonymous', 'signedOut'])
    expect(lost).toEqual([error])
    expect(renewals(world)).toBe(1)
    expect(await world.storage.shared.get(SESSION)).toBeFalsy()
    await expect(world.auth.getAccessToken()).rejects.toBeInstanceOf(AuthError)
    expect(renewals(world)).toBe(1)
    await world.close()
  })

  test('goes on with its access token while that is good, whatever becomes of renewals', async () => {
    const world = await openWorld()
    await world.call('signInAnonymously')
    const accessToken = await world.auth.getAccessToken()
    world.sandbox.faults([
      { method: 'GET', path: '/auth/v1/user/me', status: 401, body: { error: 'unauthenticated' } },
      { ...token, status: 503 },
    ])
    await expect(world.auth.call(endpoints.getUser)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await world.auth.getAccessToken()).toBe(accessToken)
    expect(await world.auth.call(endpoints.getUser)).toHaveProperty('sub')
    expect(renewals(world)).toBe(1)
    expect(world.auth.get().status).toBe('anonymous')
    await world.close()
  })
})

describe('a subscriber', () => {
  const open = async (options: WorldOptions = {}) => {
    const world = await openWorld(options)
    await world.call('signInAnonymously')
    return world
  }
  const change = (world: World) => world.auth.send({ type: 'flow.start', flow: 'signIn' })
  const uses: Record<string, (world: World) => unknown> = {
    get: ({ auth }) => auth.get(),
    can: ({ auth }) => auth.can({ type: 'flow.cancel' }),
    send: ({ auth }) => auth.send({ type: 'contact.submit', phone_number }),
    subscribe: ({ auth }) => auth.subscribe(() => undefined)(),
    on: ({ auth }) => auth.on('signedOut', () => undefined)(),
    start: ({ auth }) => auth.start(),
    call: ({ auth }) => auth.call(endpoints.getUser),
    'call without a session': ({ auth }) => auth.call(endpoints.revoke, { token: 'none' }),
    getAccessToken: ({ auth }) => auth.getAccessToken(),
    'getAccessToken of an expired session': (world) => {
      world.advance(8000)
      return world.auth.getAccessToken()
    },
    stop: ({ auth }) => auth.stop(),
  }
  type Watched = World & { watch(by: (event: XState.InspectionEvent) => void): void }
  const places: Record<string, (world: Watched, run: () => void) => void> = {
    'a subscriber': (world, run) => {
      let isFirst = true
      world.auth.subscribe(() => (isFirst ? (isFirst = false) : run()))
      change(world)
    },
    'its first call': (world, run) => void world.auth.subscribe(run),
    'a listener': (world, run) => {
      world.auth.on('signedOut', run)
      world.auth.send({ type: 'session.end' })
    },
    'an inspector': (world, run) => {
      world.watch(({ type }) => type === '@xstate.microstep' && run())
      change(world)
    },
  }

  test.each(
    Object.keys(places).flatMap((place) => Object.keys(uses).map((use) => [use, place] as const)),
  )('may await %s inside %s', async (use, place) => {
    let inspect: ((event: XState.InspectionEvent) => void) | undefined
    const world = await open({ inspect: (event) => inspect?.(event) })
    const settled = new Promise((resolve) => {
      let isUsed = false
      const run = () => {
        if (isUsed) return
        isUsed = true
        Promise.resolve(uses[use]!(world)).then(resolve, resolve)
      }
      places[place]!({ ...world, watch: (by) => (inspect = by) }, run)
    })
    await settled
    world.auth.stop()
    world.auth.start()
    await world.settle()
    expect(world.auth.get().status).toMatch(/anonymous|signedOut/)
    await world.close()
  })

  test('that throws does not keep the others from being told', async () => {
    const world = await open()
    const thrown: unknown[] = []
    const told: unknown[] = []
    const { queueMicrotask } = globalThis
    vi.stubGlobal('queueMicrotask', (run: () => void) =>
      queueMicrotask(() => {
        try {
          run()
        } catch (error) {
          thrown.push(error)
        }
      }),
    )
    const fault = new Error('a fault of its own')
    let isFirst = true
    const unsubscribe = world.auth.subscribe(() => {
      if (!isFirst) throw fault
      isFirst = false
    })
    world.auth.subscribe(({ flow }) => told.push(flow))
    change(world)
    await world.settle()
    vi.unstubAllGlobals()
    unsubscribe()
    expect(told).toEqual([undefined, 'signIn'])
    expect(thrown).toEqual([fault])
    await world.close()
  })

  test('is not called again once it has unsubscribed', async () => {
    const world = await open()
    const told: unknown[] = []
    const unsubscribe = world.auth.subscribe(({ flow }) => told.push(flow))
    unsubscribe()
    change(world)
    await world.settle()
    expect(told).toEqual([undefined])
    await world.close()
  })
})

describe('a door that is stopped', () => {
  test.each(['call', 'getAccessToken'] as const)('refuses what %s still waits for', async (use) => {
    const world = await openWorld()
    await world.call('signInAnonymously')
    world.advance(8000)
    world.holdRequests(/token$|me$/)
    const pending =
      use === 'call' ? world.auth.call(endpoints.getUser) : world.auth.getAccessToken()
    await world.settle()
    world.auth.stop()
    await expect(pending).rejects.toMatchObject({ name: 'AuthError', code: 'cancelled' })
    world.releaseRequests()
    await world.close()
  })
})

test.each([
  ['missing', undefined],
  ['a function', () => undefined],
  ['a machine config', { id: 'signIn', initial: 'asking' }],
])('createAuth: a flow that is %s is refused by its name', (_, flow) => {
  const create = () => createAuth({ env: 'demo', flows: { broken: flow } as never })
  expect(create).toThrow(AuthError)
  expect(create).toThrow('flows["broken"]')
})

test('createAuth: a flow for an unknown status is refused by its name', () => {
  const flow = setup({}).createMachine({ id: 'own', meta: { who: ['signdIn'] } })
  const create = () => createAuth({ env: 'demo', flows: { own: flow } })
  expect(create).toThrow(AuthError)
  expect(create).toThrow('meta.who of flows["own"]')
})

test.each(['captcha', 'idle', 'tokens', 'running', 'a.b', '', 'toString', '登录'])(
  'createAuth: a flow can be named %j',
  async (name) => {
    const world = await openWorld({ flows: { [name]: signIn } })
    world.auth.send({ type: 'flow.start', flow: name } as never)
    await world.settle()
    expect(world.auth.get()).toMatchObject({ flow: name, step: 'askingAccount' })
    await world.reload()
    expect(world.auth.get()).toMatchObject({ flow: name, step: 'askingAccount' })
    await world.close()
  },
)

test('a door without flows is refused in words', () => {
  expect(() => createAuth({ env: 'demo' } as never)).toThrow(AuthError)
})

test('a flow made with another copy of xstate is refused in words', async () => {
  const copy = new URL('../../node_modules/xstate/dist/xstate.esm.js', import.meta.url)
  const { setup } = (await import(/* @vite-ignore */ copy.href)) as typeof XState
  const foreign = setup({}).createMachine({ id: 'foreign' })
  const create = () => createAuth({ env: 'demo', flows: { signIn, foreign } })
  expect(create).toThrow(AuthError)
  expect(create).toThrow(/two copies of xstate .* "foreign" .* npm dedupe xstate/)
})

test('a captcha and a reload in the middle of it change nothing', async () => {
  const world = await openWorld({ interruption: 'captcha' })
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send({ type: 'contact.submit', phone_number })
  await world.settle({ answering: false })
  expect(world.auth.get().captcha).toBeDefined()
  await world.reload()
  expect(world.auth.get()).toMatchObject({ flow: 'signIn', step: 'askingCode' })
  expect(world.countMessages()).toBe(1)
  world.auth.send({ type: 'code.submit', code: codeOf(world) })
  await world.settle()
  expect(world.summarize()).toBe('signedIn: signIn.askingProfile')
  await world.close()
})
