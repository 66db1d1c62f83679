/** One of several server processes that share the sessions in a Redis. The parent sends it tasks. */
import { writeSync } from 'node:fs'
import { createClient } from 'redis'
import {
  createServerAuth,
  type RedisClient,
  redisLock,
  redisStore,
} from '../../adapters/server/index.ts'

/** The moments of a refresh at which a process can be killed or frozen. */
export type Moment = 'lockTaken' | 'sending' | 'answered' | 'storing' | 'stored' | 'released'

/** What a process is asked to do. */
export interface Task {
  endpoint: string
  cookie: string
  /** Requests that ask for a token at the same time. */
  callers: number
  timeout: number
  /** When the process sends itself this signal. */
  at?: Moment
  signal?: 'SIGKILL' | 'SIGSTOP'
}

/** What came of it: how often each token was answered, and each error. */
export interface Outcome {
  tokens: Record<string, number>
  errors: Record<string, number>
}

const client = await createClient({ url: process.argv[2]! }).connect()
let task: Task | undefined

function reach(moment: Moment) {
  if (task?.at !== moment) return
  const { signal } = task
  task.at = undefined
  // Written at once: a message would be sent too late.
  writeSync(1, `${moment}\n`)
  process.kill(process.pid, signal)
}

/** The connection to Redis, watched. */
const watched: RedisClient = {
  get: (key) => client.get(key),
  del: (key) => client.del(key),
  async set(key, value, options) {
    const result = await client.set(key, value, options)
    if (options.NX && result) reach('lockTaken')
    return result
  },
  async eval(script, options) {
    const isUpdate = options.arguments.length === 3
    if (isUpdate) reach('storing')
    const result = await client.eval(script, options)
    reach(isUpdate ? 'stored' : 'released')
    return result
  },
}

const watchedFetch: typeof fetch = async (input, init) => {
  reach('sending')
  const response = await fetch(input, init)
  reach('answered')
  return response
}

const store = redisStore(watched)
const lock = redisLock(watched)

async function answer({ endpoint, cookie, timeout }: Task): Promise<string> {
  const auth = createServerAuth({
    env: 'demo',
    endpoint,
    request: { headers: new Headers({ cookie }) },
    store,
    lock,
    timeout,
    fetch: watchedFetch,
  })
  return auth.getAccessToken()
}

async function run(next: Task) {
  task = next
  const outcome: Outcome = { tokens: {}, errors: {} }
  const count = (counts: Record<string, number>, name: string) =>
    (counts[name] = (counts[name] ?? 0) + 1)
  const answers = Array.from({ length: next.callers }, () =>
    answer(next).then(
      (token) => count(outcome.tokens, token),
      (error: { code: string }) => count(outcome.errors, error.code),
    ),
  )
  await Promise.all(answers)
  process.send!(outcome)
}

process.on('message', (next: Task) => void run(next))
process.send!('ready')
