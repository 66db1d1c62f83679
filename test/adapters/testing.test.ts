import { afterAll, expect, test, vi } from 'vitest'
import {
  type ActorRefFrom,
  type AnyActorRef,
  type AnyStateMachine,
  fromPromise,
  waitFor,
} from 'xstate'
import { getUser, sendVerification, signInAnonymously } from 'cloudbase-authflow/endpoints'
import { naming } from '../../docs/examples/naming.ts'
import {
  account,
  type AuthError,
  captcha,
  type CaptchaMachine,
  request,
  session,
  signIn,
  tokens,
  upgrade,
  verification,
} from '../../adapters/client/index.ts'
import {
  type Exploration,
  explore,
  invariants,
  model,
  type Model,
  type Payloads,
  type Choice,
  readChoices,
  rerun,
  sample,
  shrink,
} from '../../adapters/testing/index.ts'
import { mutate } from '../support/mutate.ts'

/** Explorations are measured by their states, not by the clock of a busy machine. */
vi.setConfig({ testTimeout: 120_000 })

const figures: string[] = []
afterAll(() => console.log(figures.join('\n')))

/** Explores, and prints what it took. */
async function measure(name: string, world: Model): Promise<Exploration> {
  const before = process.cpuUsage()
  const found = await explore(world)
  const cpu = Math.round(process.cpuUsage(before).user / 1000)
  const { states, edges } = found
  figures.push(`explore ${name}: ${states.length} states, ${edges.length} edges, ${cpu} ms CPU`)
  return found
}

const noFinding = { findings: [], deadEnds: [], isComplete: true, diverged: [] }

test.each<[string, Model]>([
  ['signIn, every documented answer', model({ signIn })],
  ['signIn, any failure', model({ signIn }, { hostile: true })],
])('testing: explore finds no fault in %s', async (name, world) => {
  expect(await measure(name, world)).toMatchObject(noFinding)
})

test('testing: sample finds a step without an event, and shrinks the story to it', async () => {
  const faulty = mutate(signIn, ({ states }) => (states['askingProfile']!.on = {}))
  const events: Payloads = {
    ...guestOnly,
    'guest.enter': false,
    'contact.submit': [{ email: 'a@b.cn' }],
  }
  const { finding } = await sample(model({ signIn: faulty }, { events }), { seed: 7 })
  expect(finding?.invariant).toBe(invariants.hasExit.title)
  expect(finding?.story.choices).toHaveLength(6)
  const twice = await sample(model({ signIn }, { events }), { stories: 3, length: 20, seed: 7 })
  expect(twice).toEqual(
    await sample(model({ signIn }, { events }), { stories: 3, length: 20, seed: 7 }),
  )
})

test('testing: explore takes a flow of an app with its events', async () => {
  const own = model({ naming }, { events: { 'name.submit': [{ name: 'Ada' }] } })
  const { states, ...found } = await measure('naming', own)
  expect(found).toMatchObject(noFinding)
  const steps = new Set(states.map(({ look }) => look.step))
  expect(steps).toEqual(new Set([undefined, 'loadingUser', 'askingName', 'savingName']))
})

/** The flow `signIn` with another request for one of its calls. */
const withRequest = (name: string, logic: AnyStateMachine) =>
  signIn.provide({ actors: { [name]: logic } as never })

const requests = {
  codeRepeated: request(sendVerification).provide({
    guards: { canRepeat: ({ context }) => context.repeats < 2 },
  }),
  captchaRetried: request(signInAnonymously).provide({
    guards: { isCaptchaRejected: () => true },
  }),
  captchaWaiting: request(signInAnonymously).provide({
    actors: {
      solveCaptcha: fromPromise(async ({ system, self }) => {
        const captcha = (system as AnyActorRef['system']).get(
          'captcha',
        ) as ActorRefFrom<CaptchaMachine>
        captcha.send({ type: 'captcha.require', purpose: 'test', origin: self.sessionId })
        const { context } = await waitFor(captcha, (state) => state.matches('solved'))
        return { captchaToken: context.token!, isReused: false }
      }) as never,
    },
  }),
}

/** Leaves one way to sign in. */
const guestOnly = {
  'contact.submit': false,
  'password.submit': false,
  'ticket.submit': false,
  'provider.submit': false,
} as const

