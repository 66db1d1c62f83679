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

/** A journey of an app's own. */
const flow = (id: string, who?: Status[]) =>
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
const place = ({ value, context }: AnyMachineSnapshot) => {
  const { status, flow } = value as Record<'status' | 'flow', string>
  return `${status} × ${flow === 'running' ? (context as Context).flow : flow}`
}

const flows = { own: flow('own'), other: flow('other', ['signedIn']) }
const li = { sub: 'li.hua', phone_number: '+86 13800000000' }
const isUser = ({ event }: Step) => event.uid === li.sub
const arrivals = [
  { uid: li.sub, scope: 'user sso', note: 'a user' },
  { uid: 'guest', scope: 'anonymous', note: 'a guest' },
]
const refused = new AuthError('invalid_grant')

/** What a call by which somebody arrives takes. */
async function arrival(world: World, step: Step): Promise<[never, never]> {
  if (!isUser(step)) return ['signInAnonymously' as never, {} as never]
  const ticket = await world.sandbox.mintTicket(li.sub)
  return ['signInWithCustomTicket' as never, { provider_id: 'custom', ticket } as never]
}

/** Another tab of the same browser does something, of which this one hears then. */
async function elsewhere(
  { world }: Driver,
  act: (auth: ReturnType<typeof createAuth>) => Promise<unknown> | void,
) {
  const tab = createAuth({
    env: 'demo',
    endpoint: world.url,
    storage: { shared: world.storage.shared, tab: memoryStore() },
    flows: {},
  })
  // Nobody is there to answer a captcha.
  const { captchaOnEveryCall } = world.sandbox.config()
  world.sandbox.config({ captchaOnEveryCall: 'off' })
  tab.start()
  await act(tab)
  await world.settle()
  tab.stop()
  world.sandbox.config({ captchaOnEveryCall })
}

const hear = (world: World) => () => world.actor('tokens').send({ type: 'tokens.reload' })

/** The access token has run out and somebody needs one. */
async function needToken({ world, interruption }: Driver) {
  const need = () => {
    world.advance(8000)
    world.auth.getAccessToken().catch(() => undefined)
  }
  if (interruption !== 'network failure') return need
  need()
  await world.settle()
  return need
}

testPaths({
  flows,
  machine: session,
  models: [
    {
      input: { flows },
      stateOf: place,
      cases: {
        'flow.start': Object.keys(flows).map((flow) => ({ flow, note: flow })),
        'tokens.restored': arrivals,
        'tokens.kept': arrivals,
        'tokens.lost': [{ note: 'left' }, { error: refused, note: 'refused' }],
        'xstate.error.actor.flow': [{ error: new AuthError('aborted') }],
      },
      facts: ({ uid, flow }: Context) => [uid, flow],
      canHappen(type, { uid, flow }: Context, value) {
        const { status } = value as Record<'status', string>
        // A reload sends it.
        if (type === 'flow.resume') return false
        // One flow is as good as another, but for the statuses it is for.
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
      const [operation, params] = await arrival(world, first)
      await elsewhere(driver, (tab) => tab.call(endpoints[operation] as never, params))
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
      const [operation, params] = await arrival(driver.world, step)
      await elsewhere(driver, (tab) => tab.call(endpoints[operation] as never, params))
      return hear(driver.world)
    },
    async 'tokens.kept'({ world }, step) {
      await world.call(...(await arrival(world, step)))
      return () => undefined
    },
    'tokens.refreshed': needToken,
    async 'tokens.lost'(driver, { event, from }) {
      const { world } = driver
      if (from.startsWith('unknown')) return () => undefined
      if (event.error && !from.startsWith('signedOut')) return needToken(driver)
      await elsewhere(driver, (tab) => tab.send({ type: 'session.end' }))
      return hear(world)
    },
    // The door sends nothing that changes nothing.
    'flow.start': ({ world }, { event, from }) =>
      from.endsWith(`× ${event.flow as string}`) ? () => world.actor('session').send(event) : event,
    'xstate.done.actor.flow': () => ({ type: 'own.finish' }),
    'xstate.error.actor.flow': () => ({ type: 'own.break' }),
  },
  stateOf: (world) => place(world.actor('session').getSnapshot()),
  // The tokens are lost at once.
  restOf: ({ event, to }) =>
    event.type === 'session.end' ? to.replace(/\w+ ×/, 'signedOut ×') : to,
  view(world) {
    const { status, flow, step } = world.auth.get()
    return `${status}: ${flow}.${step}`
  },
})
