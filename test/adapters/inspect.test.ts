import { createBrowserInspector, createInspector } from '@statelyai/inspect'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { assign, createActor, fromPromise, type InspectionEvent, setup } from 'xstate'
import { account, provider, resetPassword, upgrade } from '../../adapters/client/index.ts'
import {
  inspector,
  legacyInspector,
  redact,
  several,
  statelyInspector,
  type TraceEntry,
} from '../../adapters/inspect/index.ts'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { createFeed } from '../../adapters/inspect/feed.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import type { Config } from '../../sandbox/index.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { consentAt } from '../support/idp.ts'
import { openWorld, type World } from '../support/world.ts'

const phone = '+86 13800000000'
const email = 'countess.lovelace@example.com'
const username = 'lovelace'
const password = 'Correct-horse-7'
const newPassword = 'Battery-staple-8'
const name = 'Augusta Ada'
const redirect_uri = 'https://app.example/back'

/** What the user types and is identified by: none of it may be traced. */
const typed = [phone, '13800000000', email, username, password, newPassword, name]

/** Fields of requests and responses whose texts may not be traced. */
const SECRET =
  /^(access_token|refresh_token|captcha_token|verification_token|sudo_token|provider_token|provider_code|provider_profile|verification_code|verification_id|token|key|data|password|new_password|ticket|sub|uri|email|phone_number|username|name)$/

interface Recording {
  world: World
  send(event: object): Promise<void>
  /** Secrets that were typed, or that occurred in a request or response. */
  canaries(): string[]
  trace: TraceEntry[]
  /** What inspector pages and the receiver of `@xstate/inspect` were sent. */
  posted: object[]
  /** What `@statelyai/inspect` sent, once it has sent everything. */
  sent(): Promise<object[]>
  /** All texts in the unredacted inspection events, secrets unwrapped. */
  raw: Set<string>
}

/** Opens a world and records its inspection events: as a trace, through Stately, and unredacted. */
async function record(config: Partial<Config> = {}): Promise<Recording> {
  const known = new Set(typed)
  const trace: TraceEntry[] = []
  const sent: object[] = []
  const raw = new Set<string>()
  /** What goes to inspector pages, and to a receiver of `@xstate/inspect`. */
  const posted: object[] = []
  const feed = createFeed(5000, (message) => posted.push(structuredClone(message)))
  const legacy = legacyInspector((message) => posted.push(message))
  feed.receive({ type: 'open' })
  legacy.receive({ type: 'xstate.inspecting' })
  const observer = several(
    inspector((entry) => trace.push(entry)),
    inspector(feed.add),
    legacy,
    statelyInspector(createInspector({ send: (event) => void sent.push(event) })),
  )
  const world = await openWorld({
    config,
    flows: { signIn, upgrade, provider, resetPassword, account },
    wire: async (input, init) => {
      const response = await fetch(input, init)
      const { searchParams } = new URL(input as string)
      for (const [field, text] of searchParams) if (SECRET.test(field)) known.add(text)
      known.add(String(new Headers(init?.headers).get('authorization')).replace('Bearer ', ''))
      for (const body of [init?.body as string, await response.clone().text()]) {
        collect(parse(body), (text, field) => SECRET.test(field) && known.add(text))
      }
      return response
    },
    inspector: observer,
    inspect(event) {
      const { event: of, snapshot } = event as { event?: object; snapshot?: object }
      for (const part of [of, snapshot]) collect(part, (text) => raw.add(text))
    },
  })
  onTestFinished(() => world.close())
  return {
    world,
    trace,
    posted,
    raw,
    async send(event) {
      world.auth.send(event as never)
      await world.settle()
    },
    canaries: () => [...known].filter((text) => text.length >= 4 && text !== 'null'),
    async sent() {
      // Stately's inspector converts each event in a task of its own.
      await new Promise((resolve) => setTimeout(resolve))
      return sent
    },
  }
}

