import * as endpoints from '../../services/http/endpoints.ts'
import { type AnyMachineSnapshot, setup } from 'xstate'
import { createAuth } from '../../adapters/client/index.ts'
import { session, type Status } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { memoryStore } from '../../services/session/store.ts'
import type { Step } from '../support/paths.ts'
import { type Driver } from '../support/driver.ts'
import { testPaths } from '../support/testPaths.ts'
import type { World } from '../support/world.ts'

/** A flow of the app. */
const makeFlow = (id: string, who?: Status[]) =>
  setup({
    types: { events: {} as { type: 'own.finish' } | { type: 'own.break' } },
    actions: {
      fail() {
        throw new AuthError('aborted', { operation: 'own' })
      },
    },
  }).createMachine({
    id,
    meta: { who },
    initial: 'askingWhatNext',
    states: {
      askingWhatNext: { tags: 'asking', on: { 'own.finish': 'done', 'own.break': 'failed' } },
      done: { type: 'final' },
      failed: { entry: 'fail' },
    },
  })

interface Context {
  uid?: string
  flow?: string
}

/** The status and the running flow. */
const stateOf = ({ value, context }: AnyMachineSnapshot) => {
  const { status, flow } = value as Record<'status' | 'flow', string>
  return `${status} × ${flow === 'running' ? (context as Context).flow : flow}`
}

const flows = { own: makeFlow('own'), other: makeFlow('other', ['signedIn']) }
const li = { sub: 'li.hua', phone_number: '+86 13800000000' }
const isUser = ({ event }: Step) => event.uid === li.sub
const sessions = [
  { uid: li.sub, scope: 'user sso', note: 'a user' },
  { uid: 'guest', scope: 'anonymous', note: 'a guest' },
]
const rejected = new AuthError('invalid_grant')
const sentCode = { key: 'ANY:+86 13800000000', verificationId: 'v', resendAt: 1, expiresAt: 1 }
const sendToSession =
  ({ world }: Driver, { event }: Step) =>
  () => {
    world.actor('session').send(event)
  }

/** The call that signs in the user of a step, and its parameters. */
async function signInOf(world: World, step: Step): Promise<[never, never]> {
  if (!isUser(step)) return ['signInAnonymously' as never, {} as never]
  const ticket = await world.sandbox.mintTicket(li.sub)
  return ['signInWithCustomTicket' as never, { provider_id: 'custom', ticket } as never]
}

/** Does something in another tab of the same browser. */
async function inOtherTab(
  { world }: Driver,
  act: (auth: ReturnType<typeof createAuth>) => Promise<unknown> | void,
) {
  const tab = createAuth({
    env: 'demo',
    endpoint: world.url,
    storage: { shared: world.storage.shared, tab: memoryStore() },
    flows: {},
  })
  // The other tab does not answer captchas.
  const { captchaOnEveryCall } = world.sandbox.config()
  world.sandbox.config({ captchaOnEveryCall: 'off' })
  tab.start()
  await act(tab)
  await world.settle()
  tab.stop()
  world.sandbox.config({ captchaOnEveryCall })
}

const reloadTokens = (world: World) => () => world.actor('tokens').send({ type: 'tokens.reload' })

/** Requests an access token after it has expired. */
async function requestToken({ world, interruption }: Driver) {
  const request = () => {
    world.advance(8000)
    world.auth.getAccessToken().catch(() => undefined)
  }
  if (interruption !== 'network failure') return request
  request()
  await world.settle()
  return request
}

testPaths({
  flows,
  machine: session,
  models: [
    {
      input: { flows },
      stateOf,
      cases: {
        'flow.start': Object.keys(flows).map((flow) => ({ flow, note: flow })),
        'tokens.restored': sessions,
        'tokens.kept': sessions,
        'tokens.lost': [{ note: 'signed out' }, { error: rejected, note: 'rejected' }],
        'xstate.error.actor.flow': [{ error: new AuthError('aborted') }],
        'code.sent': [{ code: sentCode, at: 0 }],
        'code.spent': [{ key: sentCode.key }],
        'store.failed': [{ error: new AuthError('unavailable') }],
      },
      facts: ({ uid, flow }: Context) => [uid, flow],
      canHappen(type, { uid, flow }: Context, value) {
        const { status } = value as Record<'status', string>
        // The client itself sends these: on a reload, and before the first call.
        if (['flow.resume', 'codes.restore', 'calls.open'].includes(type)) return false
        // They change neither who is signed in nor which flow runs.
        if (/^(code|clock|store)\./.test(type)) return status === 'signedOut' && !flow
        // The tokens are lost once.
        if (type === 'tokens.lost' && status === 'signedOut') return false
        // The flows differ only in the statuses they are for.
        if (flow === 'other' && !/flow|tokens/.test(type)) return false
        // The client sends nothing before the status is known.
        if (status === 'unknown') return /^tokens\.(restored|lost)$/.test(type)
        return type === 'tokens.refreshed' ? !!uid : true
      },
    },
  ],
  async begin(driver, { steps }) {
    const { world } = driver
    await world.sandbox.addUser(li)
    const [first] = steps
    if (first?.event.type === 'tokens.restored') {
      const [operation, params] = await signInOf(world, first)
      await inOtherTab(driver, (tab) => tab.call(endpoints[operation] as never, params))
    }
    await driver.world.reload()
  },
  async arrange({ world }, { event, from }) {
    if (event.type === 'tokens.lost' && event.error && !from.startsWith('signedOut')) {
      world.sandbox.faults([
        { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
      ])
    }
  },
  actions: {
    async 'tokens.restored'(driver, step) {
      if (step.from.startsWith('unknown')) return () => undefined
      const [operation, params] = await signInOf(driver.world, step)
      await inOtherTab(driver, (tab) => tab.call(endpoints[operation] as never, params))
      return reloadTokens(driver.world)
    },
    async 'tokens.kept'({ world }, step) {
      await world.call(...(await signInOf(world, step)))
      return () => undefined
    },
    'tokens.refreshed': requestToken,
    'code.sent': sendToSession,
    'code.spent': sendToSession,
    'clock.skewed': sendToSession,
    'store.failed': sendToSession,
    async 'tokens.lost'(driver, { event, from }) {
      const { world } = driver
      if (from.startsWith('unknown')) return () => undefined
      if (event.error && !from.startsWith('signedOut')) return requestToken(driver)
      await inOtherTab(driver, (tab) => tab.send({ type: 'session.end' }))
      return reloadTokens(world)
    },
    // The client does not send an event that nothing takes.
    'flow.start': ({ world }, { event, from }) =>
      from.endsWith(`× ${event.flow as string}`) ? () => world.actor('session').send(event) : event,
    'xstate.done.actor.flow': () => ({ type: 'own.finish' }),
    'xstate.error.actor.flow': () => ({ type: 'own.break' }),
  },
  stateOf: (world) => stateOf(world.actor('session').getSnapshot()),
  // Signing out loses the tokens at once.
  restOf: ({ event, to }) =>
    event.type === 'session.end' ? to.replace(/\w+ ×/, 'signedOut ×') : to,
  view(world) {
    const { status, flow, step } = world.auth.get()
    return `${status}: ${flow}.${step}`
  },
})
