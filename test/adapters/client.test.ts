import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { AuthError, provider, signIn } from 'cloudbase-authflow'
import { getUser, signInAnonymously } from 'cloudbase-authflow/endpoints'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld({ flows: { signIn, provider } })
})
afterEach(() => world.close())

async function send(event: object) {
  world.auth.send(event as never)
  await world.settle()
}

const failure = async (call: Promise<unknown>) => call.catch((thrown: unknown) => thrown)

/** Records `console.warn` until the end of the test. */
function watchWarnings() {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
  return {
    /** @returns the warnings since the last call */
    async read() {
      await world.settle()
      const lines = warn.mock.calls.map((line) => line.join(' '))
      warn.mockClear()
      return lines
    },
  }
}

describe('call', () => {
  const call = () => failure(world.auth.call(signInAnonymously))
  const cancelled = { code: 'cancelled', operation: 'signInAnonymously' }

  test('client: stop cancels a call at once, and the next start does not send it', async () => {
    const atOnce = call()
    world.auth.stop()
    expect(await atOnce).toMatchObject(cancelled)
    world.auth.start()
    const before = call()
    world.auth.stop()
    world.auth.start()
    expect(await before).toMatchObject(cancelled)
    expect(world.calls).toEqual([])
  })

  test('client: a call before start fails, unless start follows in the same task', async () => {
    world.auth.stop()
    expect(await call()).toMatchObject({ code: 'failed_precondition' })
    const early = call()
    world.auth.start()
    expect(await early).toMatchObject({ scope: 'anonymous' })
  })
})

describe('getAccessToken', () => {
  test('client: getAccessToken returns the same promise while nothing has changed', async () => {
    await world.call('signInAnonymously')
    const token = await world.auth.getAccessToken()
    const first = world.auth.getAccessToken()
    expect(world.auth.getAccessToken()).toBe(first)
    await send({ type: 'flow.start', flow: 'signIn' })
    expect(world.auth.getAccessToken()).toBe(first)
    expect(await first).toBe(token)
    expect(world.countRefreshes()).toBe(0)
  })

  test('client: getAccessToken returns a new token once the last one has expired', async () => {
    await world.call('signInAnonymously')
    const token = await world.auth.getAccessToken()
    world.advance(8000)
    const next = await world.auth.getAccessToken()
    expect(next).not.toBe(token)
    expect(await world.auth.getAccessToken()).toBe(next)
    expect(world.countRefreshes()).toBe(1)
  })

  test('client: getAccessToken returns no token of a session that has ended', async () => {
    await world.call('signInAnonymously')
    await world.auth.getAccessToken()
    await send({ type: 'session.end' })
    expect(await failure(world.auth.getAccessToken())).toMatchObject({ code: 'unauthenticated' })
    await world.call('signInAnonymously')
    const token = await world.auth.getAccessToken()
    expect(await world.auth.getAccessToken()).toBe(token)
  })

  test('client: stop in the same task rejects getAccessToken with `cancelled`', async () => {
    await world.call('signInAnonymously')
    world.advance(8000)
    const warnings = watchWarnings()
    const pending = failure(world.auth.getAccessToken())
    world.auth.stop()
    expect(await pending).toMatchObject({ name: 'AuthError', code: 'cancelled' })
    expect(await warnings.read()).toEqual([])
    expect(world.countRefreshes()).toBe(0)
  })
})

describe('a call that cannot be made', () => {
  test.each<[unknown, unknown]>([
    [undefined, {}],
    [null, {}],
    ['getUser', {}],
    [{}, {}],
    [{ operation: 'getUser' }, {}],
    [getUser, 5],
    [getUser, null],
    [getUser, 'uid'],
  ])('client: call(%j, %j) is refused, and the client goes on', async (endpoint, params) => {
    const call = world.auth.call(endpoint as never, params as never)
    await expect(call).rejects.toMatchObject({ code: 'invalid_argument', operation: 'call' })
    await world.call('signInAnonymously')
    expect(world.auth.get().status).toBe('anonymous')
  })
})

