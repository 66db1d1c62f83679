import { describe, expect, onTestFinished, test, vi } from 'vitest'
// Loaded in advance, so that nothing waits for it.
import '../../services/session/refreshLock.ts'
import type { SnapshotFrom } from 'xstate'
import { tokens } from '../../machines/core/tokens.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { edgePaths, type Model, type Path, type Step, transitionsOf } from '../support/paths.ts'
import { type Interruption, openWorld, type World } from '../support/world.ts'

type Context = SnapshotFrom<typeof tokens>['context']

const machine = tokens
const secret = new Secret('sealed')
const fails = (code: string) => ({ error: new AuthError(code) })

/** What of the keeper decides how it goes on, at a moment. */
const factsAt =
  (now: number) =>
  ({ credentials, failures, error }: Context) => [
    credentials && [credentials.expiresAt > now, !!credentials.refresh_token],
    Math.min(failures, 1),
    error?.code,
  ]

const HOUR = 3_600_000
const pair = { access_token: secret, refresh_token: secret }
const model: Model = {
  cases: {
    'xstate.done.actor.load': [
      { output: undefined, note: 'nothing stored' },
      { output: { ...pair, expiresAt: HOUR }, note: 'fresh' },
      { output: { ...pair, expiresAt: -HOUR }, note: 'expired' },
      { output: { access_token: secret, expiresAt: -HOUR }, note: 'expired for good' },
    ],
    'tokens.keep': [{ tokens: { ...pair, expires_in: 7200 } }],
    'tokens.refresh': ({ serial }: Context) => [
      { serial, note: 'it has expired or was refused' },
      { serial: -1, note: 'another has come meanwhile' },
    ],
    'xstate.done.actor.refresh': [{ output: { ...pair, expires_in: 7200 } }],
    'xstate.error.actor.load': [fails('unknown')],
    'xstate.error.actor.refresh': ['invalid_grant', 'unavailable'].map(fails),
  },
  facts: factsAt(0),
  happens: (type, { credentials }: Context) => type !== 'tokens.drop' || !!credentials,
}

const endpoint = { method: 'POST', path: '/auth/v1/token' }
const broken = { ...endpoint, drop: 'before' } as const
const SESSION = 'credentials_demo'

/** A store whose session is read when the test says so, or cannot be. */
function slowStore() {
  const store = memoryStore()
  let isSlow = false
  let waiting: ((fault?: Error) => void)[] = []
  return {
    ...store,
    async get(key: string) {
      if (isSlow && key === SESSION) {
        const fault = await new Promise<Error | void>((resolve) => waiting.push(resolve))
        if (fault) throw fault
      }
      return store.get(key)
    },
    slow: () => (isSlow = true),
    has: (key: string) => !!store.get(key),
    letGo(fault?: Error) {
      for (const go of waiting) go(fault)
      waiting = []
    },
  }
}

/** Tokens as the server gives them to a guest, who is asked nothing. */
async function someTokens({ url, sandbox }: World): Promise<Tokens> {
  const { captchaOnEveryCall } = sandbox.config()
  sandbox.config({ captchaOnEveryCall: 'off' })
  const response = await fetch(`${url}/auth/v1/signin/anonymously?client_id=demo`, {
    method: 'POST',
    headers: { 'x-device-id': 'device-of-the-guest' },
  })
  sandbox.config({ captchaOnEveryCall })
  const answer = (await response.json()) as Record<'access_token' | 'refresh_token', string>
  return {
    ...answer,
    access_token: new Secret(answer.access_token),
    refresh_token: new Secret(answer.refresh_token),
    expires_in: 7200,
  }
}

async function storeSession(world: World, shared: Store, note: unknown) {
  if (note === 'nothing stored') return shared.remove(SESSION)
  const { expires_in: _, ...tokens } = await someTokens(world)
  const expiresAt = world.clock.now() + (note === 'fresh' ? HOUR : -HOUR)
  const refresh_token = note === 'expired for good' ? undefined : tokens.refresh_token
  await createTokenStore(shared, 'demo').save({ ...tokens, refresh_token, expiresAt })
}

