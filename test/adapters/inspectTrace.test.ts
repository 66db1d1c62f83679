import { describe, expect, onTestFinished, test } from 'vitest'
import { assign, createActor, setup } from 'xstate'
import {
  broadcast,
  inspector,
  readTrace,
  recorder,
  several,
  type TraceEntry,
} from '../../adapters/inspect/index.ts'
import { account } from '../../machines/flows/account.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { openWorld } from '../support/world.ts'

const phone = '13800000000'

/** Opens a world and records its trace. */
const record = async (options: Parameters<typeof openWorld>[0] = {}) => {
  const log = recorder()
  const world = await openWorld({ flows: { signIn, account }, inspector: log, ...options })
  onTestFinished(() => world.close())
  const send = async (event: object) => {
    world.auth.send(event as never)
    await world.settle()
  }
  const of = <T extends TraceEntry['type']>(type: T) =>
    log.trace().entries.filter((entry): entry is Extract<TraceEntry, { type: T }> => {
      return entry.type === type
    })
  return { world, log, send, of }
}

describe('trace', () => {
  test('every entry has a number and a time, and both only rise', async () => {
    const { log, send } = await record()
    await send({ type: 'flow.start', flow: 'signIn' })
    const { format, version, startedAt, entries } = log.trace()
    expect({ format, version }).toEqual({ format: 'authflow-trace', version: 1 })
    expect(Date.now() - startedAt).toBeLessThan(20_000)
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index))
    const times = entries.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('every event of the app is traced before its effects, taken or not', async () => {
    const { log, send, of } = await record()
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'code.submit', code: '314159' })
    await send({ type: 'my secret sentence' })
    await send({ type: 'contact.submit', phone_number: phone })
    expect(of('sent').map(({ event, taken }) => [event, taken])).toEqual([
      [{ type: 'flow.start', flow: 'signIn' }, true],
      [{ type: 'code.submit' }, false],
      [{ type: '•••' }, false],
      [{ type: 'contact.submit', phone_number: '•••••••••00' }, true],
    ])
    const { entries } = log.trace()
    const last = of('sent').at(-1)!
    expect(entries[last.n + 1]).toMatchObject({ type: 'event', event: last.event })
    expect(JSON.stringify(entries)).not.toContain('314159')
  })

  test('every request is traced with operation, status, time and request id', async () => {
    const { world, send, of } = await record()
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/verification', status: 429, body: { error: 'aborted' } },
      { method: 'POST', path: '/auth/v1/verification', drop: 'before' },
    ])
    await send({ type: 'flow.start', flow: 'signIn' })
    for (let times = 0; times < 3; times++) {
      await send({ type: 'contact.submit', phone_number: phone })
    }
    const call = { operation: 'sendVerification', method: 'POST', path: '/v1/verification' }
    const requestId = expect.stringMatching(/^[\da-f]{32}$/)
    const ms = expect.any(Number)
    const base = { n: ms, at: ms, type: 'call', ...call, ms, requestId }
    expect(of('call')).toEqual([
      { ...base, status: 429, code: 'aborted' },
      { ...base, code: 'unreachable' },
      { ...base, status: 200 },
    ])
  })

  test('the view is traced when it changes, without the user and the contact', async () => {
    const { world, send, of } = await record()
    await world.sandbox.addUser({ username: 'lovelace', password: 'Correct-horse-7' })
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'password.submit', username: 'lovelace', password: 'Wrong-horse-7' })
    await send({ type: 'password.submit', username: 'lovelace', password: 'Correct-horse-7' })
    const views = of('view').map(({ n, at, type, ...view }) => view)
    expect(views.map(({ status, step }) => [status, step].filter(Boolean).join(' '))).toEqual([
      'signedOut',
      'signedOut askingAccount',
      'signedOut checkingPassword',
      'signedOut askingAccount',
      'signedOut checkingPassword',
      'signedIn',
    ])
    expect(views[3]).toMatchObject({ flow: 'signIn', busy: false, error: { operation: 'signIn' } })
    expect(JSON.stringify(views)).not.toContain(world.auth.get().user!.uid)
  })

  test('the captcha dialog is in the view, without its picture', async () => {
    const { world, of } = await record({ config: { captchaOnEveryCall: 'on' } })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await world.settle({ answering: false })
    expect(of('view').at(-1)!.captcha).toEqual({ busy: false })
  })

  test('what a promise sends has its source', async () => {
    const { world, log, send } = await record({ config: { captchaOnEveryCall: 'on' } })
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: phone })
    await send({ type: 'code.submit', code: world.sandbox.inbox()[0]!.code })
    world.advance(7201)
    await world.call('getUser')
    const { entries } = log.trace()
    const names = new Map(
      entries.flatMap((e) => (e.type === 'actor' ? [[e.actor.sessionId, e]] : [])),
    )
    const sourcesOf = (type: string) =>
      entries.flatMap((entry) =>
        entry.type === 'event' && entry.event.type === type
          ? [names.get(entry.source ?? '')?.actor.id]
          : [],
      )
    expect(sourcesOf('captcha.require')).toContain('solveCaptcha')
    expect(sourcesOf('captcha.require')).not.toContain(undefined)
    expect(sourcesOf('captcha.spend')).not.toContain(undefined)
    expect(new Set(sourcesOf('tokens.refresh'))).toEqual(new Set(['refreshTokens']))
  })

  test('the first actor has its system id and its chart comes first', async () => {
    const { log } = await record()
    expect(log.trace().entries.slice(0, 2)).toMatchObject([
      { type: 'machine', machine: 'session' },
      { type: 'actor', actor: { machine: 'session', systemId: 'session' } },
    ])
  })

  test('the session shows the flows that the app has', async () => {
    const { of } = await record()
    expect(of('snapshot').findLast(({ actor }) => actor.systemId === 'session')).toMatchObject({
      snapshot: { context: { flows: ['signIn', 'account'] } },
    })
  })

  test('a machine that ends by throwing is seen in its last state and with its last step', async () => {
    const { world, of } = await record({ config: { captchaOnEveryCall: 'on' } })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await world.settle({ answering: false })
    world.auth.send({ type: 'captcha.cancel' })
    await world.settle()
    expect(of('snapshot').findLast(({ actor }) => actor.machine === 'request')).toMatchObject({
      snapshot: { status: 'error', value: 'failed', error: { code: 'cancelled' } },
    })
    expect(of('microstep').flatMap(({ taken }) => taken)).toContainEqual({
      from: 'request.challenged',
      to: 'request.failed',
    })
  })

  test('a nested machine that ends by throwing is seen in its last state', () => {
    const trace: TraceEntry[] = []
    const child = setup({
      actions: {
        note: assign({}),
        fail: () => {
          throw new Error('no')
        },
      },
    }).createMachine({
      id: 'child',
      initial: 'outer',
      states: {
        outer: {
          initial: 'a',
          states: { a: { on: { go: '#bad' } }, b: { id: 'bad', entry: 'fail' } },
        },
      },
    })
    const parent = setup({ actors: { child } }).createMachine({
      invoke: { id: 'child', src: 'child', onError: { actions: () => undefined } },
    })
    const actor = createActor(parent, { inspect: inspector((entry) => trace.push(entry)).observe })
    actor.start()
    actor.getSnapshot().children['child']!.send({ type: 'go' } as never)
    expect(trace.findLast((e) => e.type === 'snapshot' && e.actor.id === 'child')).toMatchObject({
      snapshot: { status: 'error', value: { outer: 'b' } },
    })
  })
})

