import { afterAll, expect, test } from 'vitest'
import {
  type ActorRefFrom,
  type AnyActorRef,
  type AnyStateMachine,
  fromPromise,
  sendTo,
  waitFor,
} from 'xstate'
import { sendVerification, signInAnonymously } from 'cloudbase-authflow/endpoints'
import { naming } from '../../docs/examples/naming.ts'
import {
  account,
  type AuthError,
  type CaptchaMachine,
  provider,
  resetPassword,
  request,
  signIn,
  upgrade,
  verification,
} from '../../adapters/client/index.ts'
import {
  type Exploration,
  explore,
  invariants,
  model,
  type Model,
  readChoices,
  rerun,
} from '../../adapters/testing/index.ts'
import { mutate } from '../support/mutate.ts'

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
  ['resetPassword, every documented answer', model({ resetPassword })],
  ['upgrade, every documented answer', model({ upgrade })],
  ['signIn, a reload', model({ signIn }, { faults: 0, reloads: 1 })],
  ['provider, any failure', model({ provider }, { hostile: true })],
])('testing: explore finds no fault in %s', async (name, world) => {
  expect(await measure(name, world)).toMatchObject(noFinding)
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

/** The flow `naming` that takes any failure for the end of the session. */
const signsOutOnFailure = mutate(naming, ({ states }) => {
  const toTokens = sendTo(({ system }) => system.get('tokens') as AnyActorRef, {
    type: 'tokens.drop',
  })
  states['loadingUser']!.invoke['onError'] = { target: 'done', actions: toTokens }
})

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
    'sendVerification is sent as time passes',
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
    'a failed call that signs out',
    model({ naming: signsOutOnFailure }, { hostile: true }),
    invariants.signedOutByServerOrUser.title,
    'getUser',
    3,
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

test('testing: explore ends at its limit and at its signal, and says that it is not complete', async () => {
  const some = model({ signIn })
  const { isComplete, states } = await explore(some, { limit: 20 })
  expect([isComplete, states.length]).toEqual([false, 20])
  const aborted = await explore(some, { signal: AbortSignal.abort() })
  expect([aborted.isComplete, aborted.states.length]).toEqual([false, 1])
})