/** Plays a path against the real keeper, whose calls and reads wait until the path lets them go. */
async function walk({ steps }: Path, interruption: Interruption) {
  const shared = slowStore()
  const isAsking = interruption === 'captcha'
  const world = await openWorld(isAsking ? 'captcha' : 'nothing', { storage: { shared } })
  const { sandbox, clock } = world
  const keeper = () => world.peer('tokens')
  const context = () => keeper().getSnapshot().context as Context
  const value = () => keeper().getSnapshot().value as string
  const states: unknown[] = []

  async function tell(event: { type: string; [field: string]: unknown }) {
    keeper().send(event)
    await world.settle()
  }
  async function letGo(fault?: object) {
    if (fault) sandbox.faults([...sandbox.faults(), fault as typeof broken])
    world.letGo()
    await world.settle()
  }
  async function pass(seconds = 60) {
    world.pass(seconds)
    await world.settle()
  }

  async function perform({ event }: Step) {
    const code = (event.error as AuthError | undefined)?.code
    switch (event.type) {
      case 'xstate.done.actor.load':
        await storeSession(world, shared, event.note)
        shared.letGo()
        return world.settle()
      case 'xstate.error.actor.load':
        shared.letGo(new Error('the store is damaged'))
        return world.settle()
      case 'tokens.keep':
        return tell({ ...event, tokens: await someTokens(world) })
      case 'tokens.refresh':
        return tell({ ...event, serial: event.serial === -1 ? -1 : context().serial })
      case 'tokens.reload':
        return tell(event)
      case 'tokens.drop':
        return tell(event)
      case 'xstate.done.actor.refresh':
        return letGo()
      case 'xstate.error.actor.refresh':
        return letGo({
          ...endpoint,
          status: code === 'unavailable' ? 503 : 400,
          body: { error: code },
        })
      case 'xstate.done.actor.until':
        return pass()
      case 'xstate.error.actor.until':
        // After a reload nobody rests any more.
        if (value() === 'pausing') clock.breakWait('first')
        return world.settle()
    }
    throw new Error(`nobody knows how to do ${event.type}`)
  }

  /** The line was down: the wait is over, somebody needs a token again, and this time it holds. */
  async function doAgain(step: Step) {
    await pass()
    await tell({ type: 'tokens.refresh', serial: context().serial })
    await perform(step)
  }

  /** The page goes and comes back; who waited for a renewal asks for it again. */
  async function reload({ to }: Pick<Step, 'to'>) {
    await world.reload()
    shared.letGo()
    await world.settle()
    if (to === 'refreshing') await tell({ type: 'tokens.refresh', serial: context().serial })
  }

  /** Whether what is stored at the end renews once more. */
  async function isAlive() {
    sandbox.faults([])
    const before = [...world.calls]
    await reload({ to: 'refreshing' })
    await letGo()
    return value() === 'kept' && world.calls.length > before.length
  }

  shared.slow()
  await world.reload()
  world.hold(/v1\/token$/)
  if (interruption === 'broken line') sandbox.faults([broken])
  for (const step of steps) {
    // Whatever it holds runs out; what it has not read yet is none of its own.
    if (interruption === 'expiry' && value() !== 'loading') await pass(7200)
    await perform(step)
    // What was fresh is renewed first.
    const isDetour = interruption === 'expiry' && value() === 'refreshing' && step.to === 'kept'
    if (isDetour) await letGo()
    const isBroken = step.event.type.endsWith('actor.refresh') && interruption === 'broken line'
    if (isBroken && context().error?.code === 'unreachable') await doAgain(step)
    if (interruption === 'reload') await reload(step)
    states.push([value(), factsAt(clock.now())(context())])
  }
  const { taken, dialogs } = world
  shared.letGo()
  await world.settle()
  const { status } = world.auth.get()
  const end = { value: value(), status, isStored: shared.has(SESSION), isAlive: await isAlive() }
  await world.close()
  return { states, end, taken, dialogs }
}

describe('tokens', () => {
  const paths = edgePaths(machine, model).map((path): [string, Path] => [path.name, path])
  const taken = new Set<string>()

  test.each(paths)('%s', async (_name, path) => {
    const plain = await walk(path, 'nothing')
    expect(plain.states).toEqual(path.steps.map(({ to, facts }) => [to, facts]))
    const { to, facts } = path.steps.at(-1)!
    const isSignedIn = to === 'loading' ? !!(facts as unknown[])[0] : to !== 'absent'
    expect(plain.end).toMatchObject({ isStored: isSignedIn, isAlive: isSignedIn })
    for (const transition of plain.taken) taken.add(transition)
    for (const interruption of ['expiry', 'broken line', 'reload'] as const) {
      const { end } = await walk(path, interruption)
      expect.soft(end, interruption).toEqual(plain.end)
    }
    // Renewing asks nobody whatever is demanded of other calls: nor is there a captcha to refuse.
    const { taken: _, ...asked } = await walk(path, 'captcha')
    expect.soft(asked).toEqual({ states: plain.states, end: plain.end, dialogs: new Set() })
  })

  test('a store that cannot be read again signs nobody out', async () => {
    const shared = slowStore()
    const world = await openWorld('nothing', { storage: { shared } })
    await world.call('signInAnonymously')
    shared.slow()
    world.peer('tokens').send({ type: 'tokens.reload' })
    await world.settle()
    shared.letGo(new Error('the store is damaged'))
    await world.settle()
    expect(world.auth.get().status).toBe('anonymous')
    expect(await world.call('getUser')).toHaveProperty('sub')
    await world.close()
  })

  test('tokens: a session that another tab stores during a refresh is taken over', async () => {
    const shared = memoryStore()
    const world = await openWorld('nothing', { storage: { shared } })
    await world.call('signInAnonymously')
    const other = await someTokens(world)
    vi.stubGlobal('document', {})
    onTestFinished(() => void vi.unstubAllGlobals())
    world.hold(/v1\/token$/)
    const tokens = world.peer('tokens')
    tokens.send({ type: 'tokens.refresh', serial: tokens.getSnapshot().context.serial })
    await world.settle()
    await createTokenStore(shared, 'demo').save({ ...other, expiresAt: world.clock.now() + HOUR })
    world.letGo()
    await world.settle()
    expect(await world.auth.getAccessToken()).toBe(other.access_token.reveal())
    for (const transition of world.taken) taken.add(transition)
    await world.close()
  })

  test('every transition has been taken', () => {
    expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
  })
})
