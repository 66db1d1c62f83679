import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, test } from 'vitest'
import type { AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { request } from '../../machines/core/request.ts'
import type { OperationName } from '../../services/http/operation.ts'
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
import { type Interruption, interruptions, openWorld } from '../support/world.ts'

interface Context {
  serial?: number
  tokenRefreshed: boolean
  captchaToken?: Secret
  captchaRetried: boolean
  repeats: number
}

const secret = new Secret('sealed')
const fails = (code: string) => ({ error: new AuthError(code) })
const isEither = (operation: OperationName) => paperApi[operation].credential === 'either'

const modelOf = (operation: OperationName, input: object): Model => ({
  input,
  cases: {
    'xstate.done.actor.refreshTokens': [
      { output: { serial: 1 } },
      ...(isEither(operation) ? [{ output: {}, note: 'with nobody signed in' }] : []),
    ],
    'xstate.error.actor.refreshTokens': isEither(operation) ? [] : [fails('unauthenticated')],
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
  facts: ({ serial, tokenRefreshed, captchaToken, captchaRetried, repeats }: Context) => [
    serial !== undefined,
    tokenRefreshed,
    !!captchaToken,
    captchaRetried,
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
  const next = { refreshing: ['refreshTokens', 'sending'], sending: ['send', 'succeeded'] }[last.to]
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

const NOTHING = /^$/

/** Makes the call, with the server, the person and the clock doing what the path says of them. */
async function walk(
  [operation, params]: (typeof operations)[0],
  { steps }: Path,
  interruption: Interruption,
) {
  const watch = watchCalls()
  const isLineBroken = interruption === 'broken line'
  const world = await openWorld(isLineBroken ? 'nothing' : interruption, watch)
  const { sandbox, clock } = world
  const { method, path } = paperApi[operation]
  const endpoint = { method, path: `/auth${path}` }
  const broken: Fault = { ...endpoint, drop: 'before' }
  const isFailing = (code: string) => codeOf(steps.at(-1)!) === code

  const [first] = stepsOf(steps, 'refreshTokens')
  const isSignedIn = first && isDone(first) && !first.event.note
  if (isSignedIn) {
    await world.call('signInAnonymously')
    // The path begins with a refresh.
    world.pass(8000)
  }

  const toFault = (step: Step): Fault =>
    codeOf(step) === 'unreachable'
      ? broken
      : { ...endpoint, status: 400, body: { error: codeOf(step) } }
  const refusals = stepsOf(steps, 'refreshTokens').filter((step) => !isDone(step))
  const token = { method: 'POST', path: '/auth/v1/token' }
  const plan = () =>
    sandbox.faults([
      ...(isLineBroken ? [broken] : []),
      ...stepsOf(steps, 'send')
        .filter((step) => !isDone(step))
        .map(toFault),
      ...refusals.map(() => ({ ...token, status: 401, body: { error: 'unauthenticated' } })),
      ...(isLineBroken && isDone(steps.at(-1)!) ? [{ ...token, drop: 'before' } as const] : []),
    ])
  const isTokenRefused = stepsOf(steps, 'send').some((step) => codeOf(step) === 'unauthenticated')

  /** @param isCut whether the page goes as soon as the call waits for something */
  async function attempt(isCut = false) {
    const answers = stepsOf(steps, 'solveCaptcha').map(isDone)
    const waits = stepsOf(steps, 'until').map(isDone)
    let end: string | undefined
    if (interruption === 'expiry') world.pass(3)
    const settled = world.auth.call(paperApi[operation] as never, params as never).then(
      () => (end = 'succeeded'),
      ({ code }: AuthError) => (end = `failed: ${code}`),
    )
    while (!end) {
      await world.settle({ answering: false })
      const { captcha } = world.auth.get()
      if (captcha && interruption === 'expiry' && !isTokenRefused) world.pass(3)
      if (end) break
      if (isCut) await world.reload()
      else if (captcha && (answers.shift() ?? true)) world.answerCaptcha()
      else if (captcha) world.auth.send({ type: 'captcha.cancel' })
      else if (waits.shift() ?? true) world.pass(1)
      else clock.breakWait('first')
    }
    return settled
  }

  /** The page goes while the call is on the wire, and goes again where it waits. */
  async function attemptThroughReloads() {
    for (const held of [new RegExp(`^${method} ${endpoint.path}$`), NOTHING]) {
      world.hold(held)
      plan()
      const { auth } = world
      const end = await attempt(true)
      world.letGo()
      if (world.auth === auth) return end
      expect(end).toBe('failed: cancelled')
    }
    plan()
    return attempt()
  }

  plan()
  let end = await (interruption === 'reload' ? attemptThroughReloads() : attempt())
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

const taken = new Set<string>()

describe.each(operations)('request: %s', (...operation) => {
  const [name, input] = operation
  const machine = request(paperApi[name] as never)
  const paths = edgePaths(machine, modelOf(name, input)).map((path): [string, Path] => [
    path.name,
    toItsEnd(path),
  ])

  test.each(paths)('%s', async (_name, path) => {
    const plain = await walk(operation, path, 'nothing')
    for (const transition of plain.taken) taken.add(transition)
    const last = path.steps.at(-1)!
    const [first] = path.steps
    const course = [first!.from, ...path.steps.map(({ to }) => to)]
    // A caller who is known to be signed out needs no refresh to find that out.
    if (first!.event.note) course.shift()
    expect(plain.course.filter((state) => state !== 'starting')).toEqual(
      course.filter((state) => state !== 'failed'),
    )
    expect(plain.walked.end).toBe(isDone(last) ? last.to : `${last.to}: ${codeOf(last)}`)
    for (const interruption of interruptions.slice(1)) {
      const { walked } = await walk(operation, path, interruption)
      expect.soft(walked, interruption).toMatchObject({
        end: plain.walked.end,
        status: plain.walked.status,
        messages: plain.walked.messages,
      })
    }
  })
})

describe('request: a server that never answers', () => {
  const visited = new Set<string>()
  const challenge: Fault = {
    method: 'POST',
    path: '/auth/v1/verification',
    status: 400,
    body: { error: 'captcha_required' },
  }
  const params = { phone_number: '+86 13800000000' }

  interface Silence {
    about: RegExp
    /** How many calls are answered before. */
    after?: number
    faults?: Fault[]
    seconds?: number
  }

  /** A guest, and a server that has fallen silent since. */
  async function openSilent({ about, after = 0, faults = [], seconds = 0 }: Silence) {
    const watch = watchCalls()
    let answers = Infinity
    const world = await openWorld('nothing', {
      ...watch,
      timeout: 1500,
      wire: (input, init) =>
        !about.test(new URL(input as string).pathname) || answers-- > 0
          ? fetch(input, init)
          : new Promise((_resolve, reject) => {
              const { signal } = init!
              signal!.addEventListener('abort', () => reject(signal!.reason as Error))
            }),
    })
    await world.call('signInAnonymously')
    world.sandbox.faults(faults)
    world.pass(seconds)
    answers = after
    return { world, watch }
  }

  test.concurrent.each<[string, OperationName, Silence]>([
    ['refreshing', 'getUser', { about: /v1\/token$/, seconds: 8000 }],
    ['sending', 'sendVerification', { about: /verification$/ }],
    ['challenged', 'sendVerification', { about: /captcha\/data$/, faults: [challenge] }],
    [
      'pausing',
      'getUser',
      {
        about: /user\/me$/,
        after: 1,
        faults: [{ method: 'GET', path: '/auth/v1/user/me', drop: 'before' }],
      },
    ],
  ])('is given up in %s', async (state, operation, silence) => {
    const { world, watch } = await openSilent(silence)
    await expect(world.call(operation, params)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(watch.last()).toContain(state)
    for (const each of watch.last()) visited.add(each)
    await world.close()
  })

  test.concurrent(
    'is given up while an answer is checked, and the question asked once more',
    async () => {
      const { world } = await openSilent({ about: /captcha\/data\/verify$/, faults: [challenge] })
      const call = world.auth.call(endpoints.sendVerification, params)
      await world.settle({ answering: false })
      world.answerCaptcha()
      await world.settle({ answering: false })
      expect(world.auth.get().captcha).toMatchObject({
        busy: false,
        error: { code: 'deadline_exceeded' },
      })
      world.auth.send({ type: 'captcha.cancel' })
      await expect(call).rejects.toMatchObject({ code: 'cancelled' })
      await world.close()
    },
  )

  test('has been met wherever a call is at work', () => {
    const { states } = request(paperApi.getUser).root
    const working = Object.values(states).filter(({ invoke }) => invoke.length > 0)
    expect(working.map(({ key }) => key).filter((key) => !visited.has(key))).toEqual([])
  })
})

test('request: every transition has been taken', () => {
  const machine = request(paperApi.getUser)
  expect(transitionsOf(machine).filter((transition) => !taken.has(transition))).toEqual([])
})
