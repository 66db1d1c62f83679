import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import { createServerAuth, redisLock, redisStore } from '../../adapters/server/index.ts'
import { createSandbox, type RefreshPolicy } from '../../sandbox/index.ts'
import { getUser, signIn } from '../../services/endpoints.ts'
import { startRedis } from '../support/redis.ts'
import type { Moment, Outcome, Task } from './redisWorker.ts'

/** Node processes that share one session. */
const PROCESSES = 8

/** Requests per process that ask for a token at the same time. */
const CALLERS = 250

/** Milliseconds in which a refresh has to be answered where a process dies or stands still. */
const SHORT_TIMEOUT_MS = 3000

/** Milliseconds for which the lock of such a process is kept. */
const LEASE_MS = SHORT_TIMEOUT_MS + 3000

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What becomes of the process that refreshes first. */
export interface Scenario {
  name: string
  policy?: RefreshPolicy
  at?: Moment
  signal?: Task['signal']
  /** Runs while that process is dead or frozen, in place of the other processes. */
  meanwhile?: 'sign-out'
  /** The new pair exists in one process only, which is dead: the protocol cannot save the session. */
  isInevitable?: boolean
}

/** What one trial has shown. */
export interface Trial {
  /** Answers with a token, of all processes that lived. */
  answers: number
  /** Different tokens in them. */
  tokens: number
  errors: Record<string, number>
  /** Requests for a refresh, and how many of them the server has granted. */
  refreshes: number
  granted: number
  /** Milliseconds until the last caller was answered. */
  ms: number
  /** Whether the user is signed in afterwards, and the server accepts the token. */
  isSignedIn: boolean
}

const moments: Moment[] = ['lockTaken', 'sending', 'answered', 'storing', 'stored', 'released']
const hasNewPairAlone = (at: Moment) => at === 'answered' || at === 'storing'

/** Everything that {@link run} tries. */
export const scenarios: Scenario[] = [
  { name: 'all alive' },
  ...moments.map((at): Scenario => ({
    name: `killed at ${at}`,
    at,
    signal: 'SIGKILL',
    isInevitable: hasNewPairAlone(at),
  })),
  ...moments.map((at): Scenario => ({ name: `frozen at ${at}`, at, signal: 'SIGSTOP' })),
  {
    name: 'frozen at storing, window policy',
    policy: 'window',
    at: 'storing',
    signal: 'SIGSTOP',
  },
  {
    name: 'frozen at storing, signed out meanwhile',
    at: 'storing',
    signal: 'SIGSTOP',
    meanwhile: 'sign-out',
  },
]

class Worker {
  readonly process: ChildProcess
  readonly ready: Promise<unknown>
  readonly ended: Promise<unknown>

