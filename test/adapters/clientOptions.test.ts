import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { setup } from 'xstate'
import type * as XState from 'xstate'
import { AuthError, createAuth, signIn } from 'cloudbase-authflow'
import { getUser } from 'cloudbase-authflow/endpoints'
import { inspector, several, statelyInspector } from '../../adapters/inspect/index.ts'
import { openWorld } from '../support/world.ts'

const valid = { env: 'demo', flows: { signIn } }

function thrownBy(options: object): unknown {
  try {
    createAuth(options as never)
  } catch (thrown) {
    return thrown
  }
  return undefined
}

describe('createAuth', () => {
  test.each<[string, object, string]>([
    ['without env', { env: undefined }, 'env must be'],
    ['with an empty env', { env: '' }, 'env must be'],
    ['with env as a number', { env: 1 }, 'env must be'],
    ['with an endpoint without a scheme', { endpoint: 'localhost:4871' }, 'endpoint must be'],
    ['with an endpoint with a path', { endpoint: 'http://localhost/auth' }, 'endpoint must be'],
    ['with an endpoint of another scheme', { endpoint: 'ftp://localhost' }, 'endpoint must be'],
    ['with an empty endpoint', { endpoint: '' }, 'endpoint must be'],
    ['with timeout NaN', { timeout: NaN }, 'timeout must be'],
    ['with timeout 0', { timeout: 0 }, 'timeout must be'],
    ['with a negative timeout', { timeout: -1 }, 'timeout must be'],
    ['with an env that is no part of an address', { env: 'demo.example/' }, 'env must be'],
    ['with env as white space', { env: ' ' }, 'env must be'],
    ['with an endpoint with a password', { endpoint: 'https://a:b@host' }, 'endpoint must be'],
    ['with null as an endpoint', { endpoint: null }, 'endpoint must be'],
    ['with timeout as a text', { timeout: '5' }, 'timeout must be'],
    ['with timeout as a bigint', { timeout: 5n }, 'timeout must be'],
    ['with region as a number', { region: 5 }, 'region must be'],
    ['with a region that is no part of an address', { region: 'a/b' }, 'region must be'],
    ['with gateway as a text', { gateway: 'yes' }, 'gateway must be'],
    ['with an empty clientId', { clientId: '' }, 'clientId must be'],
    ['with clientId as a number', { clientId: 5 }, 'clientId must be'],
    ['with language as a list', { language: ['en'] }, 'language must be'],
    ['with storage as a name', { storage: 'local' }, 'storage must be'],
    ['with null as storage', { storage: null }, 'storage must be'],
    ['with one store as storage', { storage: new Map() }, 'storage must be'],
    ['with a misspelled store', { storage: { Shared: {} } }, 'storage must be'],
    ['with a store that cannot remove', { storage: { tab: new Set() } }, 'storage must be'],
    ['with a lock without acquire', { lock: {} }, 'lock must be'],
    ['with fetch as an object', { fetch: {} }, 'fetch must be'],
    ['with a clock without until', { clock: { now: Date.now } }, 'clock must be'],
    ['with platform as a name', { platform: 'wechat' }, 'platform must be'],
    ['with one origin as returnOrigins', { returnOrigins: 'https://a.b' }, 'returnOrigins must be'],
    ['with paths as returnOrigins', { returnOrigins: ['https://a.b/c'] }, 'returnOrigins must be'],
    ['with watch as an object', { watch: {} }, 'watch must be'],
    ['with null as initialView', { initialView: null }, 'initialView must be'],
    ['with a captcha without create', { captcha: {} }, 'captcha must be'],
    ['with an unknown option', { timeOut: 5000 }, 'there is no option timeOut'],
    ['without flows', { flows: undefined }, 'flows must be'],
    ['with null as flows', { flows: null }, 'flows must be'],
  ])('createAuth: %s is refused by the name of the option', (_name, options, description) => {
    const thrown = thrownBy({ ...valid, ...options })
    expect(thrown).toBeInstanceOf(AuthError)
    expect(thrown).toMatchObject({ code: 'invalid_argument', operation: 'createAuth' })
    expect((thrown as AuthError).description).toContain(description)
  })

  test.each([undefined, null, 'demo'])('createAuth: %j as its options is refused', (options) => {
    const thrown = thrownBy(options as never)
    expect(thrown).toMatchObject({ code: 'invalid_argument', operation: 'createAuth' })
  })

  test.each<[string, object]>([
    ['an endpoint', { endpoint: 'http://127.0.0.1:4871' }],
    ['an endpoint with a slash at the end', { endpoint: 'https://auth.example/' }],
    ['an endpoint as a function', { endpoint: () => 'http://127.0.0.1:4871' }],
    ['a timeout', { timeout: 1 }],
    ['timeout Infinity', { timeout: Infinity }],
    ['options that are undefined', { endpoint: undefined, timeout: undefined }],
    ['no flows at all', { flows: {} }],
  ])('createAuth: %s is accepted', (_name, options) => {
    expect(thrownBy({ ...valid, ...options })).toBeUndefined()
  })

  test('createAuth: with timeout Infinity a call waits for its answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const world = await openWorld({ timeout: Infinity })
    await world.call('signInAnonymously')
    world.holdRequests(/user\/me$/)
    const call = world.auth.call(getUser)
    await world.settle()
    vi.advanceTimersByTime(24 * 3_600_000)
    world.releaseRequests()
    expect(await call).toHaveProperty('sub')
    await world.close()
  })

  test.each([
    ['missing', undefined],
    ['a function', () => undefined],
    ['a machine config', { id: 'signIn', initial: 'asking' }],
  ])('createAuth: a flow that is %s is refused by its name', (_, flow) => {
    const thrown = thrownBy({ env: 'demo', flows: { broken: flow } })
    expect(thrown).toBeInstanceOf(AuthError)
    expect((thrown as AuthError).message).toContain('flows["broken"]')
  })

  test.each([
    ['an observer', { observe: () => undefined }],
    ['a function', () => undefined],
    [
      'a copy of an inspector',
      Object.assign(
        {},
        inspector(() => undefined),
      ),
    ],
    ['an heir of an inspector', Object.create(inspector(() => undefined)) as object],
    [
      'a proxy of an inspector',
      new Proxy(
        inspector(() => undefined),
        {},
      ),
    ],
    ['null', null],
  ])('createAuth: %s in place of an inspector is refused', (_, inspect) => {
    const thrown = thrownBy({ env: 'demo', flows: { signIn }, inspect } as never)
    expect(thrown).toMatchObject({ code: 'invalid_argument', operation: 'createAuth' })
    expect((thrown as AuthError).message).toContain('inspect must be made by inspector()')
  })

  test.each(['observe', 'onSend', 'onView', 'watchCalls'])(
    'createAuth: %s of an inspector cannot be replaced, also not by an heir',
    (name) => {
      const own = () => undefined
      for (const made of [inspector(own), statelyInspector(), several(inspector(own))]) {
        expect(() => Object.assign(made, { [name]: own })).toThrow(TypeError)
        expect(() => Object.defineProperty(made, name, { value: own })).toThrow(TypeError)
      }
      const { constructor } = inspector(own)
      const heir = Reflect.construct(constructor, [[]], class {}) as Record<string, unknown>
      expect(() => (heir[name] = own)).toThrow(TypeError)
    },
  )

  test('createAuth: the inspectors of this package are taken', () => {
    for (const inspect of [inspector(() => undefined), statelyInspector()]) {
      expect(() => createAuth({ env: 'demo', flows: { signIn }, inspect })).not.toThrow()
    }
  })

  test('createAuth: a flow for an unknown status is refused by its name', () => {
    const own = setup({}).createMachine({ id: 'own', meta: { who: ['signdIn'] } })
    const thrown = thrownBy({ env: 'demo', flows: { own } })
    expect(thrown).toBeInstanceOf(AuthError)
    expect((thrown as AuthError).message).toContain('meta.who of flows["own"]')
  })

  test('createAuth: a flow made with another copy of xstate is refused with the remedy', async () => {
    const copy = new URL('../../node_modules/xstate/dist/xstate.esm.js', import.meta.url)
    const other = (await import(/* @vite-ignore */ copy.href)) as typeof XState
    const foreign = other.setup({}).createMachine({ id: 'foreign' })
    const thrown = thrownBy({ env: 'demo', flows: { signIn, foreign } })
    expect(thrown).toBeInstanceOf(AuthError)
    expect((thrown as AuthError).message).toMatch(
      /two copies of xstate .* "foreign" .* npm dedupe xstate/,
    )
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
})
