import { expect } from 'vitest'
import type { AnyMachineSnapshot, InspectionEvent } from 'xstate'
import type { Fault } from '../../sandbox/index.ts'
import { AuthError } from '../../services/error.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import type { OperationName } from '../../services/http/operation.ts'
import { Secret } from '../../services/secret.ts'
import type { Interruption } from './interruptions.ts'
import type { Model, Path, Step } from './paths.ts'
import { openWorld } from './world.ts'

/** What of a request's context decides how it goes on. */
interface Context {
  serial?: number
  tokenRefreshed: boolean
  captchaToken?: Secret
  captchaRetried: boolean
  repeats: number
}

const secret = new Secret('a secret')
const fails = (code: string) => ({ error: new AuthError(code) })

/**
 * Makes the model of one request.
 *
 * @param operation the endpoint
 * @param input its parameters
 * @returns the model
 */
export function requestModel(operation: OperationName, input: object): Model {
  const isEither = endpoints[operation].credential === 'either'
  return {
    input,
    cases: {
      'xstate.done.actor.refreshTokens': [
        { output: { serial: 1 } },
        ...(isEither ? [{ output: {}, note: 'signed out' }] : []),
      ],
      'xstate.error.actor.refreshTokens': isEither ? [] : [fails('unauthenticated')],
      'xstate.done.actor.send': [{ output: {} }],
      'xstate.error.actor.send': [
        'captcha_required',
        'captcha_invalid',
        'unauthenticated',
        'unreachable',
        'internal',
      ].map(fails),
      'xstate.done.actor.solveCaptcha': [{ output: { captchaToken: secret, isReused: false } }],
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
  }
}

/** @returns the code of the error that a step brings */
export const codeOf = ({ event }: Step) => (event.error as AuthError | undefined)?.code
/** Whether the step is a good end of what was invoked. */
export const isDone = ({ event }: Step) => event.type.startsWith('xstate.done.')
const stepsOf = (steps: Step[], actor: string) =>
  steps.filter(({ event }) => event.type.endsWith(`.actor.${actor}`))

/**
 * Prolongs a path that stops on the way until the call ends without another interruption.
 *
 * @param path a path of the request machine
 * @returns the path to the end
 */
export function completed({ name, steps }: Path): Path {
  const last = steps.at(-1)!
  const next = { refreshing: ['refreshTokens', 'sending'], sending: ['send', 'succeeded'] }[last.to]
  if (!next) return { name, steps }
  const [actor, to] = next as [string, string]
  const event = { type: `xstate.done.actor.${actor}` }
  return completed({ name, steps: [...steps, { event, from: last.to, to }] })
}

/**
 * Records the states that calls pass.
 *
 * @returns an inspector, and the states of the newest call
 */
export function recordCalls() {
  const states: Record<string, string[]> = {}
  const inspect = (event: InspectionEvent) => {
    if (event.type !== '@xstate.microstep') return
    const { id } = event.actorRef as { id?: string }
    const { value } = event.snapshot as AnyMachineSnapshot
    if (id?.startsWith('call.')) (states[id] ??= []).push(String(value))
  }
  return { inspect, lastStates: () => Object.values(states).at(-1) ?? [] }
}

const NOTHING = /^$/
const token = { method: 'POST', path: '/auth/v1/token' }

/**
 * Makes a call by `auth.call`, with the server, the user and the clock doing what the path says.
 *
 * @param operation the endpoint and its parameters
 * @param path a complete path of its machine
 * @param interruption what happens beside that
 * @returns how the call ends, the states it passes, and the transitions taken
 */
export async function walkRequest(
  [operation, params]: [OperationName, object],
  { steps }: Path,
  interruption: Interruption,
) {
  const record = recordCalls()
  const hasNetworkFailure = interruption === 'network failure'
  const world = await openWorld({
    ...record,
    interruption: hasNetworkFailure ? 'nothing' : interruption,
  })
  const { sandbox, clock } = world
  const { method, path } = endpoints[operation]
  const endpoint = { method, path: `/auth${path}` }
  const noConnection: Fault = { ...endpoint, drop: 'before' }
  const isExpected = (code: string) => codeOf(steps.at(-1)!) === code

  const [first] = stepsOf(steps, 'refreshTokens')
  const isSignedIn = first && isDone(first) && !first.event.note
  if (isSignedIn) {
    await world.call('signInAnonymously')
    // The path starts with a refresh.
    world.advance(8000)
  }

  const toFault = (step: Step): Fault =>
    codeOf(step) === 'unreachable'
      ? noConnection
      : { ...endpoint, status: 400, body: { error: codeOf(step) } }
  const rejections = stepsOf(steps, 'refreshTokens').filter((step) => !isDone(step))
  const failures = stepsOf(steps, 'send').filter((step) => !isDone(step))
  const planFaults = () =>
    sandbox.faults([
      ...(hasNetworkFailure ? [noConnection] : []),
      ...failures.map(toFault),
      ...rejections.map(() => ({ ...token, status: 401, body: { error: 'unauthenticated' } })),
      ...(hasNetworkFailure && isDone(steps.at(-1)!)
        ? [{ ...token, drop: 'before' } as const]
        : []),
    ])
  const isTokenRejected = failures.some((step) => codeOf(step) === 'unauthenticated')

  /** @param reloads whether the page reloads as soon as the call waits for something */
  async function attempt(reloads = false) {
    const answers = stepsOf(steps, 'solveCaptcha').map(isDone)
    const waits = stepsOf(steps, 'until').map(isDone)
    let end: string | undefined
    if (interruption === 'token expiry') world.advance(3)
    const settled = world.auth.call(endpoints[operation] as never, params as never).then(
      () => (end = 'succeeded'),
      ({ code }: AuthError) => (end = `failed: ${code}`),
    )
    while (!end) {
      await world.settle({ answering: false })
      const { captcha } = world.auth.get()
      if (captcha && interruption === 'token expiry' && !isTokenRejected) world.advance(3)
      if (end) break
      if (reloads) await world.reload()
      else if (captcha && (answers.shift() ?? true)) world.answerCaptcha()
      else if (captcha) world.auth.send({ type: 'captcha.cancel' })
      else if (waits.shift() ?? true) world.advance(1)
      else clock.failWait('first')
    }
    return settled
  }

  /** Reloads the page while the request is sent, and again where the call waits. */
  async function attemptThroughReloads() {
    for (const held of [new RegExp(`^${method} ${endpoint.path}$`), NOTHING]) {
      world.holdRequests(held)
      planFaults()
      const { auth } = world
      const end = await attempt(true)
      world.releaseRequests()
      if (world.auth === auth) return end
      expect(end).toBe('failed: cancelled')
    }
    planFaults()
    return attempt()
  }

  planFaults()
  let end = await (interruption === 'reload' ? attemptThroughReloads() : attempt())
  const states = record.lastStates()
  for (let tries = 0; end === 'failed: unreachable' && !isExpected('unreachable'); tries++) {
    expect(tries).toBeLessThan(3)
    world.advance(1)
    end = await attempt()
  }
  const { status } = world.auth.get()
  const outcome = { end, status, messages: world.countMessages() }
  await world.close()
  return { outcome, states, taken: world.taken }
}