test.each<[string, (auth: World['auth']) => unknown]>([
  ['a number as a listener', (auth) => auth.subscribe(5 as never)],
  ['an observer as a listener', (auth) => auth.subscribe({ next() {} } as never)],
  ['no listener of an event', (auth) => auth.on('signedIn', undefined as never)],
  ['a listener of an event that never comes', (auth) => auth.on('signIn' as never, () => {})],
])('client: %s is refused, and the client goes on', async (_, use) => {
  expect(() => use(world.auth)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  await world.call('signInAnonymously')
  expect(world.auth.get().status).toBe('anonymous')
})

describe('an event that nothing takes', () => {
  const code = { type: 'code.submit', code: 'canaryOfTheCode' }
  const password = { type: 'password.submit', username: 'li', password: 'canary of the password' }

  test('client: an ignored event warns once with the step and the accepted events', async () => {
    const warnings = watchWarnings()
    const typo = { type: 'code.summit', code: 'canaryOfTheCode' }
    await send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send(typo as never)
    const [warning, ...others] = await warnings.read()
    expect(others).toEqual([])
    expect(warning).toContain('code.summit at signIn.askingAccount')
    for (const type of ['contact.submit', 'password.submit', 'guest.enter', 'flow.cancel']) {
      expect(warning).toContain(type)
    }
    // Events between actors are not for apps.
    expect(warning).not.toMatch(/xstate|tokens|calls|codes|code\.sent|code\.spent|resume/)
    world.auth.send(typo as never)
    expect(await warnings.read()).toEqual([])
  })

  test.each([undefined, null, 5, 'flow.start', [], {}, { type: 5 }, { type: '__proto__' }])(
    'client: %j in place of an event does nothing',
    async (event) => {
      watchWarnings()
      expect(world.auth.can(event as never)).toBe(false)
      await send(event as never)
      expect(world.summarize()).toBe('signedOut: no flow')
      await send({ type: 'flow.start', flow: 'signIn' })
      expect(world.auth.get().step).toBe('askingAccount')
    },
  )

  test('client: an event that contains itself is refused, and the flow goes on', async () => {
    const event: Record<string, unknown> = { type: 'contact.submit' }
    event['phone_number'] = event
    await send({ type: 'flow.start', flow: 'signIn' })
    expect(() => world.auth.send(event as never)).toThrow(AuthError)
    await send({ type: 'contact.submit', phone_number: '+86 13800000000' })
    expect(world.auth.get().step).toBe('askingCode')
  })

  test('client: an event to a client that is not started warns that it has to be started', async () => {
    const warnings = watchWarnings()
    world.auth.stop()
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    expect(await warnings.read()).toEqual([
      'cloudbase-authflow: nothing takes flow.start: call auth.start() first',
    ])
    world.auth.start()
  })

  test.each([undefined, null, 'flow.cancel', { flow: 'signIn' }, { type: 5 }])(
    'client: what is no event warns what an event is: %j',
    async (event) => {
      vi.resetModules()
      const warnings = watchWarnings()
      world.auth.send(event as never)
      expect(await warnings.read()).toEqual([
        "cloudbase-authflow: an event must be an object with a type: { type: 'flow.cancel' }",
      ])
    },
  )

  test('client: an ignored event warns again at another step', async () => {
    const warnings = watchWarnings()
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'profile.skip' })
    expect(await warnings.read()).toHaveLength(1)
    await send({ type: 'contact.submit', phone_number: '+86 13800000000' })
    await send({ type: 'profile.skip' })
    const [warning] = await warnings.read()
    expect(warning).toContain('profile.skip at signIn.verification.askingCode')
    expect(warning).toContain('code.submit')
  })

  test('client: an event before its time warns that it is not possible yet', async () => {
    const warnings = watchWarnings()
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: '+86 13800000000' })
    await send({ type: 'code.resend' })
    const [warning] = await warnings.read()
    expect(warning).toContain('code.resend is not possible yet')
    expect(warning).toContain('at signIn.verification.askingCode')
  })

  test('client: a flow that cannot start warns with its name and the status', async () => {
    const warnings = watchWarnings()
    await send({ type: 'flow.start', flow: 'naming' })
    const [warning] = await warnings.read()
    expect(warning).toContain('flow.start for "naming" with no flow running (signedOut)')
  })

  test('client: the warning about an ignored event prints no code and no password', async () => {
    const warnings = watchWarnings()
    await send(password)
    await send(code)
    const lines = await warnings.read()
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toContain('canary')
  })

  test('client: an event that something takes does not warn', async () => {
    const warnings = watchWarnings()
    await send({ type: 'flow.start', flow: 'signIn' })
    await send({ type: 'contact.submit', phone_number: '12' })
    await send({ type: 'flow.cancel' })
    expect(await warnings.read()).toEqual([])
  })

  test('client: with NODE_ENV=production an ignored event does not warn', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const warnings = watchWarnings()
    await send({ type: 'edit.cancel' })
    expect(await warnings.read()).toEqual([])
    vi.unstubAllEnvs()
    await send({ type: 'edit.cancel' })
    expect(await warnings.read()).toHaveLength(1)
  })
})

describe('a platform of the app', () => {
  const failPopup = async (thrown: Error) => {
    const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/', isPopup: true }
    await send({ type: 'flow.start', flow: 'provider', input })
    world.popups[0]!.reject(thrown)
    await world.settle()
    return world.auth.get().error
  }

  test('client: an error of the platform is the cause of an AuthError `unknown`', async () => {
    const thrown = new Error('no windows here')
    const error = await failPopup(thrown)
    expect(error).toMatchObject({ code: 'unknown', operation: 'openPopup', cause: thrown })
  })

  test('client: an AuthError of the platform keeps its code and description', async () => {
    const details = { description: 'no windows here' }
    expect(await failPopup(new AuthError('unimplemented', details))).toMatchObject({
      code: 'unimplemented',
      operation: 'openPopup',
      description: 'no windows here',
    })
  })
})
