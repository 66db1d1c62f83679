import { describe, expect, test } from 'vitest'
import type { AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { request } from '../../machines/request.ts'
import type { OperationName } from '../../services/api.ts'
import { AuthError } from '../../services/error.ts'
import { Secret } from '../../services/secret.ts'
import type { Fault } from '../../sandbox/index.ts'
import {
  edgePaths,
  type Model,
  paperApi,
  type Path,
  type Step,
  transitionsOf,
} from '../support/paths.ts'
import { type Interruption, openWorld } from '../support/world.ts'

interface Context {
  serial?: number
  renewed: boolean
  captchaToken?: Secret
  challengedAnew: boolean
  repeats: number
}

const secret = new Secret('sealed')
const fails = (code: string) => ({ error: new AuthError(code) })
const isEither = (operation: OperationName) => paperApi[operation].credential === 'either'

const modelOf = (operation: OperationName, input: object): Model => ({
  input,
  cases: {
    'xstate.done.actor.authorize': [
      { output: 1 },
      ...(isEither(operation) ? [{ output: undefined, note: 'with nobody signed in' }] : []),
    ],
    'xstate.error.actor.authorize': isEither(operation) ? [] : [fails('unauthenticated')],
    'xstate.done.actor.send': [{ output: {} }],
    'xstate.error.actor.send': [
      'captcha_required',
      'captcha_invalid',
      'unauthenticated',
      'unreachable',
      'internal',
    ].map(fails),
    'xstate.done.actor.solveCaptcha': [{ output: secret }],
    'xstate.error.actor.solveCaptcha': [fails('cancelled')],
    'xstate.error.actor.until': [fails('unknown')],
  },
  facts: ({ serial, renewed, captchaToken, challengedAnew, repeats }: Context) => [
    serial !== undefined,
    renewed,
    !!captchaToken,
    challengedAnew,
    repeats,
  ],
})

/** One operation of every kind: with a bearer, with either, with the client id alone; repeatable or not. */
const operations: [OperationName, object][] = [
  ['getUser', {}],
  ['updateProfile', { name: 'Li Hua' }],
  ['sendVerification', { phone_number: '+86 13800000000' }],
  ['revoke', { token: 'none' }],
  ['signInAnonymously', {}],
]

const codeOf = ({ event }: Step) => (event.error as AuthError | undefined)?.code
const stepsOf = (steps: Step[], actor: string) =>
  steps.filter(({ event }) => event.type.endsWith(`.actor.${actor}`))
const isDone = ({ event }: Step) => event.type.startsWith('xstate.done.')

/** A path that stops on the way is walked to its end: nothing more befalls the call. */
function toItsEnd({ name, steps }: Path): Path {
  const last = steps.at(-1)!
  const next = { authorizing: ['authorize', 'sending'], sending: ['send', 'succeeded'] }[last.to]
  if (!next) return { name, steps }
  const [actor, to] = next as [string, string]
  const event = { type: `xstate.done.actor.${actor}` }
  return toItsEnd({ name, steps: [...steps, { event, from: last.to, to }] })
}

/** The course of a call from its start to its end, as its own machine reports it. */
function watchCalls() {
  const visited: Record<string, string[]> = {}
  const inspect = (event: InspectionEvent) => {
    if (event.type !== '@xstate.microstep') return
    const { id } = event.actorRef as { id?: string }
    const { value } = event.snapshot as AnyMachineSnapshot
    if (id?.startsWith('call.')) (visited[id] ??= []).push(String(value))
  }
  return { inspect, last: () => Object.values(visited).at(-1) ?? [] }
}

/** Makes the call, with the server, the person and the clock doing what the path says of them. */
async function walk(
  [operation, params]: (typeof operations)[0],
  { steps }: Path,
  interruption: Interruption,
) {
  const watch = watchCalls()
  const world = await openWorld(interruption === 'broken line' ? 'nothing' : interruption, watch)
  const { sandbox, clock } = world
  const { method, path } = paperApi[operation]
  const endpoint = { method, path: `/auth${path}` }
  const broken: Fault = { ...endpoint, drop: 'before' }
  const isFailing = (code: string) => codeOf(steps.at(-1)!) === code

  const [first] = stepsOf(steps, 'authorize')
  if (first && isDone(first) && !first.event.note) await world.call('signInAnonymously')

  const toFault = (step: Step): Fault =>
    codeOf(step) === 'unreachable'
      ? broken
      : { ...endpoint, status: 400, body: { error: codeOf(step) } }
  const refusals = stepsOf(steps, 'authorize').filter((step) => !isDone(step))
  const token = { method: 'POST', path: '/auth/v1/token' }
  sandbox.faults([
    ...(interruption === 'broken line' ? [broken] : []),
    ...stepsOf(steps, 'send')
      .filter((step) => !isDone(step))
      .map(toFault),
    ...refusals.map(() => ({ ...token, status: 401, body: { error: 'unauthenticated' } })),
    ...(interruption === 'broken line' && isDone(steps.at(-1)!)
      ? [{ ...token, drop: 'before' } as const]
      : []),
  ])
  const answers = stepsOf(steps, 'solveCaptcha').map(isDone)
  const waits = stepsOf(steps, 'until').map(isDone)
  const isTokenRefused = stepsOf(steps, 'send').some((step) => codeOf(step) === 'unauthenticated')

  async function attempt() {
    let end: string | undefined
    if (interruption === 'expiry') world.pass(3)
    const settled = world.auth.call(operation, params as never).then(
      () => (end = 'succeeded'),
      ({ code }: AuthError) => (end = `failed: ${code}`),
    )
    while (!end) {
      await world.settle({ answering: false })
      const { captcha } = world.auth.get()
      if (captcha && interruption === 'expiry' && !isTokenRefused) world.pass(3)
      if (end) break
      if (captcha && (answers.shift() ?? true)) world.answerCaptcha()
      else if (captcha) world.auth.send({ type: 'captcha.cancel' })
      else if (waits.shift() ?? true) world.pass(1)
      else clock.breakWait('first')
    }
    return settled
  }

  let end = await attempt()
  const course = watch.last()
  for (let tries = 0; end === 'failed: unreachable' && !isFailing('unreachable'); tries++) {
    expect(tries).toBeLessThan(3)
    world.pass(1)
    end = await attempt()
  }
  const { taken } = world
  const { status } = world.auth.get()
  const dialog = world.peer('captcha').getSnapshot().context as { token?: Secret }
  const walked = { end, status, messages: world.messages(), isTokenSpent: !dialog.token }
  await world.close()
  return { walked, course, taken }
}

const interruptions: Interruption[] = ['captcha', 'expiry', 'broken line']
const taken = new Set<string>()

describe.each(operations)('request: %s', (...operation) => {
  const [name, input] = operation
  const machine = request(paperApi, name)
  const paths = edgePaths(machine, modelOf(name, input)).map((path): [string, Path] => [
    path.name,
    toItsEnd(path),
  ])

  test.each(paths)('%s', async (_name, path) => {
    const plain = await walk(operation, path, 'nothing')
    for (const transition of plain.taken) taken.add(transition)
    const last = path.steps.at(-1)!
    expect(plain.course.filter((state) => state !== 'starting')).toEqual([
      path.steps[0]!.from,
      ...path.steps.map(({ to }) => to).filter((state) => state !== 'failed'),
    ])
    expect(plain.walked.end).toBe(isDone(last) ? last.to : `${last.to}: ${codeOf(last)}`)
    for (const interruption of interruptions) {
      const { walked } = await walk(operation, path, interruption)
      expect.soft(walked, interruption).toMatchObject({
        end: plain.walked.end,
        status: plain.walked.status,
        messages: plain.walked.messages,
      })
    }
  })
})

test('request: every transition has been taken', () => {
  const machine = request(paperApi, 'getUser')
  expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
})
