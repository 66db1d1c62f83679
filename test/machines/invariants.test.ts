import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import fc from 'fast-check'
import type { InspectionEvent } from 'xstate'
import { captcha } from '../../machines/captcha.ts'
import { signIn } from '../../machines/signIn.ts'
import { verification } from '../../machines/verification.ts'
import { AuthError } from '../../services/error.ts'
import { memoryStore, type Store } from '../../services/storage.ts'
import { paperApi } from '../support/paths.ts'
import { type Edges, type Interruption, openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const SESSION = 'credentials_demo'

const codeOf = ({ sandbox }: World) => sandbox.inbox()[0]?.code ?? 'none'

/** What a person types. The wire puts the true code and answer in their place. */
const typed = {
  code: 'canary-of-the-code',
  wrongCode: 'canary-of-a-wrong-code',
  password: 'canary of the password',
  answer: 'canary-of-the-answer',
}
const account = { username: 'lihua', password: typed.password }

const lifeEvents = [
  'signedIn',
  'signedOut',
  'userChanged',
  'tokenRenewed',
  'credentialsLost',
] as const

/** The fields of an answer that are secrets. */
const secretFields = /^(access|refresh|verification|captcha)_token$|^token$/

/** Every text that can be reached from a value: hidden and symbol properties, maps, sets, errors. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  const texts: string[] = []
  const queue = [value]
  for (let next = queue.pop(); queue.length > 0 || next !== undefined; next = queue.pop()) {
    if (typeof next === 'string') texts.push(next)
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue
    if (seen.has(next)) continue
    seen.add(next)
    for (const key of Reflect.ownKeys(next)) {
      if (typeof key === 'string') texts.push(key)
      queue.push(Object.getOwnPropertyDescriptor(next, key)?.value)
    }
    if (next instanceof Map || next instanceof Set) queue.push(...[...next].flat())
    if (next instanceof Error) queue.push(next.message, next.stack, next.cause)
  }
  return texts
}

/** As logs and reports write values down. */
function printed(value: unknown, depth = Infinity): string[] {
  const ancestors: unknown[] = []
  const json = JSON.stringify(value, function (this: unknown, _key, field: unknown) {
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(field) || ancestors.length > 20) return '[circular]'
    ancestors.push(field)
    return field
  })
  return [json ?? '', inspect(value, { depth, showHidden: true, maxStringLength: null })]
}

/** A world in which everything that leaves the library is written down, and every secret is known. */
async function openWatchedWorld(interruption: Interruption = 'nothing', edges: Edges = {}) {
  const secrets = new Map(Object.entries(typed).map(([name, text]) => [text, name]))
  const sent = new Set<string>()
  const urls: string[] = []
  const shown: Record<'events' | 'views' | 'errors' | 'console' | 'tab' | 'shared', string[]> = {
    events: [],
    views: [],
    errors: [],
    console: [],
    tab: [],
    shared: [],
  }
  const events: InspectionEvent[] = []

  const watched = (name: 'tab' | 'shared'): Store => {
    const store = memoryStore()
    return {
      ...store,
      set(key, value) {
        if (name === 'tab' || key !== SESSION) shown[name].push(key, value)
        return store.set(key, value)
      },
    }
  }
  const storage = { shared: watched('shared'), tab: watched('tab') }

  const world = await openWorld(interruption, {
    ...edges,
    storage,
    inspect: (event) => events.push(event),
    async wire(input, init) {
      const url = new URL(input as string)
      sent.add(url.searchParams.get('captcha_token') ?? '')
      url.searchParams.delete('captcha_token')
      urls.push(url.href)
      let body = (init?.body ?? '') as string
      for (const text of secrets.keys()) if (body.includes(text)) sent.add(text)
      body = body
        .replace(typed.code, world.sandbox.inbox()[0]?.code ?? '')
        .replace(typed.answer, world.pictureText())
      const response = await (edges.wire ?? fetch)(input, { ...init, ...(body && { body }) })
      const answer: unknown = await response
        .clone()
        .json()
        .catch(() => ({}))
      for (const [name, value] of Object.entries(answer as object)) {
        if (secretFields.test(name)) secrets.set(value as string, name)
      }
      return response
    },
  })

  const note = (error: unknown) => {
    for (let each = error; each; each = (each as Error).cause) {
      shown.errors.push(...printed(each), `${each as Error}`, ...textsIn(each))
    }
  }
  const watchDoor = () => {
    world.auth.subscribe((view) => {
      shown.views.push(...printed(view))
      note(view.error)
      note(view.captcha?.error)
    })
    for (const type of lifeEvents) {
      world.auth.on(type, (event) => shown.views.push(...printed(event), ...textsIn(event)))
    }
  }
  watchDoor()

  return {
    ...world,
    get auth() {
      return world.auth
    },
    sent,
    secrets,
    /** The person answers in canaries, and reads them from the picture. */
    async settle() {
      await world.settle({ answering: false })
      while (world.auth.get().captcha?.busy === false) {
        world.answerCaptcha(typed.answer)
        await world.settle({ answering: false })
      }
    },
    async reload() {
      await world.reload()
      watchDoor()
    },
    async call(...call: Parameters<typeof world.auth.call>) {
      const settled = world.auth.call(...call).catch(note)
      await this.settle()
      await settled
    },
    /** Where which secret was seen. */
    leaks() {
      const seen = new Set<unknown>()
      for (const event of events) {
        shown.events.push(...textsIn(event, seen))
        if ('event' in event) shown.events.push(...printed(event.event))
        if ('snapshot' in event) shown.events.push(...printed(partsOf(event.snapshot)))
      }
      const all = { ...shown, urls, console: printedToConsole() }
      return Object.entries(all).flatMap(([place, texts]) =>
        [...secrets]
          .filter(([secret]) => texts.some((text) => text.includes(secret)))
          .map(([, name]) => `${name} in ${place}`),
      )
    },
  }
}