  constructor(redis: string) {
    const path = resolve('test/session/redisWorker.ts')
    this.process = fork(path, [redis], {
      execPath: resolve('node_modules/.bin/node'),
      // That of the parent may have flags of another version.
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.ready = this.nextMessage()
    this.ended = new Promise((resolve) => this.process.once('exit', resolve))
  }

  private nextMessage(): Promise<unknown> {
    return new Promise((resolve) => this.process.once('message', resolve))
  }

  /** Settles when the process has sent itself a signal. */
  untilSignal(): Promise<unknown> {
    return new Promise((resolve) => this.process.stdout!.once('data', resolve))
  }

  run(task: Task): Promise<Outcome> {
    const outcome = this.nextMessage() as Promise<Outcome>
    this.process.send(task)
    return outcome
  }
}

/** Processes that share the sessions in a Redis; see {@link openCluster}. */
export type Cluster = Awaited<ReturnType<typeof openCluster>>

/** Starts a Redis and the processes. */
export async function openCluster() {
  const redis = await startRedis()
  const client = await redis.connect()
  const store = redisStore(client)
  const lock = redisLock(client)
  let workers = Array.from({ length: PROCESSES }, () => new Worker(redis.url))
  await Promise.all(workers.map(({ ready }) => ready))

  /** Lets a user sign in at a new sandbox, with a token that is over at once. */
  async function openSession(policy: RefreshPolicy) {
    const sandbox = createSandbox({ config: { refreshPolicy: policy, accessTokenSeconds: 1 } })
    const { url: endpoint, close } = await sandbox.listen()
    const user = { username: 'ada', password: 'Correct-horse-7' }
    await sandbox.addUser(user)
    let cookie = ''
    const serve = () =>
      createServerAuth({
        env: 'demo',
        endpoint,
        request: { headers: new Headers({ cookie }) },
        store,
        lock,
      })
    const auth = serve()
    await auth.call(signIn, user)
    cookie = (await auth.setCookies())[0]!.split(';')[0]!
    sandbox.config({ accessTokenSeconds: 7200 })
    await sleep(1000)
    return { sandbox, serve, close, task: { endpoint, cookie } }
  }

  /** Runs one trial. */
  async function attempt(scenario: Scenario, callers = CALLERS): Promise<Trial> {
    const { policy = 'strict', at, signal, meanwhile } = scenario
    const { sandbox, serve, close, task: shared } = await openSession(policy)
    const task = { ...shared, callers, timeout: signal ? SHORT_TIMEOUT_MS : 15_000 }
    const begin = performance.now()
    const [first, ...others] = workers
    const running: Promise<Outcome>[] = []
    const signalled = at && first!.untilSignal()
    const own = first!.run({ ...task, at, signal })
    await signalled
    if (signal !== 'SIGKILL') running.push(own)
    if (meanwhile) await serve().signOut()
    for (const worker of others) running.push(worker.run(task))
    if (signal === 'SIGSTOP') {
      await sleep(LEASE_MS + 1500)
      first!.process.kill('SIGCONT')
    }
    const outcomes = await Promise.all(running)
    const ms = performance.now() - begin
    if (signal === 'SIGKILL') {
      await first!.ended
      const successor = new Worker(redis.url)
      workers = [successor, ...others]
      await successor.ready
    }
    const after = serve()
    const isSignedIn = await after.call(getUser).then(
      () => true,
      () => false,
    )
    const sent = sandbox.requests().filter(({ path }) => path === '/auth/v1/token')
    await close()
    const sum = (counts: Record<string, number>) =>
      Object.values(counts).reduce((total, count) => total + count, 0)
    const errors: Record<string, number> = {}
    for (const outcome of outcomes) {
      for (const [code, count] of Object.entries(outcome.errors))
        errors[code] = (errors[code] ?? 0) + count
    }
    return {
      answers: outcomes.reduce((total, { tokens }) => total + sum(tokens), 0),
      tokens: new Set(outcomes.flatMap(({ tokens }) => Object.keys(tokens))).size,
      errors,
      refreshes: sent.length,
      granted: sent.filter(({ status }) => status === 200).length,
      ms,
      isSignedIn,
    }
  }

  return {
    attempt,
    async close() {
      for (const worker of workers) worker.process.kill('SIGKILL')
      await Promise.all(workers.map(({ ended }) => ended))
      client.destroy()
      await redis.stop()
    },
  }
}

/** A row of the table of `npm run test:session`. */
export interface Row {
  name: string
  trials: number
  /** Sessions that ended although the protocol could have saved them. */
  lost: number
  note: string
}

const range = (values: number[]) => {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low === high ? String(low) : `${low} to ${high}`
}

/**
 * Runs all scenarios: 8 processes with 250 requests each share a session whose token is over.
 *
 * @param trials of each scenario
 * @returns a row for each scenario
 */
export async function run(trials = 20): Promise<Row[]> {
  const cluster = await openCluster()
  const rows: Row[] = []
  try {
    for (const scenario of scenarios) {
      const results: Trial[] = []
      for (let trial = 0; trial < trials; trial++) results.push(await cluster.attempt(scenario))
      const isOut = scenario.meanwhile === 'sign-out'
      const wrong = results.filter(({ isSignedIn }) => isSignedIn === isOut).length
      const slowest = Math.max(...results.map(({ ms }) => ms))
      const failed = results.flatMap(({ errors }) => Object.keys(errors))
      rows.push({
        name: `redis: ${scenario.name}`,
        trials,
        lost: scenario.isInevitable ? 0 : wrong,
        note: [
          `refreshes granted ${range(results.map(({ granted }) => granted))}`,
          `of ${range(results.map(({ refreshes }) => refreshes))}`,
          `answers ${range(results.map(({ answers }) => answers))}`,
          `tokens ${range(results.map(({ tokens }) => tokens))}`,
          `slowest ${(slowest / 1000).toFixed(1)} s`,
          ...(failed.length > 0 ? [`errors ${[...new Set(failed)].join(', ')}`] : []),
          ...(scenario.isInevitable ? [`inevitable ${wrong}`] : []),
        ].join(', '),
      })
    }
  } finally {
    await cluster.close()
  }
  return rows
}

if (import.meta.main) console.table(await run(Number(process.argv[2] ?? 20)))
