import { createAuth } from '../../adapters/client/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import type { Clock } from '../../services/clock.ts'
import { memoryStore } from '../../services/session/store.ts'

const HOUR = 3600_000
const MINUTE = 60_000

/** A change of the system time, or a sleep of the machine. */
interface Move {
  atHour: number
  /** Hours by which the system time is changed. */
  hours?: number
  /** Hours for which the machine sleeps; its monotonic clock may stand still. */
  sleep?: number
}

/** Twelve hours of a client with a wrong clock. */
export interface ClockCase {
  title: string
  /** Hours by which the clock is wrong from the start. */
  skew?: number
  moves?: Move[]
}

/** The clocks that sessions have to live with. */
export const clockCases: ClockCase[] = [
  { title: 'right' },
  ...[1, -1, 24, -24].map((skew) => ({ title: `${skew} h from the start`, skew })),
  ...[1, -1, 24, -24].map((hours) => ({
    title: `${hours} h after 3 h`,
    moves: [{ atHour: 3, hours }],
  })),
  {
    title: '24 h after 3 h, corrected after 5 h',
    moves: [
      { atHour: 3, hours: 24 },
      { atHour: 5, hours: -24 },
    ],
  },
  {
    title: '-24 h after 3 h, corrected after 5 h',
    moves: [
      { atHour: 3, hours: -24 },
      { atHour: 5, hours: 24 },
    ],
  },
  { title: 'asleep for 3 days after 3 h', moves: [{ atHour: 3, sleep: 72 }] },
]

interface Wait {
  deadline: number
  resolve(): void
}

/** A clock that is moved by hand: real time, system time and monotonic time apart from each other. */
export function virtualClock(skew: number) {
  let real = Date.now()
  let wrong = skew
  let steady = 0
  const waits = new Set<Wait>()
  const pending = new Set<Promise<unknown>>()
  const clock: Clock = {
    now: () => real + wrong,
    monotonic: () => steady,
    until: (deadline, signal) =>
      new Promise((resolve, reject) => {
        const wait = { deadline, resolve }
        waits.add(wait)
        signal?.addEventListener('abort', () => {
          waits.delete(wait)
          reject(signal.reason as Error)
        })
      }),
  }
  const settle = async () => {
    for (const wait of waits) {
      if (wait.deadline > clock.now()) continue
      waits.delete(wait)
      wait.resolve()
    }
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      // No virtual time passes while the sandbox computes.
      await Promise.allSettled(pending)
    }
  }
  return {
    clock,
    real: () => real,
    /** Lets no time pass until a promise is settled. */
    hold<T>(promise: Promise<T>): Promise<T> {
      pending.add(promise)
      return promise.finally(() => pending.delete(promise))
    },
    change: (ms: number) => void (wrong += ms),
    pass(ms: number, isAsleep = false) {
      real += ms
      if (!isAsleep) steady += ms
      return settle()
    },
  }
}

/** Signs a user in with a sandbox on a virtual clock. */
async function openSession(
  skew: number,
  intercept?: (init?: RequestInit) => Promise<Response> | undefined,
) {
  const time = virtualClock(skew)
  const sandbox = createSandbox({
    now: time.real,
    config: { requestsPerMinute: null, sendsPerHour: null },
  })
  const storage = { shared: memoryStore(), tab: memoryStore() }
  const auth = createAuth({
    env: 'env',
    endpoint: 'http://sandbox.test',
    flows: {},
    clock: time.clock,
    storage,
    fetch: (input, init) => intercept?.(init) ?? time.hold(sandbox.fetch(input as string, init)),
  })
  const response = await sandbox.fetch('http://sandbox.test/auth/v1/signin/custom?client_id=env', {
    method: 'POST',
    headers: { 'x-device-id': 'd'.repeat(32) },
    body: JSON.stringify({ provider_id: 'custom', ticket: await sandbox.mintTicket('ada') }),
  })
  const { expires_in, ...tokens } = (await response.json()) as { expires_in: number }
  const expires_at = new Date(time.clock.now() + (expires_in - 30) * 1_000).toISOString()
  await storage.shared.set(
    'credentials_env',
    JSON.stringify({ version: 'v1', ...tokens, expires_at }),
  )
  auth.start()
  await time.pass(0)
  const refreshes = () => sandbox.requests().filter(({ path }) => path.endsWith('/v1/token')).length
  return { auth, time, sandbox, refreshes }
}

/**
 * Lets a client ask for a token every five minutes for twelve hours.
 *
 * @returns how often it refreshed, and how many tokens had expired when it got them
 */
export async function runClock({ skew = 0, moves = [] }: ClockCase) {
  const { auth, time, sandbox, refreshes } = await openSession(skew * HOUR)
  const left = [...moves]
  let expired = 0
  let failed = 0
  for (let minutes = 0; minutes < 12 * 60; minutes += 5) {
    while (left.length > 0 && left[0]!.atHour * 60 <= minutes) {
      const { hours = 0, sleep = 0 } = left.shift()!
      time.change(hours * HOUR)
      if (sleep > 0) await time.pass(sleep * HOUR, true)
    }
    await time.pass(5 * MINUTE)
    const asked = auth.getAccessToken()
    asked.catch(() => undefined)
    await time.pass(0)
    try {
      const headers = { authorization: `Bearer ${await asked}` }
      const me = await sandbox.fetch('http://sandbox.test/auth/v1/user/me', { headers })
      if (me.status !== 200) expired++
    } catch {
      failed++
    }
  }
  auth.stop()
  return { refreshes: refreshes(), expired, failed }
}

/** How a server fails for a minute. */
export const outages = [
  'drops',
  'hangs',
  '503',
  '429 with retry_after 5',
  'a page of a proxy',
] as const

/**
 * Lets 1,000 callers ask each second through an outage of one minute.
 *
 * @returns attempts to refresh, bytes of heap that were left, and seconds until a token was had again
 */
export async function runOutage(outage: (typeof outages)[number]) {
  let isDown = false
  let attempts = 0
  const fail: Record<(typeof outages)[number], (signal?: AbortSignal | null) => Promise<Response>> =
    {
      drops: () => Promise.reject(new TypeError('failed to fetch')),
      hangs: (signal) =>
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
      '503': async () => new Response('', { status: 503 }),
      '429 with retry_after 5': async () =>
        Response.json({ error: 'resource_exhausted', retry_after: 5 }, { status: 429 }),
      'a page of a proxy': async () =>
        new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
    }
  const { auth, time } = await openSession(0, (init) => {
    if (!isDown) return undefined
    attempts++
    return fail[outage](init?.signal)
  })
  await time.pass(3 * HOUR)
  isDown = true
  const collect = globalThis.gc as (() => void) | undefined
  collect?.()
  const before = process.memoryUsage().heapUsed
  for (let second = 0; second < 60; second++) {
    for (let caller = 0; caller < 1_000; caller++) auth.getAccessToken().catch(() => undefined)
    await time.pass(1_000)
  }
  // The last callers get their answer.
  await time.pass(25_000)
  collect?.()
  const bytes = process.memoryUsage().heapUsed - before
  isDown = false
  let seconds = 0
  for (let hasToken = false; !hasToken && seconds < 120; seconds++) {
    void auth.getAccessToken().then(
      () => (hasToken = true),
      () => undefined,
    )
    await time.pass(1_000)
  }
  auth.stop()
  return { attempts, bytes, seconds }
}
