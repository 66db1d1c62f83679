import * as endpoints from '../../services/http/endpoints.ts'
import { setup } from 'xstate'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { session } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { memoryStore } from '../../services/session/store.ts'
import { nameOf, type Step } from '../support/paths.ts'
import { describeTour, type Person } from '../support/walk.ts'
import type { World } from '../support/world.ts'

/** A journey of an app's own. */
const flow = (id: string, who?: string[]) =>
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

const flows = { own: flow('own'), other: flow('other', ['signedIn']) }
const li = { sub: 'li.hua', phone_number: '+86 13800000000' }
const isUser = ({ event }: Step) => event.uid === li.sub
const arrivals = [
  { uid: li.sub, scope: 'user sso', note: 'a user' },
  { uid: 'guest', scope: 'anonymous', note: 'a guest' },
]
const refused = new AuthError('invalid_grant')
const CALL = 'call.start'

/** What a call by which somebody arrives takes. */
async function arrival(world: World, step: Step): Promise<[never, never]> {
  if (!isUser(step)) return ['signInAnonymously' as never, {} as never]
  const ticket = await world.sandbox.mintTicket(li.sub)
  return ['signInWithCustomTicket' as never, { provider_id: 'custom', ticket } as never]
}

/** Another tab of the same browser does something, of which this one hears then. */
async function elsewhere(
  { world }: Person,
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

const hear = (world: World) => () => world.peer('tokens').send({ type: 'tokens.reload' })

/** The access token has run out and somebody needs one. */
async function needToken({ world, interruption }: Person) {
  const need = () => {
    world.pass(8000)
    world.auth.getAccessToken().catch(() => undefined)
  }
  if (interruption !== 'broken line') return need
  need()
  await world.settle()
  return need
}

describeTour({
  flows,
  machine: session(flows),
  models: [
    {
      cases: {
        'flow.start': Object.keys(flows).map((flow) => ({ flow, note: flow })),
        [CALL]: [{ id: 'call.getUser.1', endpoint: endpoints.getUser, params: {} }],
        'tokens.restored': arrivals,
        'tokens.kept': arrivals,
        'tokens.lost': [{ note: 'left' }, { error: refused, note: 'refused' }],
        'xstate.error.actor.flow': [{ error: new AuthError('aborted') }],
        'xstate.error.actor.call.*': [{ error: new AuthError('internal') }],
      },
      facts: ({ uid }: { uid?: string }) => [uid],
      happens(type, { uid }: { uid?: string }, value) {
        const { who, flow } = value as Record<'who' | 'flow', string>
        // One flow is as good as another, but for whom it is.
        if (flow === 'other' && !/flow|tokens/.test(type)) return false
        if (flow === 'own' && type.includes('call')) return false
        // The door lets nothing in before it is known who is there.
        if (who === 'unknown') return /^tokens\.(restored|lost)$/.test(type)
        return type === 'tokens.renewed' ? !!uid : true
      },
    },
  ],
  async begin(person, { steps }) {
    const { world } = person
    await world.sandbox.addUser(li)
    const [first] = steps
    if (first?.event.type === 'tokens.restored') {
      const [operation, params] = await arrival(world, first)
      await elsewhere(person, (tab) => tab.call(endpoints[operation] as never, params))
    }
    await person.world.reload()
  },
  async arrange({ world }, { event, from }, answers) {
    if (event.type === 'tokens.lost' && event.error && !from.startsWith('signedOut')) {
      world.sandbox.faults([
        { method: 'POST', path: '/auth/v1/token', status: 400, body: { error: 'invalid_grant' } },
      ])
    }
    return answers.filter((each) => each.event.type.includes('actor.call'))
  },
  deeds: {
    async 'tokens.restored'(person, step) {
      if (step.from.startsWith('unknown')) return () => undefined
      const [operation, params] = await arrival(person.world, step)
      await elsewhere(person, (tab) => tab.call(endpoints[operation] as never, params))
      return hear(person.world)
    },
    async 'tokens.kept'({ world }, step) {
      await world.call(...(await arrival(world, step)))
      return () => undefined
    },
    'tokens.renewed': needToken,
    async 'tokens.lost'(person, { event, from }) {
      const { world } = person
      if (from.startsWith('unknown')) return () => undefined
      if (event.error && !from.startsWith('signedOut')) return needToken(person)
      await elsewhere(person, (tab) => tab.send({ type: 'session.end' }))
      return hear(world)
    },
    async [CALL]({ world }, _step, answers) {
      const path = '/auth/v1/verification/verify'
      if (answers.some(({ event }) => event.type.includes('.error.'))) {
        world.sandbox.faults([{ method: 'POST', path, status: 400, body: { error: 'internal' } }])
      } else {
        world.sandbox.faults([{ method: 'POST', path, body: { verification_token: 'v' } }])
      }
      const params = { verification_id: 'v', verification_code: 'c' }
      await world.call('verify', params).catch(() => undefined)
      return () => undefined
    },
    // The door sends nothing that changes nothing.
    'flow.start': ({ world }, { event, from }) =>
      from.endsWith(`× ${event.flow as string}`) ? () => world.peer('session').send(event) : event,
    'xstate.done.actor.flow': () => ({ type: 'own.finish' }),
    'xstate.error.actor.flow': () => ({ type: 'own.break' }),
  },
  position: (world) => nameOf(world.peer('session').getSnapshot()),
  // The tokens are lost at once.
  rests: ({ event, to }) =>
    event.type === 'session.end' ? to.replace(/\w+ ×/, 'signedOut ×') : to,
  view(world) {
    const { status, flow, step } = world.auth.get()
    return `${status}: ${flow}.${step}`
  },
})