test.each<[string, Model, string, string, number]>([
  [
    'a state that calls the server and has no edge for a failure',
    model({
      signIn: mutate(signIn, ({ states }) => delete states['signingInAsGuest']!.invoke['onError']),
    }),
    invariants.flowGoesOn.title,
    'permission_denied',
    3,
  ],
  [
    'a captcha that is asked for without end',
    model(
      { signIn: withRequest('signInAnonymously', requests.captchaRetried) },
      {
        faults: 3,
        outcomes: {
          signInAnonymously: ['captcha_required', 'captcha_invalid'].map((error) => ({
            name: error,
            error,
          })),
        },
        events: { ...guestOnly, 'captcha.replace': false },
      },
    ),
    invariants.oneCaptchaRetry.title,
    'has rejected 2 captchas',
    11,
  ],
  [
    'a code that is sent again by itself',
    model(
      {
        signIn: signIn.provide({
          actors: {
            verification: verification.provide({
              actors: { sendVerification: requests.codeRepeated },
            }),
          },
        }),
      },
      { outcomes: { sendVerification: [{ name: 'lost', error: 'unreachable' }] } },
    ),
    invariants.nothingUnasked.title,
    'sendVerification is sent: time passes',
    4,
  ],
  [
    'a caller that goes on waiting when the captcha is cancelled',
    model(
      { signIn: withRequest('signInAnonymously', requests.captchaWaiting) },
      { hostile: true, events: guestOnly },
    ),
    invariants.busyIsWork.title,
    'busy',
    5,
  ],
  [
    'a step without an event',
    model({ signIn: mutate(signIn, ({ states }) => (states['askingProfile']!.on = {})) }),
    invariants.hasExit.title,
    'no event',
    6,
  ],
  [
    'an edit that is sent without a proof',
    model(
      {
        account: account.provide({
          actors: {
            gatedEdit: mutate(
              (account.implementations.actors as Record<string, AnyStateMachine>)['gatedEdit']!,
              ({ states }) => (states['gating'] = { always: 'choosingEdit' } as never),
            ),
          } as never,
        }),
      },
      { faults: 0, events: { 'provider.bind': false, 'contact.replace': false } },
    ),
    invariants.sudoFirst.title,
    'is sent without a proof',
    2,
  ],
])(
  'testing: explore finds %s by a story of few choices',
  async (_, world, invariant, reason, length) => {
    const { findings } = await explore(world, { limit: 1500 })
    const found = findings.find((each) => each.invariant === invariant)
    expect(found?.reason).toContain(reason)
    expect(found?.story.choices.length).toBeLessThanOrEqual(length)
  },
)

/** Plants logic in the place of a shared actor, while `run` runs. */
async function withActor<T>(name: string, logic: AnyStateMachine, run: () => Promise<T>) {
  const actors = session.implementations.actors as Record<string, unknown>
  const original = actors[name]
  actors[name] = logic
  return run().finally(() => (actors[name] = original))
}

test('testing: explore finds a session that any failed refresh ends, by a story of 3 choices', async () => {
  const faulty = mutate(tokens, ({ states }) => {
    states['refreshing']!.invoke['onError'] = { target: 'absent', actions: 'rememberError' }
  })
  const { findings } = await withActor('tokens', faulty, () =>
    explore(model({ naming }, { hostile: true, faults: 2 }), {
      invariants: [invariants.signedOutByServerOrUser],
      limit: 1500,
    }),
  )
  expect(findings.map(({ reason, story }) => [reason, story.choices.length])).toEqual([
    ['signed out: refresh → unavailable', 3],
  ])
})

test('testing: explore finds a session that goes on after another tab has ended it', async () => {
  const faulty = mutate(tokens, ({ on }) => delete on['pair.lost'])
  const { findings } = await withActor('tokens', faulty, () =>
    explore(model({ upgrade }, { faults: 0, otherTabs: 1 }), { limit: 100 }),
  )
  expect(findings.map(({ reason, story }) => [reason, story.choices.length])).toEqual([
    ['anonymous, and no session is stored', 1],
  ])
})

