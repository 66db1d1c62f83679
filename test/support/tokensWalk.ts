import type { SnapshotFrom } from 'xstate'
import type { TokensMachine } from '../../machines/core/tokens.ts'
import { AuthError } from '../../services/error.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { createTokenStore } from '../../services/session/tokenStore.ts'
import type { Interruption } from './interruptions.ts'
import type { Model, Path, Step } from './paths.ts'
import { openWorld, type World } from './world.ts'

type Context = SnapshotFrom<TokensMachine>['context']

const secret = new Secret('sealed')
const fails = (code: string) => ({ error: new AuthError(code) })

/** What of the context decides how the machine goes on at this time. */
const factsAt =
  (now: number) =>
  ({ credentials, failures, error }: Context) => [
    credentials && [credentials.expiresAt > now, !!credentials.refresh_token],
    Math.min(failures, 1),
    error?.code,
  ]

const HOUR_MS = 3_600_000
const SESSION = 'credentials_demo'
const pair = { access_token: secret, refresh_token: secret }

/** The model of the `tokens` machine. */
export const tokensModel: Model = {
  cases: {
    'xstate.done.actor.load': [
      { output: undefined, note: 'nothing stored' },
      { output: { ...pair, expiresAt: HOUR_MS }, note: 'valid' },
      { output: { ...pair, expiresAt: -HOUR_MS }, note: 'expired' },
      { output: { access_token: secret, expiresAt: -HOUR_MS }, note: 'expired, not refreshable' },
    ],
    'tokens.keep': [{ tokens: { ...pair, expires_in: 7200 } }],
    'tokens.refresh': ({ serial }: Context) => [
      { serial, note: 'the current pair' },
      { serial: -1, note: 'an earlier pair' },
    ],
    'xstate.done.actor.refresh': [{ output: { ...pair, expires_in: 7200 } }],
    'xstate.error.actor.load': [fails('unknown')],
    'xstate.error.actor.refresh': ['invalid_grant', 'unavailable'].map(fails),
  },
  facts: factsAt(0),
  canHappen: (type, { credentials }: Context) => type !== 'tokens.drop' || !!credentials,
}

/** Creates a store whose session is read only when `release` is called, once `hold` was. */
export function slowStore() {
  const store = memoryStore()
  let isHeld = false
  let waiting: ((fault?: Error) => void)[] = []
  return {
    ...store,
    async get(key: string) {
      if (isHeld && key === SESSION) {
        const fault = await new Promise<Error | void>((resolve) => waiting.push(resolve))
        if (fault) throw fault
      }
      return store.get(key)
    },
    has: (key: string) => !!store.get(key),
    hold: () => (isHeld = true),
    /** Answers the pending reads, or fails them. */
    release(fault?: Error) {
      for (const resolve of waiting) resolve(fault)
      waiting = []
    },
  }
}

/**
 * Signs in a guest without the client of the world.
 *
 * @param world its server is used
 * @returns the guest's tokens
 */
export async function fetchTokens({ url, sandbox }: World): Promise<Tokens> {
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
  const { expires_in: _, ...tokens } = await fetchTokens(world)
  const expiresAt = world.clock.now() + (note === 'valid' ? HOUR_MS : -HOUR_MS)
  const refresh_token = note === 'expired, not refreshable' ? undefined : tokens.refresh_token
  await createTokenStore(shared, 'demo').save({ ...tokens, refresh_token, expiresAt })
}

const endpoint = { method: 'POST', path: '/auth/v1/token' }
const noConnection = { ...endpoint, drop: 'before' } as const

/**
 * Walks a path of the `tokens` machine in a client. Requests and reads wait until the path releases
 * them.
 *
 * @param path the path
 * @param interruption what happens on the way
 * @returns the state and facts after each step, how it ends, the captchas and the transitions taken
 */
export async function walkTokens({ steps }: Path, interruption: Interruption) {
  const shared = slowStore()
  const world = await openWorld({
    interruption: interruption === 'captcha' ? 'captcha' : 'nothing',
    storage: { shared },
  })
  const { sandbox, clock } = world
  const tokens = () => world.actor('tokens')
  const context = () => tokens().getSnapshot().context as Context
  const value = () => tokens().getSnapshot().value as string
  const states: unknown[] = []

  async function send(event: { type: string; [field: string]: unknown }) {
    tokens().send(event)
    await world.settle()
  }
  async function release(fault?: object) {
    if (fault) sandbox.faults([...sandbox.faults(), fault as typeof noConnection])
    world.releaseRequests()
    await world.settle()
  }
  async function releaseReads(fault?: Error) {
    shared.release(fault)
    await world.settle()
  }
  async function advance(seconds = 60) {
    world.advance(seconds)
    await world.settle()
  }

  async function perform({ event }: Step) {
    const code = (event.error as AuthError | undefined)?.code
    switch (event.type) {
      case 'xstate.done.actor.load':
        await storeSession(world, shared, event.note)
        return releaseReads()
      case 'xstate.error.actor.load':
        return releaseReads(new Error('the store is damaged'))
      case 'tokens.keep':
        return send({ ...event, tokens: await fetchTokens(world) })
      case 'tokens.refresh':
        return send({ ...event, serial: event.serial === -1 ? -1 : context().serial })
      case 'tokens.reload':
      case 'tokens.drop':
        return send(event)
      case 'xstate.done.actor.refresh':
        return release()
      case 'xstate.error.actor.refresh': {
        const status = code === 'unavailable' ? 503 : 400
        return release({ ...endpoint, status, body: { error: code } })
      }
      case 'xstate.done.actor.until':
        return advance()
      case 'xstate.error.actor.until':
        // After a reload there is no such wait.
        if (value() === 'pausing') clock.failWait('first')
        return world.settle()
    }
    throw new Error(`no action is known for ${event.type}`)
  }

  /** Refreshes again after a network failure, once the wait for it is over. */
  async function performAgain(step: Step) {
    await advance()
    await send({ type: 'tokens.refresh', serial: context().serial })
    await perform(step)
  }

  /** Reloads the page; a refresh that was in flight is requested again. */
  async function reload({ to }: Pick<Step, 'to'>) {
    await world.reload()
    await releaseReads()
    if (to === 'refreshing') await send({ type: 'tokens.refresh', serial: context().serial })
  }

  /** Whether the stored session can be refreshed. */
  async function isRefreshable() {
    sandbox.faults([])
    const before = world.calls.length
    await reload({ to: 'refreshing' })
    await release()
    return value() === 'kept' && world.calls.length > before
  }

  shared.hold()
  await world.reload()
  world.holdRequests(/v1\/token$/)
  if (interruption === 'network failure') sandbox.faults([noConnection])
  for (const step of steps) {
    // The tokens in use expire; tokens that are not read yet do not.
    if (interruption === 'token expiry' && value() !== 'loading') await advance(7200)
    await perform(step)
    // Tokens that were valid are refreshed first.
    const isDetour =
      interruption === 'token expiry' && value() === 'refreshing' && step.to === 'kept'
    if (isDetour) await release()
    const isRefresh = step.event.type.endsWith('actor.refresh')
    if (interruption === 'network failure' && isRefresh) {
      if (context().error?.code === 'unreachable') await performAgain(step)
    }
    if (interruption === 'reload') await reload(step)
    states.push([value(), factsAt(clock.now())(context())])
  }
  const { taken, dialogs } = world
  await releaseReads()
  const { status } = world.auth.get()
  const isStored = shared.has(SESSION)
  const end = { value: value(), status, isStored, isRefreshable: await isRefreshable() }
  await world.close()
  return { states, end, taken, dialogs }
}