describe('recorder', () => {
  test.each([0, -1, NaN, 0.5])('a keep of %s would never drop an entry and is refused', (keep) => {
    for (const create of [recorder, broadcast])
      expect(() => create({ keep })).toThrow(/keep must be a whole number above 0, or Infinity/)
    expect(recorder({ keep: Infinity }).trace().entries).toEqual([])
  })

  test('keeps at most so many entries, and the charts and running actors of those it drops', async () => {
    const log = recorder({ keep: 100 })
    const all: TraceEntry[] = []
    const { world, send } = await record({
      inspector: several(
        log,
        inspector((entry) => all.push(entry)),
      ),
    })
    for (let times = 0; times < 20; times++) {
      await send({ type: 'flow.start', flow: 'signIn' })
      await send({ type: 'contact.submit', phone_number: phone })
      await send({ type: 'flow.cancel' })
    }
    await send({ type: 'flow.start', flow: 'signIn' })
    expect(all.length).toBeGreaterThan(500)
    const { entries } = readTrace(JSON.parse(JSON.stringify(log.trace())))
    expect(entries.length).toBeLessThan(130)
    const introduced = new Set(
      entries.flatMap((e) => (e.type === 'actor' ? e.actor.sessionId : [])),
    )
    const running = ['session', 'captcha', 'tokens', 'flow'].map((id) => world.actor(id).sessionId)
    expect([...introduced]).toEqual(expect.arrayContaining(running))
    const charts = entries.flatMap((e) => (e.type === 'machine' ? [e.machine] : []))
    expect(charts).toEqual(expect.arrayContaining(['session', 'signIn', 'verification', 'request']))
    // What is left is a part of the whole trace.
    expect(all).toEqual(expect.arrayContaining(entries))
  })

  test('several: each entry is made once, and a sink that throws does not stop the others', () => {
    const first: TraceEntry[] = []
    const second: TraceEntry[] = []
    const both = several(
      inspector((entry) => first.push(entry)),
      inspector((entry) => second.push(entry)),
    )
    createActor(setup({}).createMachine({ id: 'own' }), { inspect: both.observe }).start()
    expect(first.length).toBeGreaterThan(2)
    expect(first.every((entry, index) => entry === second[index])).toBe(true)
  })
})

describe('readTrace', () => {
  const good = { format: 'authflow-trace', version: 1, package: '0.1.0', startedAt: 1, entries: [] }

  test('reads what a recorder wrote', async () => {
    const { log, send } = await record()
    await send({ type: 'flow.start', flow: 'signIn' })
    const trace = log.trace()
    expect(readTrace(JSON.stringify(trace))).toEqual(trace)
  })

  test.each([
    ['text that is not JSON', '{', /not JSON/],
    ['another file', { hello: 1 }, /not a trace/],
    ['a list', [], /not a trace/],
    ['a newer version', { ...good, version: 2 }, /version 2.*reads version 1: update/],
    ['an older version', { ...good, version: 0 }, /version 0.*record it again/],
    ['a trace without a version', { ...good, version: undefined }, /record it again/],
    ['a trace without entries', { ...good, entries: undefined }, /damaged/],
    ['an entry of an unknown type', { ...good, entries: [{ n: 0, at: 0, type: 'x' }] }, /entry 0/],
    [
      'an event without an actor',
      { ...good, entries: [{ n: 0, at: 0, type: 'event' }] },
      /entry 0/,
    ],
    [
      'entries out of order',
      { ...good, entries: [1, 1].map((n) => ({ n, at: 0, type: 'call' })) },
      /entry 1/,
    ],
  ])('refuses %s and says why', (_, source, why) => {
    expect(() => readTrace(source)).toThrow(why)
    expect(() => readTrace(source)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
