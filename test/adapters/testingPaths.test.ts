import { expect, test } from 'vitest'
import { TestModel } from 'xstate/graph'
import { TestModel as LiteralTestModel } from '@xstate/test'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  initialTransition,
  transition,
  __unsafe_getAllOwnEventDescriptors as typesOf,
} from 'xstate'
import * as shipped from '../../adapters/client/index.ts'
import { AuthError, createAuth, memoryStore, signIn } from '../../adapters/client/index.ts'
import {
  type Driver,
  gallery,
  model,
  paths,
  replay,
  type Step,
  testLogic,
} from '../../adapters/testing/index.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import { signOut } from '../../machines/core/signOut.ts'
import { consent } from '../../machines/parts/consent.ts'
import { elevation } from '../../machines/parts/elevation.ts'
import { gatedEdit } from '../../machines/parts/gatedEdit.ts'
import { Secret } from '../../services/secret.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { manualClock } from '../support/clock.ts'
import '../support/preload.ts'

const world = model({ signIn })
const stories = await paths(world)

/** Drives a client over HTTP that answers as a story says. */
function openDriver(isFaulty = false): Driver {
  const clock = manualClock()
  let answers: Step['answers'] = []
  let calls: string[] = []
  let serial = 0
  const operationOf = (method: string, path: string) =>
    (Object.values(endpoints) as AnyEndpoint[]).find(
      (each) => each.method === method && `/auth${each.path}` === path,
    )!.operation

  const fetch: typeof globalThis.fetch = async (address, init) => {
    const operation = operationOf(init!.method!, new URL(address as string).pathname)
    calls.push(operation)
    const index = answers.findIndex((each) => each.operation === operation)
    const [answer] = answers.splice(index, 1)
    const { error, output = {} } = world.outcomes[operation]!.find(
      ({ name }) => name === answer?.outcome,
    )!
    if (error !== undefined) return Response.json({ error }, { status: 400 })
    return Response.json(
      typeof output === 'function' ? output({ input: {}, serial: ++serial }) : output,
    )
  }
  const auth = createAuth({
    env: 'demo',
    flows: { signIn },
    clock,
    fetch,
    storage: { shared: memoryStore(), tab: memoryStore() },
  })
  auth.start()
  return {
    send({ action, payload, ms, answers: planned }) {
      answers = [...planned]
      calls = []
      if (action.type === 'wait') clock.advance(ms!)
      else if (isFaulty && action.type === 'send' && action.event === 'code.resend') answers = []
      else if (action.type === 'send') auth.send({ type: action.event, ...payload } as never)
    },
    async settle() {
      let last: unknown
      // A turn in which nothing changes is rest.
      await expect
        .poll(
          () => {
            const { status, busy, flow } = auth.get()
            const isSame = last === auth.get() && status !== 'unknown' && !busy
            last = auth.get()
            return isSame && (answers.length === 0 || flow === undefined)
          },
          { interval: 1, timeout: 15_000 },
        )
        .toBe(true)
    },
    read() {
      const { status, flow, step, busy, error } = auth.get()
      return { status, flow, step, busy, error: error?.code, calls }
    },
    dispose: () => auth.stop(),
  }
}

test('testing: the stories of signIn reach every step and are few', () => {
  const steps = stories.flatMap((story) => story.steps.map(({ look }) => look.step))
  expect(
    [...new Set(steps.map(String))].filter((step) => step.startsWith('asking')).toSorted(),
  ).toEqual(['askingAccount', 'askingCode', 'askingProfile', 'askingResend', 'askingSecondFactor'])
  expect(stories.length).toBeGreaterThan(40)
  expect(stories.length).toBeLessThan(120)
})

test('testing: a story reads as given, when and then', () => {
  const story = stories.find(({ title }) => title.includes('profile.skip'))
  expect(String(story)).toMatchInlineSnapshot(`
    "Scenario: profile.skip at signIn.askingProfile leads to signedIn
      When they send flow.start
      Then they are at signIn.askingAccount
      Given the server will answer sendVerification with "ok, a user"
      When they send contact.submit
      Then they are at signIn.askingCode
      Given the server will answer signIn with "not_found"
      When they send code.submit
      Then they are at signIn.askingProfile
      When they send profile.skip
      Then they are at signedIn
      And they can send flow.start"
  `)
})

test('testing: every story of signIn is replayed on a client over HTTP', async () => {
  const replays = stories.map((story) => () => replay(story, openDriver()))
  for (const run of replays) await expect(run()).resolves.toBeUndefined()
})

test('testing: a missing button is named in one sentence', async () => {
  const failures: string[] = []
  for (const story of stories) {
    await replay(story, openDriver(true)).catch(({ message }: Error) => {
      failures.push(message.split('\n')[0]!)
    })
  }
  expect(new Set(failures).size).toBeGreaterThan(0)
  for (const failure of failures) expect(failure).toMatch(/^after code\.resend/)
})

