import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { request } from '../../machines/core/request.ts'
import type { Fault } from '../../sandbox/index.ts'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import { getUser, sendVerification } from '../../services/http/endpoints.ts'
import { openWorld } from '../support/world.ts'

const TIMEOUT_MS = 15_000
const params = { phone_number: '+86 13800000000' }
const challenge: Fault = {
  method: 'POST',
  path: '/auth/v1/verification',
  status: 400,
  body: { error: 'captcha_required' },
}

interface Silence {
  /** The path that is not answered. */
  path: RegExp
  /** How many of its requests are answered before. */
  after?: number
  faults?: Fault[]
  /** Seconds that pass before the call. */
  seconds?: number
}

// The timeout of a request runs on the timers of the platform, which the tests move.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterAll(() => void vi.useRealTimers())

/** Records the states that calls pass: an inspector, and the states of the newest call. */
function recordCalls() {
  const states: Record<string, string[]> = {}
  const inspect = (event: InspectionEvent) => {
    if (event.type !== '@xstate.microstep') return
    const { id } = event.actorRef as { id?: string }
    const { value } = event.snapshot as AnyMachineSnapshot
    if (id?.startsWith('call.')) (states[id] ??= []).push(String(value))
  }
  return { inspect, lastStates: () => Object.values(states).at(-1) ?? [] }
}

/** Opens a world with a guest whose server does not answer some requests. */
async function openSilent({ path, after = 0, faults = [], seconds = 0 }: Silence) {
  const record = recordCalls()
  let answers = Infinity
  let onSilence!: () => void
  const silence = new Promise<void>((resolve) => (onSilence = resolve))
  const world = await openWorld({
    ...record,
    wire: (input, init) =>
      !path.test(new URL(input as string).pathname) || answers-- > 0
        ? fetch(input, init)
        : new Promise((_resolve, reject) => {
            const { signal } = init!
            signal!.addEventListener('abort', () => reject(signal!.reason as Error))
            onSilence()
          }),
  })
  await world.call('signInAnonymously')
  world.sandbox.faults(faults)
  world.advance(seconds)
  answers = after
  return { world, record, silence }
}

describe('a server that never answers', () => {
  const visited = new Set<string>()

  test.each<[string, AnyEndpoint, Silence]>([
    ['refreshing', getUser as never, { path: /v1\/token$/, seconds: 8000 }],
    ['sending', sendVerification as never, { path: /verification$/ }],
    ['challenged', sendVerification as never, { path: /captcha\/data$/, faults: [challenge] }],
    [
      'pausing',
      getUser as never,
      {
        path: /user\/me$/,
        after: 1,
        faults: [{ method: 'GET', path: '/auth/v1/user/me', drop: 'before' }],
      },
    ],
  ])('request: a call fails after the timeout at %s', async (state, endpoint, about) => {
    const { world, record, silence } = await openSilent(about)
    const call = world.auth.call(endpoint, params as never)
    const error = call.catch((thrown: unknown) => thrown)
    if (state === 'pausing') {
      await vi.waitUntil(() => record.lastStates().includes('pausing'))
      world.advance(1)
    }
    await silence
    vi.advanceTimersByTime(TIMEOUT_MS)
    // The deadline of a refresh is that of all tabs, by the clock they share.
    if (state === 'refreshing') world.advance(TIMEOUT_MS / 1000)
    expect(await error).toMatchObject({ code: 'deadline_exceeded' })
    expect(record.lastStates()).toContain(state)
    for (const each of record.lastStates()) visited.add(each)
    await world.close()
  })

  test('request: a captcha is asked again when its check is not answered', async () => {
    const about = { path: /captcha\/data\/verify$/, faults: [challenge] }
    const { world, silence } = await openSilent(about)
    const call = world.auth.call(sendVerification, params)
    const error = call.catch((thrown: unknown) => thrown)
    await world.settle({ answering: false })
    world.answerCaptcha()
    await silence
    vi.advanceTimersByTime(TIMEOUT_MS)
    await world.settle({ answering: false })
    expect(world.auth.get().captcha).toMatchObject({
      busy: false,
      error: { code: 'deadline_exceeded' },
    })
    world.auth.send({ type: 'captcha.cancel' })
    expect(await error).toMatchObject({ code: 'cancelled' })
    await world.close()
  })

  test('request: the server falls silent in every state that works', () => {
    const { states } = request(getUser).root
    const working = Object.values(states).filter(({ invoke }) => invoke.length > 0)
    expect(working.map(({ key }) => key).filter((key) => !visited.has(key))).toEqual([])
  })
})