const parse = (text?: string): unknown => {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Finds every text in a value, with the name of its field; secrets are unwrapped. */
function collect(
  value: unknown,
  found: (text: string, field: string) => unknown,
  field = '',
  seen = new Set<unknown>(),
): void {
  if (typeof value === 'string') return void found(value, field)
  if (value instanceof Secret) return void found(value.reveal(), field)
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  for (const [key, part] of Object.entries(value)) {
    // These fields of a snapshot hold no data.
    if (!['machine', 'children', '_nodes', 'historyValue'].includes(key)) {
      collect(part, found, Array.isArray(value) ? field : key, seen)
    }
  }
}

/** Returns the canaries that occur in a value, except as a part of a longer number or word. */
const leaks = (canaries: string[], output: unknown): string[] => {
  const text = JSON.stringify(output)
  return canaries.filter((canary) => {
    const inside = JSON.stringify(canary).slice(1, -1)
    const literal = inside.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    return new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`).test(text)
  })
}

const codeIn = (world: World) => world.sandbox.inbox()[0]!.code
const wrongCode = (world: World) => (codeIn(world) === '000000' ? '111111' : '000000')

async function submitCode({ world, send }: Recording) {
  await send({ type: 'code.submit', code: codeIn(world) })
}

async function signInByPassword({ world, send }: Recording, more: object = {}) {
  await world.sandbox.addUser({ username, password, ...more })
  await send({ type: 'flow.start', flow: 'signIn' })
  await send({ type: 'password.submit', username, password })
  expect(world.summarize()).toBe('signedIn: no flow')
}

const scenarios: Record<string, (recording: Recording) => Promise<void>> = {
  async 'signing up with wrong and right captcha answers'({ world, send }) {
    world.sandbox.config({ captchaOnEveryCall: 'on' })
    await send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await world.settle({ answering: false })
    world.answerCaptcha('gues')
    await world.settle()
    await send({ type: 'signUp.prepare', profile: { name, username }, password })
    await send({ type: 'code.submit', code: wrongCode(world) })
    await send({ type: 'code.submit', code: codeIn(world) })
    expect(world.summarize()).toBe('signedIn: no flow')
    await world.call('getUser')
  },

  async 'signing in by password, then by e-mail with a wrong password first'(recording) {
    const { world, send } = recording
    await signInByPassword(recording, { email })
    await send({ type: 'session.end' })
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'password.submit', username: email, password: newPassword })
    expect(world.summarize()).toMatch(/^signedOut: signIn\.askingAccount \(signIn: \w+\)$/)
    await send({ type: 'password.submit', username: email, password })
    expect(world.summarize()).toBe('signedIn: no flow')
  },

  async 'editing the account, then deleting it'(recording) {
    const { world, send } = recording
    await signInByPassword(recording, { phone_number: phone })
    await send({ type: 'flow.start', flow: 'account' })
    await send({ type: 'password.change', password: newPassword })
    await send({ type: 'code.request' })
    await submitCode(recording)
    await send({ type: 'contact.replace', email })
    await submitCode(recording)
    await send({ type: 'profile.submit', profile: { name } })
    expect(world.sandbox.users()).toMatchObject([{ email, name }])
    await send({ type: 'account.delete' })
    expect(world.sandbox.users()).toEqual([])
  },

  async 'refreshing tokens after failed attempts'(recording) {
    const { world } = recording
    await signInByPassword(recording)
    for (const fault of [{ drop: 'before' as const }, { status: 200, body: {} }]) {
      world.sandbox.faults([{ method: 'POST', path: '/auth/v1/token', ...fault }])
      world.advance(7201)
      await world.call('getUser').catch(() => undefined)
    }
    world.advance(600)
    await world.call('getUser')
    expect(await world.auth.getAccessToken()).toEqual(expect.any(String))
    expect(world.countRefreshes()).toBeGreaterThan(1)
  },

  async 'receiving responses that repeat the request, and losing connections'({ world, send }) {
    const echo = { error: password, error_description: `${phone} ${email} ${password}` }
    await world.sandbox.addUser({ username, password })
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/verification', status: 400, body: echo },
      { method: 'POST', path: '/auth/v1/signin', status: 500, body: echo },
      { method: 'POST', path: '/auth/v1/signin', drop: 'after' },
      { method: 'POST', path: '/auth/v1/signin', status: 200, body: `<p>${password}</p>` },
    ])
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: phone })
    for (let times = 0; times < 3; times++) {
      await send({ type: 'password.submit', username, password })
      expect(world.auth.get().error).toBeDefined()
    }
  },

  async 'signing in by a provider, by redirect and by popup'({ world, send }) {
    const where = { provider_id: 'demo_idp', redirect_uri }
    await send({ type: 'flow.start', flow: 'provider', input: where })
    await send({ type: 'provider.return', url: `${redirect_uri}?code=foreign-code&state=none` })
    await send({ type: 'provider.return', url: await consentAt(world.redirects.at(-1)!) })
    expect(world.summarize()).toBe('signedIn: no flow')
    await send({ type: 'session.end' })
    await send({ type: 'flow.start', flow: 'provider', input: { ...where, isPopup: true } })
    const { uri, resolve } = await vi.waitFor(() => {
      expect(world.popups).toHaveLength(1)
      return world.popups[0]!
    })
    resolve(await consentAt(uri))
    await world.settle()
    expect(world.summarize()).toBe('signedIn: no flow')
  },

  async 'upgrading an anonymous user'(recording) {
    const { world, send } = recording
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'guest.enter' })
    await send({ type: 'flow.start', flow: 'upgrade' })
    await send({ type: 'contact.submit', email })
    await submitCode(recording)
    expect(world.sandbox.users()).toMatchObject([{ email }])
  },

  async 'signing in by ticket and resetting a password'(recording) {
    const { world, send } = recording
    const { sub } = await world.sandbox.addUser({ phone_number: phone, password })
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'ticket.submit', ticket: await world.sandbox.mintTicket(sub) })
    await send({ type: 'session.end' })
    await send({ type: 'flow.start', flow: 'resetPassword' })
    await send({ type: 'contact.submit', phone_number: phone })
    await submitCode(recording)
    await send({ type: 'password.submit', password: newPassword })
    expect(world.summarize()).toBe('signedIn: no flow')
  },

  async 'calling endpoints through auth.call'({ world }) {
    const sent = await world.call('sendVerification', { email })
    const { verification_id } = sent as { verification_id: string }
    const code = { verification_id, verification_code: codeIn(world) }
    const { verification_token } = (await world.call('verify', code)) as typeof code & {
      verification_token: string
    }
    await world.call('signUp', { email, verification_token, password, name })
    await world.call('signIn', { username: email, password })
    const { sudo_token } = (await world.call('sudo', { password })) as { sudo_token: string }
    await world.call('setPassword', { new_password: newPassword, sudo_token })
    await world.call('signIn', { username: email, password }).catch(() => undefined)
    expect(world.auth.get().status).toBe('signedIn')
  },
}

describe('inspectors: no secret is traced', () => {
  test.each(Object.entries(scenarios))('while %s', async (_, run) => {
    const recording = await record()
    await run(recording)
    const { canaries, trace, posted, sent, raw } = recording

    // The unredacted events contain them.
    expect(leaks(canaries(), [...raw]).length).toBeGreaterThan(3)
    expect(trace.length).toBeGreaterThan(20)
    expect(leaks(canaries(), trace)).toEqual([])
    // The trace is plain JSON without getters or prototypes.
    expect(JSON.parse(JSON.stringify(trace))).toStrictEqual(trace)

    await vi.waitFor(() => expect(posted.length).toBeGreaterThan(20))
    expect(leaks(canaries(), posted)).toEqual([])

    const events = await sent()
    expect(events.length).toBeGreaterThan(10)
    expect(leaks(canaries(), events)).toEqual([])
  })

  test('this check finds secrets when Stately’s inspector is used without redaction', async () => {
    const sent: object[] = []
    const unredacted = createInspector({ send: (event) => void sent.push(event) })
    const world = await openWorld({
      inspect: (event) => unredacted.inspect.next?.(event),
    })
    onTestFinished(() => world.close())
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await world.settle()
    await vi.waitFor(() => expect(leaks([phone], sent)).toEqual([phone]))
  })

  test('in the window of Stately’s browser inspector', async () => {
    const posted: unknown[] = []
    let connect: (event: object) => void = () => undefined
    const window = {
      open: () => ({ postMessage: (message: unknown) => posted.push(message) }),
      addEventListener: (_: string, listener: typeof connect) => (connect = listener),
    }
    const inspect = statelyInspector(
      createBrowserInspector({ window: window as unknown as Window, url: 'about:blank' }),
    )
    connect({ data: { type: '@statelyai.connected' } })
    const world = await openWorld({ inspect: inspect.observe })
    onTestFinished(() => world.close())
    await world.sandbox.addUser({ username, password })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'password.submit', username, password })
    await world.settle()
    await vi.waitFor(() => expect(posted.length).toBeGreaterThan(20))
    expect(leaks(typed, posted)).toEqual([])
  })
})

describe('inspectors', () => {
  const signUp = async () => {
    const recording = await record()
    const { send } = recording
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: phone })
    await submitCode(recording)
    await send({ type: 'profile.skip' })
    return recording
  }

  test('a trace shows the states of every machine, masked contacts and deadlines', async () => {
    const { trace } = await signUp()
    const snapshots = trace.filter((step) => step.type === 'snapshot')
    const statesOf = (machine: string) => {
      const values = snapshots
        .filter(({ actor }) => actor.machine === machine)
        .map(({ snapshot }) => snapshot.value)
      return values.filter((value, index) => value !== values[index - 1])
    }
    expect(statesOf('signIn')).toEqual([
      'askingAccount',
      'verification',
      'signingUp',
      'askingProfile',
      'done',
    ])
    expect(statesOf('verification')).toEqual([
      'sendingCode',
      'askingCode',
      'verifyingCode',
      'verified',
    ])
    expect(snapshots.find(({ snapshot }) => snapshot.value === 'askingCode')).toMatchObject({
      actor: { id: 'verification', machine: 'verification' },
      snapshot: {
        status: 'active',
        tags: ['asking'],
        context: {
          contact: { phone_number: '+•• •••••••••00' },
          resendAt: expect.any(Number),
          expiresAt: expect.any(Number),
        },
      },
    })
    expect(snapshots.findLast(({ actor }) => actor.systemId === 'session')).toMatchObject({
      actor: { machine: 'session' },
      snapshot: { value: { status: 'signedIn', flow: 'idle' }, context: { status: 'signedIn' } },
    })
    expect(trace).toContainEqual(
      expect.objectContaining({
        type: 'event',
        event: { type: 'contact.submit', phone_number: '+•• •••••••••00' },
      }),
    )
  })

  test('a trace shows when an elevation expires, not its token', async () => {
    const recording = await record()
    await signInByPassword(recording, { email })
    await recording.send({ type: 'flow.start', flow: 'account' })
    await recording.send({ type: 'password.change', password: newPassword })
    await recording.send({ type: 'password.submit', password })
    const last = (machine: string) =>
      recording.trace.findLast((step) => step.type === 'snapshot' && step.actor.machine === machine)
    const elevated = { isNeedless: false, expiresAt: expect.any(Number) }
    expect(last('elevation')).toMatchObject({
      snapshot: {
        value: 'elevated',
        context: { contact: { email: 'c•••@example.com' }, elevated },
      },
    })
    expect(last('account')).toHaveProperty('snapshot.context.sudo', elevated)
  })

  test('a trace shows each microstep by the ids of the state nodes', async () => {
    const { trace } = await signUp()
    const taken = trace.flatMap((step) => (step.type === 'microstep' ? step.taken : []))
    expect(taken).toEqual(
      expect.arrayContaining([
        { from: 'signIn.verification', to: 'signIn.choosingWay' },
        { from: 'signIn.choosingWay', to: 'signIn.signingUp' },
      ]),
    )
  })

  test('a trace shows each machine’s chart once, before the first actor that runs it', async () => {
    const { trace } = await signUp()
    const charts = trace.flatMap((step) => (step.type === 'machine' ? [step.machine] : []))
    expect(charts).toEqual([...new Set(charts)])
    expect(charts).toEqual(
      expect.arrayContaining(['session', 'tokens', 'captcha', 'signIn', 'verification', 'request']),
    )
    for (const machine of charts) {
      const isOf = (step: TraceEntry) => step.type === 'actor' && step.actor.machine === machine
      const chart = trace.findIndex((step) => step.type === 'machine' && step.machine === machine)
      expect(chart).toBeLessThan(trace.findIndex(isOf))
    }
  })

  test('a trace shows code, operation and state of a failed call, not the description', async () => {
    const { world, trace } = await record()
    await world.call('getUser').catch(() => undefined)
    world.sandbox.faults([
      {
        method: 'POST',
        path: '/auth/v1/signin',
        status: 429,
        body: {
          error: 'resource_exhausted',
          error_description: phone,
          retry_after: 30,
        },
      },
    ])
    await world.call('signIn', { username, password }).catch(() => undefined)
    const ends = trace.flatMap((step) =>
      step.type === 'snapshot' && step.actor.machine === 'request' && step.snapshot.error
        ? [[step.snapshot.value, step.snapshot.error]]
        : [],
    )
    const requestId = expect.stringMatching(/^[\da-f]{32}$/)
    expect(JSON.stringify(ends)).not.toContain(phone)
    expect(ends).toMatchObject([
      ['failed', { code: 'unauthenticated' }],
      [
        'failed',
        { code: 'resource_exhausted', operation: 'signIn', status: 429, retryAfter: 30, requestId },
      ],
    ])
  })

  test('statelyInspector ignores an inspector without `inspect`, as on a server', async () => {
    const { observe } = statelyInspector({})
    const world = await openWorld({ inspect: observe })
    onTestFinished(() => world.close())
    expect(world.summarize()).toBe('signedOut: no flow')
  })

  test('Stately’s inspector receives every actor with its name, chart and parent', async () => {
    const { sent } = await signUp()
    type Sent = { type: string; name: string; sessionId: string; parentId?: string; rootId: string }
    const events = (await sent()) as (Sent & { definition: string })[]
    const actors = events.filter(({ type }) => type === '@xstate.actor')
    const named = (name: string) => actors.find((actor) => actor.name === name)!
    expect(JSON.parse(named('flow').definition)).toMatchObject({
      id: 'signIn',
      initial: 'askingAccount',
      states: { done: { type: 'final' }, askingAccount: { tags: ['asking'] } },
    })
    expect(named('verification').parentId).toBe(named('flow').sessionId)
    expect(named('verification').rootId).toBe(named('session').sessionId)
    const [snapshot] = events.filter(
      ({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === named('flow').sessionId,
    )
    expect(snapshot).toMatchObject({ snapshot: { value: 'askingAccount', status: 'active' } })
  })
})

describe('statelyInspector: attach', () => {
  type Sent = { type: string; name: string; sessionId: string; parentId?: string }
  type Snapshot = { snapshot: { value?: unknown; context?: object } }

  /** Opens a world whose inspector has no target yet; `attach` attaches one. */
  const begin = async () => {
    const inspect = statelyInspector()
    const world = await openWorld({ inspect: inspect.observe })
    onTestFinished(() => world.close())
    const attach = async () => {
      const sent: (Sent & Snapshot)[] = []
      inspect.attach(createInspector({ send: (event) => void sent.push(event as never) }))
      const settled = () => new Promise((resolve) => setTimeout(resolve))
      await settled()
      return { sent, settled, now: [...sent] }
    }
    const send = async (event: object) => {
      world.auth.send(event as never)
      await world.settle()
    }
    return { world, inspect, attach, send }
  }

  test('begins with the running actors and their snapshots, then goes on', async () => {
    const { world, attach, send } = await begin()
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: phone })
    const { sent, settled, now } = await attach()
    expect(new Set(now.map(({ type }) => type))).toEqual(new Set(['@xstate.actor']))
    expect(now.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['session', 'tokens', 'captcha', 'flow', 'verification']),
    )
    expect(now.find(({ name }) => name === 'verification')).toMatchObject({
      snapshot: { value: 'askingCode', context: { contact: { phone_number: '+•• •••••••••00' } } },
    })
    // Every actor follows its parent.
    for (const [index, { parentId }] of now.entries()) {
      const before = now.slice(0, index).map(({ sessionId }) => sessionId)
      expect(parentId === undefined || before.includes(parentId)).toBe(true)
    }
    await send({ type: 'code.submit', code: codeIn(world) })
    await settled()
    expect(sent.at(-1)).toMatchObject({ type: '@xstate.snapshot' })
    expect(sent.map(({ snapshot }) => snapshot?.value)).toContain('verifyingCode')
    expect(leaks([...typed, codeIn(world)], sent)).toEqual([])
  })

  test('does not include actors that have ended', async () => {
    const { world, attach, send } = await begin()
    const { now } = await attach()
    for (let times = 0; times < 3; times++) {
      await send({ type: 'flow.start', flow: 'signIn' })
      await send({ type: 'contact.submit', phone_number: phone })
      await send({ type: 'flow.cancel' })
      await world.call('getUser').catch(() => undefined)
    }
    expect(world.summarize()).toBe('signedOut: no flow')
    const names = (events: Sent[]) => events.map(({ name }) => name)
    // The first call has started the actor that runs calls.
    expect(names((await attach()).now)).toEqual([...names(now), 'calls'])
  })

  test('does not include an actor that receives an event after its end', () => {
    const next = vi.fn<(event: never) => void>()
    const inspect = statelyInspector()
    const logic = setup({}).createMachine({ id: 'own' })
    const actor = createActor(logic, { inspect: inspect.observe }).start()
    actor.stop()
    actor.send({ type: 'own.event' })
    inspect.attach({ inspect: { next } })
    expect(next).not.toHaveBeenCalled()
  })

  test('without an inspector stops forwarding', async () => {
    const { inspect, attach, send } = await begin()
    const { sent, settled, now } = await attach()
    inspect.attach()
    await send({ type: 'flow.start', flow: 'signIn' })
    await settled()
    expect(sent).toEqual(now)
  })
})

describe('inspectors: any machine', () => {
  /** The last snapshot of a trace. */
  const lastOf = (trace: TraceEntry[]) => trace.findLast((step) => step.type === 'snapshot')!

  const own = (id: string, context: object) =>
    setup({
      types: { context: {} as object, events: {} as { type: string } },
      actions: { keep: assign(({ event }) => event) },
    }).createMachine({
      id,
      context,
      initial: 'idle',
      states: { idle: { on: { '*': { actions: 'keep' } } } },
    })

  const run = (id: string, context: object, ...events: { type: string }[]) => {
    const trace: TraceEntry[] = []
    const { observe } = inspector((step) => trace.push(step))
    const actor = createActor(own(id, context), { inspect: observe }).start()
    for (const event of events) actor.send(event)
    return trace
  }

  test.each([
    ['a field that is not listed', { pin: '0012340056' }],
    ['a text in a field for numbers', { expiresAt: password, serial: password }],
    ['an object in a field for text', { contact: { phone_number: { password } } }],
    ['a password typed as a phone number', { contact: { phone_number: password } }],
    ['a password typed as an e-mail address', { contact: { email: `x${password}@` } }],
    ['a contact that is not an object', { contact: phone }],
    ['a sentence in a field for names', { purpose: `of ${password}`, target: password + '!' }],
    ['an error of another kind', { error: new TypeError(password) }],
    ['an error that is a text', { error: password }],
    [
      'an AuthError with a password as its code',
      { error: new AuthError(password, { description: phone }) },
    ],
  ])('%s is not traced', (_, context) => {
    for (const id of ['verification', 'tokens', 'captcha', 'signIn', 'constructor', 'own']) {
      const events = ['contact.submit', 'tokens.lost', 'flow.start', 'own.event', '__proto__']
      const trace = run(id, context, ...events.map((type) => ({ type, ...context })))
      expect(leaks(['0012340056', 'orse', ...typed], trace)).toEqual([])
      expect(JSON.stringify(trace)).not.toContain('orse-7')
      expect(lastOf(trace).snapshot).toMatchObject({ status: 'active', value: 'idle' })
    }
  })

  test('input and output of a promise actor are not traced', async () => {
    const trace: TraceEntry[] = []
    const { observe } = inspector((step) => trace.push(step))
    const logic = fromPromise<object, object>(async ({ input }) => input)
    const actor = createActor(logic, { input: { password }, inspect: observe }).start()
    await vi.waitFor(() => expect(actor.getSnapshot().status).toBe('done'))
    expect(lastOf(trace).snapshot).toEqual({ status: 'done' })
    expect(JSON.stringify(trace)).not.toContain(password)
  })

  test('a sink that throws is reported and does not stop the actor', async () => {
    const reported: unknown[] = []
    const real = globalThis.queueMicrotask
    vi.stubGlobal('queueMicrotask', (run: () => void) =>
      real(() => {
        try {
          run()
        } catch (thrown) {
          reported.push(thrown)
        }
      }),
    )
    onTestFinished(() => void vi.unstubAllGlobals())
    const { observe } = inspector(() => {
      throw new Error('full')
    })
    const actor = createActor(own('own', {}), { inspect: observe }).start()
    actor.send({ type: 'own.event' })
    expect(actor.getSnapshot().status).toBe('active')
    await vi.waitFor(() => expect(reported.length).toBeGreaterThan(2))
    expect(reported[0]).toEqual(new Error('full'))
  })

  test('inspection events of actions are not traced', () => {
    const { actorRef } = { actorRef: createActor(own('own', {})) }
    const action = { type: 'keep', params: { password } }
    const event = { type: '@xstate.action', rootId: 'x:0', actorRef, action } as InspectionEvent
    expect(redact(event)).toBeUndefined()
  })
})

test('createAuth: a function as `inspect` is refused', () => {
  const observe = vi.fn<() => void>()
  const create = () =>
    createAuth({
      env: 'demo',
      flows: { signIn },
      // @ts-expect-error only an object made by `inspector`
      inspect: observe,
    })
  expect(create).toThrow('inspect must be made by inspector()')
})