test('testing: paths without a fault are fewer, and those of all edges are more', async () => {
  const [plain, edges] = [
    await paths(world, { faults: 0 }),
    await paths(world, { faults: 0, cover: 'edges' }),
  ]
  expect(plain.length).toBeLessThan(stories.length)
  expect(edges.length).toBeGreaterThan(plain.length)
})

test('testing: the gallery has every look once, with the shortest story to it', async () => {
  const pictures = await gallery(world)
  const names = pictures.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(
    expect.arrayContaining(['signIn.askingCode, which shows invalid_argument', 'signedIn']),
  )
  const [start, ...others] = pictures
  expect(start!.story.steps).toEqual([])
  for (const { look, story } of others) expect(story.steps.at(-1)!.look).toEqual(look)
})

/** What both packages have of `TestModel`, whose types differ. */
type Models = new (
  logic: object,
  options: object,
) => {
  getShortestPaths(): { test(params: object): Promise<unknown> }[]
}

const packages = {
  'xstate/graph': TestModel as unknown as Models,
  '@xstate/test 1.0.0-beta.5': LiteralTestModel as unknown as Models,
}
const secret = new Secret('a secret')
const credentials = { access_token: secret, refresh_token: secret, expiresAt: 1 }
const redirect = { provider_id: 'github', redirect_uri: 'https://app.example/back' }

/** Every machine, and what it starts with. */
const machines: [AnyStateMachine, object][] = [
  [signIn, {}],
  [shipped.resetPassword, {}],
  [shipped.upgrade, { uid: 'guest' }],
  [shipped.provider, redirect],
  [shipped.account, {}],
  [shipped.verification, { contact: { phone_number: '+86 13800000000' } }],
  [consent, redirect],
  [elevation, {}],
  [gatedEdit, { edit: { type: 'password.change', password: secret } }],
  [signOut, { credentials }],
  [shipped.request(endpoints.getUser), {}],
  [shipped.captcha, {}],
  [shipped.tokens, {}],
  [shipped.session, { flows: { signIn } }],
]

const payloads: Record<string, object> = {
  'contact.submit': { phone_number: '13800000000' },
  'contact.replace': { email: 'ada@example.com' },
  'code.submit': { code: '123456' },
  'flow.start': { flow: 'signIn' },
  'pair.restored': { credentials },
  'pair.refreshed': { credentials },
  'tokens.keep': { tokens: { ...credentials, expires_in: 7200 } },
  'tokens.kept': { uid: 'ada', scope: 'user' },
  'tokens.restored': { uid: 'ada', scope: 'user' },
  'tokens.revoke': { credentials },
  'provider.return': { url: secret },
  'code.sent': { code: { key: 'a contact', resendAt: 1 }, at: 0 },
  'codes.restore': { codes: [] },
}
/** An answer with a field for every machine. */
const output = {
  isUser: true,
  verificationToken: secret,
  providerToken: secret,
  access_token: secret,
  captchaToken: secret,
  captcha_token: secret,
  provider_code: secret,
  expires_in: 600,
  uri: 'https://provider.example',
}
const errors = ['mfa_phone_required', 'unreachable', 'not_found', 'captcha_required']
const isInternal = (type: string) => type === 'flow.resume'

test.each(
  machines.flatMap(([machine, input]) =>
    Object.entries(packages).map(
      ([name, Model]) => [machine.id, name, machine, input, Model] as const,
    ),
  ),
)(
  'testing: every path that finds its way through %s by TestModel of %s is taken again',
  async (_id, _name, machine, input, Model) => {
    const events = (snapshot: AnyMachineSnapshot) =>
      (typesOf(snapshot) as string[])
        .filter((type) => !isInternal(type))
        .flatMap((type): object[] => {
          if (type.includes('.error.'))
            return errors.map((code) => ({ type, error: new AuthError(code) }))
          return [{ type, ...(type.includes('.done.') && { output }), ...payloads[type] }]
        })
    const paths = new Model(testLogic(machine, input), {
      input,
      events,
      serializeState: ({ value, status, context }: AnyMachineSnapshot) =>
        JSON.stringify([value, status, Object.keys(context as object)]),
      stateMatcher: (snapshot: AnyMachineSnapshot, key: string) => snapshot.matches(key as never),
    }).getShortestPaths()

    let count = 0
    for (const path of paths) {
      let [at] = initialTransition(machine, input as never)
      await path.test({
        states: {
          '*': ({ value }: AnyMachineSnapshot) => {
            expect(at.value).toEqual(value)
            count++
          },
        },
        events: new Proxy(
          {},
          {
            get:
              () =>
              ({ event }: { event: EventObject }) => {
                if (event.type !== 'xstate.init') [at] = transition(machine, at, event as never)
              },
          },
        ),
      })
    }
    expect(paths.length).toBeGreaterThan(1)
    expect(count).toBeGreaterThan(paths.length)
  },
)