test('testing: explore finds a call of the app that never ends', async () => {
  const faulty = mutate(captcha, ({ states }) => {
    states['asking']!.on = { 'captcha.cancel': { target: 'idle', actions: 'close' } }
  })
  const world = model(
    { signIn },
    { hostile: true, events: guestOnly, calls: [{ endpoint: getUser }], status: 'signedIn' },
  )
  const { findings } = await withActor('captcha', faulty, () => explore(world, { limit: 500 }))
  const found = findings.find(({ invariant }) => invariant === invariants.callSettles.title)
  expect(found?.reason).toBe('getUser waits for nothing')
  expect(found?.story.choices.length).toBe(5)
})

test('testing: shrink leaves out of a story what its fault does not need', async () => {
  const faulty = mutate(signIn, ({ states }) => (states['askingProfile']!.on = {}))
  const send = (event: string): Choice => ({ type: 'send', event })
  const answer = (operation: string, outcome = 'ok'): Choice => {
    return { type: 'answer', operation, outcome }
  }
  const codeSent = [
    send('contact.submit'),
    answer('sendVerification', 'ok, a new contact'),
    { type: 'wait' } as const,
  ]
  const needed = [
    send('flow.start'),
    ...codeSent.slice(0, 2),
    send('code.submit'),
    answer('verify'),
    answer('signUp'),
  ]
  const choices = [
    send('flow.start'),
    ...codeSent,
    send('code.submit'),
    answer('verify', 'invalid_argument'),
    send('contact.change'),
    ...codeSent,
    ...needed.slice(3),
  ]
  const shorter = await shrink(choices, model({ signIn: faulty }))
  expect(shorter?.choices).toEqual(needed)
  expect(await shrink(choices, model({ signIn }))).toBeUndefined()
})

test('testing: a story runs again from its text, with and without the fault that it has found', async () => {
  const faulty = signIn.provide({
    actors: { signInAnonymously: requests.captchaWaiting as never },
  })
  const { findings } = await explore(
    model({ signIn: faulty }, { hostile: true, events: guestOnly }),
    {
      invariants: [invariants.busyIsWork],
      limit: 500,
    },
  )
  const choices = readChoices(JSON.stringify(findings[0]!.story))
  const again = await rerun(
    choices,
    model({ signIn: faulty }, { hostile: true, events: guestOnly }),
  )
  expect(again.violations.map(({ invariant }) => invariant)).toContain(invariants.busyIsWork.title)
  expect(String(again.story)).toBe(String(findings[0]!.story))
  const fixed = await rerun(choices, model({ signIn }, { hostile: true }))
  expect(fixed.violations).toEqual([])
})

test('testing: a story that is no longer possible says where it stops', async () => {
  const { story, stopped } = await rerun(
    [
      { type: 'send', event: 'flow.start' },
      { type: 'send', event: 'code.submit' },
    ],
    model({ signIn }),
  )
  expect(stopped).toBe(
    'code.submit is not possible at signIn.askingAccount: nothing takes code.submit',
  )
  expect(story.choices).toHaveLength(1)
})

test.each([
  ['{}', 'this is not an authflow-story'],
  ['no JSON', 'this is not an authflow-story'],
  ['{"format":"authflow-story","version":2,"choices":[]}', 'the story is of version 2'],
  ['{"format":"authflow-story","version":1,"choices":[{"type":"jump"}]}', 'malformed'],
])('testing: %s is no story', (text, reason) => {
  expect(() => readChoices(text)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      description: expect.stringContaining(reason) as string,
    }) as AuthError,
  )
})

test('testing: a number of stories, choices or states that makes no sense is refused', async () => {
  const some = model({ signIn })
  for (const number of [0, NaN, -1, 0.5]) {
    const refused = { code: 'invalid_argument' }
    await expect(sample(some, { stories: number })).rejects.toMatchObject(refused)
    await expect(sample(some, { length: number })).rejects.toMatchObject(refused)
    await expect(explore(some, { limit: number })).rejects.toMatchObject(refused)
  }
})

test('testing: explore ends at its limit and at its signal, and says that it is not complete', async () => {
  const some = model({ signIn })
  const { isComplete, states } = await explore(some, { limit: 20 })
  expect([isComplete, states.length]).toEqual([false, 20])
  const aborted = await explore(some, { signal: AbortSignal.abort() })
  expect([aborted.isComplete, aborted.states.length]).toEqual([false, 1])
})
