import { describe, expect, test } from 'vitest'
import * as library from 'cloudbase-authflow'
import { getUser } from 'cloudbase-authflow/endpoints'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  initialTransition,
  StateMachine,
} from 'xstate'
import { getShortestPaths, toDirectedGraph } from 'xstate/graph'

const machines = [
  ...Object.entries<unknown>(library),
  ['request(getUser)', library.request(getUser)] as const,
].filter((entry): entry is [string, AnyStateMachine] => entry[1] instanceof StateMachine)

/** The input of the machines that require some. */
const inputs: Record<string, object> = {
  consent: { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' },
  gatedEdit: { edit: { type: 'account.delete' } },
  hostedLogin: { redirect_uri: 'https://app.example/back' },
  provider: { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' },
  signOut: { credentials: { expiresAt: 0 } },
  upgrade: { uid: 'guest' },
  verification: { contact: { phone_number: '+86 13800000000' } },
}

/** The payloads of events; any other event has none. */
const payloads: Record<string, object> = {
  'contact.submit': { phone_number: '+86 13800000000' },
  'contact.replace': { phone_number: '+86 13800000000' },
  'code.sent': { code: { key: 'ANY:+86 13800000000', resendAt: 1 }, at: 0 },
  'codes.restore': { codes: [] },
  'tokens.keep': { tokens: { expires_in: 7200 } },
  'pair.restored': { credentials: {} },
  'pair.refreshed': { credentials: {} },
}

/** The events that a machine accepts in its state; every answer is an error. */
const eventsOf = ({ _nodes }: AnyMachineSnapshot): EventObject[] =>
  _nodes
    .flatMap(({ ownEvents }) => ownEvents as string[])
    .filter((type) => !type.startsWith('xstate.done.'))
    .map((type) => ({ type, error: new library.AuthError('internal'), ...payloads[type] }))

/** Machines that call an endpoint, or leave the page, as soon as they start. */
const callAtOnce = [
  'account',
  'consent',
  'elevation',
  'gatedEdit',
  'hostedLogin',
  'provider',
  'request(getUser)',
  'verification',
]

/** Starts a machine without services, and stops it once nothing more happens. */
async function runBare(machine: AnyStateMachine, input: unknown): Promise<unknown> {
  const actor = createActor(machine, { input })
  let thrown: unknown
  actor.subscribe({ error: (error) => (thrown = error) })
  actor.start()
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  const { context } = actor.getSnapshot() as AnyMachineSnapshot
  actor.stop()
  // XState throws errors that no observer takes from a timer.
  await new Promise((resolve) => setTimeout(resolve))
  return thrown ?? context.error
}

test('tools: every machine of the library is tried', () => {
  const names = machines.map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining(['signIn', 'session', 'tokens', 'captcha']))
  expect(names).toEqual(expect.arrayContaining([...Object.keys(inputs), ...callAtOnce]))
})

describe.each(machines)('%s', (name, machine) => {
  const input = inputs[name] as never

  test(`tools: initialTransition takes ${name} bare`, () => {
    const [snapshot] = initialTransition(machine, input)
    expect(snapshot).toMatchObject({ status: 'active', machine })
  })

  test(`tools: toDirectedGraph takes ${name} bare`, () => {
    const { children } = toDirectedGraph(machine)
    expect(children.map(({ stateNode }) => stateNode.key)).toEqual(Object.keys(machine.root.states))
  })

  test(`tools: getShortestPaths takes ${name} bare`, () => {
    const paths = getShortestPaths(machine, {
      input,
      events: eventsOf,
      serializeState: ({ value }) => JSON.stringify(value),
      limit: 1000,
    })
    expect(paths.length).toBeGreaterThan(0)
  })
})

test.each(machines.filter(([name]) => !callAtOnce.includes(name)))(
  'tools: createActor takes %s bare and runs it without an error',
  async (name, machine) => {
    expect(await runBare(machine, inputs[name])).toBeUndefined()
  },
)

test.each(machines.filter(([name]) => callAtOnce.includes(name)))(
  'tools: createActor takes %s bare, which fails with the advice to use createAuth or provide',
  async (name, machine) => {
    const error = await runBare(machine, inputs[name])
    expect(error).toBeInstanceOf(library.AuthError)
    expect(error).toMatchObject({
      code: 'failed_precondition',
      description: expect.stringMatching(/createAuth.*provide/) as string,
    })
  },
)
