import { describe, expect, test } from 'vitest'
import { captcha } from '../../machines/core/captcha.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { verification } from '../../machines/parts/verification.ts'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const account = { username: 'lihua', password: 'correct horse' }

const codeOf = ({ sandbox }: World) => sandbox.inbox()[0]?.code ?? 'none'

describe('one event is one request', () => {
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

  /** How to come to every state in which the user moves next. */
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
  const accepted = charts.flatMap((chart) =>
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

  test('signIn: every asking state of the charts is tested', () => {
    expect(new Set(Object.keys(states))).toEqual(new Set(accepted.map(([state]) => state)))
  })

  test.each(accepted)(
    'signIn: at %s a repeated %s sends no second request',
    async (state, type) => {
      const once = await submit(state, type, 1)
      expect(once.calls.length - new Set(once.calls).size).toBe(0)
      expect(await submit(state, type, 2)).toEqual(once)
      expect(await submit(state, type, 3)).toEqual(once)
    },
  )

  const malformed = [undefined, null, 42, {}, []]

  test.each(accepted)('signIn: at %s a malformed %s breaks nothing', async (state, type) => {
    for (const value of malformed) {
      const world = await openWorld()
      await states[state]!(world)
      const fields = Object.keys(payloads[type]?.(world) ?? {}).map((name) => [name, value])
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
    ['a sign-up by code', false, ['/verification', '/verification/verify', '/signup']],
    ['a sign-in by code', true, ['/verification', '/verification/verify', '/signin']],
  ])('signIn: %s sends three requests', async (_name, isUser, paths) => {
    const world = await openWorld()
    if (isUser) await world.sandbox.addUser({ phone_number })
    await submitCode(world)
    expect(world.auth.get().status).toBe('signedIn')
    expect(world.sandbox.requests().map(({ path }) => path.replace('/auth/v1', ''))).toEqual(paths)
    await world.close()
  })

  test('signIn: a sign-in by password sends one request', async () => {
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

test('signIn: a captcha and a reload while it is open change nothing', async () => {
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