/** A snapshot without the machine it belongs to. */
const partsOf = (snapshot: object) =>
  Object.fromEntries(
    Object.entries(snapshot).filter(([name]) => !['machine', '_nodes', 'children'].includes(name)),
  )

type WatchedWorld = Awaited<ReturnType<typeof openWatchedWorld>>

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
const printedToConsole = () =>
  methods.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.flatMap((line) => line.flatMap((part) => printed(part))),
  )

describe('nothing secret is ever seen', () => {
  beforeEach(() => {
    for (const method of methods) vi.spyOn(console, method).mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Says each in turn, and waits each time until only the person can go on. */
  const say =
    (...events: Parameters<WatchedWorld['auth']['send']>[0][]) =>
    async (world: WatchedWorld) => {
      for (const event of events) {
        world.auth.send(event)
        await world.settle()
      }
    }
  const begin = { type: 'flow.start', flow: 'signIn' } as const
  const sendCode = { type: 'contact.submit', phone_number } as const
  const submit = (code: string) => ({ type: 'code.submit', code }) as const
  const prepare = {
    type: 'signUp.prepare',
    profile: { name: 'Li Hua' },
    password: typed.password,
  } as const
  const enter = { type: 'password.submit', ...account } as const
  const signUp = [begin, sendCode, prepare, submit(typed.code)]

  const fault = (path: string, answer: object) => ({
    method: '*',
    path: `/auth/v1/${path}`,
    ...answer,
  })
  const html = { status: 500, body: `<h1>Oops</h1><!-- ${JSON.stringify(typed)} -->` }
  const refused = { status: 400, body: { error: 'invalid_grant' } }
  const unauthenticated = { status: 401, body: { error: 'unauthenticated' } }

  const journeys: Record<string, [Interruption, (world: WatchedWorld) => Promise<void>]> = {
    'sign-up by code with a captcha on every call': ['captcha', say(...signUp)],
    'sign-in by password with a captcha on every call': ['captcha', say(begin, enter)],
    'a wrong code, then the right one': [
      'nothing',
      say(begin, sendCode, submit(typed.wrongCode), submit(typed.code)),
    ],
    'a wrong password': ['nothing', say(begin, { ...enter, password: typed.wrongCode })],
    'a line that breaks on every first call': [
      'broken line',
      say(begin, ...[sendCode, submit(typed.code), prepare].flatMap((each) => [each, each]), {
        type: 'signIn.retry',
      }),
    ],
    'a server that answers everything with HTML': [
      'nothing',
      async (world) => {
        await say(begin, sendCode, prepare)(world)
        world.sandbox.faults([{ ...fault('*', html), times: 9 }])
        await say(submit(typed.code), submit(typed.wrongCode))(world)
        await say({ type: 'contact.change' }, enter)(world)
      },
    ],
    'a refused access token, then a refused refresh token': [
      'nothing',
      async (world) => {
        await say(begin, enter)(world)
        world.sandbox.faults([fault('user/me', unauthenticated)])
        await world.call('getUser')
        world.sandbox.faults([fault('user/me', unauthenticated), fault('token', refused)])
        await world.call('getUser')
      },
    ],
    'a page that goes and comes back at every step': [
      'nothing',
      async (world) => {
        for (const event of signUp) {
          await say(event)(world)
          await world.reload()
        }
      },
    ],
    'calls through the promise door, and signing out': [
      'nothing',
      async (world) => {
        await world.call('signIn', account)
        await world.call('signIn', { ...account, password: typed.wrongCode })
        await world.call('sendVerification', { phone_number })
        const { verification_id } = world.sandbox.inbox()[0]!
        await world.call('verify', { verification_id, verification_code: typed.wrongCode })
        await world.call('verify', { verification_id, verification_code: typed.code })
        await say({ type: 'session.end' })(world)
      },
    ],
  }
  const known = new Set<string>()

  test.each(Object.entries(journeys))('%s', async (_name, [interruption, travel]) => {
    const world = await openWatchedWorld(interruption)
    await world.sandbox.addUser(account)
    await travel(world)
    for (const [secret, name] of world.secrets) if (world.sent.has(secret)) known.add(name)
    expect(world.leaks()).toEqual([])
    await world.close()
  })

  test('every kind of secret was on its way', () => {
    const kinds = ['code', 'wrongCode', 'password', 'answer', 'access_token', 'refresh_token']
    expect([...known]).toEqual(
      expect.arrayContaining([...kinds, 'verification_token', 'captcha_token', 'token']),
    )
  })
})

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
      world.pass(60)
    },
    async askingResend(world) {
      await askForCode(world)
      world.pass(600)
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
    'captcha.answer': (world) => ({ text: world.pictureText() }),
    'profile.submit': () => ({ profile: { name: 'Li Hua' } }),
    'signUp.prepare': () => ({ profile: { name: 'Li Hua' } }),
  }
  const charts = [captcha, signIn, verification].map((chart) => chart(paperApi).root.states)
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
    const outcome = { calls: world.calls.slice(before), end: world.end() }
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
  const HOURS = 8000

  async function openExpired(edges: Edges = {}) {
    const world = await openWorld('nothing', edges)
    await world.call('signInAnonymously')
    world.pass(HOURS)
    return world
  }
  const codeOfReason = (settled: PromiseSettledResult<unknown>) =>
    (settled as PromiseRejectedResult).reason as AuthError

  test('is renewed once for a thousand callers of each kind', async () => {
    let sandbox: World['sandbox'] | undefined
    const world = await openExpired({
      // Not over a socket each: what counts is how often the one endpoint is called.
      wire: (input, init) => (sandbox?.fetch ?? fetch)(input as string, init),
    })
    ;({ sandbox } = world)
    const many = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 1000 }, call))
    const [users, accessTokens] = await Promise.all([
      many(() => world.auth.call('getUser')),
      many(() => world.auth.getAccessToken()),
    ])
    expect(renewals(world)).toBe(1)
    expect(new Set(users.map(({ sub }) => sub)).size).toBe(1)
    expect(new Set(accessTokens).size).toBe(1)
    await world.close()
  })

  test('tells every waiter of the one renewal that failed', async () => {
    const world = await openExpired()
    world.sandbox.faults([{ ...token, status: 503 }])
    const settled = await Promise.allSettled([
      ...Array.from({ length: 50 }, () => world.auth.getAccessToken()),
      ...Array.from({ length: 50 }, () => world.auth.call('getUser')),
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
        world.pass(HOURS)
        world.sandbox.faults([{ ...token, ...fault }])
        await expect(world.auth.getAccessToken()).rejects.toBeInstanceOf(AuthError)
        expect(world.sandbox.faults()).toEqual([])
        expect(world.auth.get().status).toBe('anonymous')
        expect(await world.storage.shared.get(SESSION)).toBeTruthy()
        world.pass(61)
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
    await expect(world.auth.call('getUser')).rejects.toMatchObject({ code: 'unavailable' })
    expect(await world.auth.getAccessToken()).toBe(accessToken)
    expect(await world.auth.call('getUser')).toHaveProperty('sub')
    expect(renewals(world)).toBe(1)
    expect(world.auth.get().status).toBe('anonymous')
    await world.close()
  })
})

describe('a subscriber', () => {
  const open = async (edges: Edges = {}) => {
    const world = await openWorld('nothing', edges)
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
    call: ({ auth }) => auth.call('getUser'),
    'call without a session': ({ auth }) => auth.call('revoke', { token: 'none' }),
    getAccessToken: ({ auth }) => auth.getAccessToken(),
    'getAccessToken of an expired session': (world) => {
      world.pass(8000)
      return world.auth.getAccessToken()
    },
    stop: ({ auth }) => auth.stop(),
  }
  type Watched = World & { watch(by: (event: InspectionEvent) => void): void }
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
    let inspect: ((event: InspectionEvent) => void) | undefined
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
    world.pass(8000)
    world.hold(/token$|me$/)
    const pending = use === 'call' ? world.auth.call('getUser') : world.auth.getAccessToken()
    await world.settle()
    world.auth.stop()
    await expect(pending).rejects.toMatchObject({ name: 'AuthError', code: 'cancelled' })
    world.letGo()
    await world.close()
  })
})
