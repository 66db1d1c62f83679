import { randomHex } from '../../services/randomHex.ts'
import { requireNumber } from '../../services/requireNumber.ts'
import { type HeldLock, type Lock, processLock } from '../../services/session/lock.ts'
import type { Store } from '../../services/session/store.ts'

/** What is used of a client, pool or cluster of the npm package `redis`, version 4 or later. */
export interface RedisClient {
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>
  del(key: string): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** How sessions are kept in Redis. */
export interface RedisStoreOptions {
  /** Put before each key. Default: `authflow:`. */
  prefix?: string
  /** Seconds after its last write for which a session is kept. Default: 30 days, as a refresh token. */
  ttl?: number
}

/** Replaces a value only if it is still the one that was read; an empty text is no value. */
const REPLACE = `local v=redis.call('GET',KEYS[1])
if v~=false and 'v'..v==ARGV[1] or v==false and ARGV[1]=='' then
redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 end
return 0`

/** Removes a lock only if it is still the own one. */
const RELEASE = `if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end
return 0`

/**
 * Creates a store in Redis for any number of processes: each update compares and sets in one step. Every
 * operation is about one key.
 *
 * @param client a connected client of the package `redis`
 * @throws AuthError `invalid_argument` for a `ttl` that is no whole number above 0
 *
 * @example
 *   const client = await createClient({ url: 'redis://…' }).connect()
 *   const store = redisStore(client)
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  const { prefix = 'authflow:', ttl = 30 * 86_400 } = options
  requireNumber('redisStore', { ttl })
  const PX = ttl * 1000
  const read = async (key: string) => {
    const text = await client.get(prefix + key)
    return typeof text === 'string' ? text : null
  }
  return {
    isAtomic: true,
    get: read,
    set: async (key, value) => void (await client.set(prefix + key, value, { PX })),
    remove: async (key) => void (await client.del(prefix + key)),
    async update(key, decide) {
      for (;;) {
        const text = await read(key)
        const next = decide(text)
        if (next === undefined) return
        const known = text === null ? '' : `v${text}`
        const replaced = await client.eval(REPLACE, {
          keys: [prefix + key],
          arguments: [known, next, String(PX)],
        })
        if (Number(replaced) === 1) return
      }
    },
  }
}

/** Milliseconds between two attempts at a lock that another process holds. */
const POLL_MS = 50

/** Milliseconds before its end in which a lock is not relied on. */
const MARGIN_MS = 100

/** Milliseconds for which the requests of a process pass a lock on before another process has a turn. */
const TURN_MS = 1_000

/**
 * Creates a lock in Redis. The requests of a process queue in the process and pass the lock on, so that
 * one of them asks Redis for it. A process that dies keeps the lock for a lease.
 *
 * @param client a connected client of the package `redis`
 * @param options settings of the lock
 * @param options.prefix put before each key; default: `authflow:`
 * @see https://redis.io/docs/latest/develop/use/patterns/distributed-locks/
 */
export function redisLock(client: RedisClient, { prefix = 'authflow:' } = {}): Lock {
  const queue = processLock({})
  /** How many requests wait for each lock. */
  const waiting = new Map<string, number>()
  /** Locks that are passed on. */
  const passed = new Map<string, { token: string; askedAt: number; hasWaited: boolean }>()

  async function acquire(name: string, { lease, clock }: Parameters<Lock['acquire']>[1]) {
    const key = prefix + name
    const steady = () => clock.monotonic?.() ?? clock.now()
    const count = (change: number) => {
      const next = (waiting.get(name) ?? 0) + change
      if (next > 0) waiting.set(name, next)
      else waiting.delete(name)
    }

    /** Asks Redis until no other process holds the lock. */
    async function ask() {
      for (let hasWaited = false; ; hasWaited = true) {
        const held = { token: randomHex(), askedAt: steady() }
        const answer = await client.set(key, held.token, { PX: lease, NX: true })
        if (answer) return { ...held, hasWaited }
        await clock.until(clock.now() + POLL_MS * (0.5 + Math.random()))
      }
    }

    count(1)
    const turn = await queue.acquire(name, { lease, clock })
    count(-1)
    try {
      const held = passed.get(name) ?? (await ask())
      passed.delete(name)
      const { token, askedAt } = held
      const hasWaited = turn.hasWaited || held.hasWaited
      return {
        hasWaited,
        isHeld: () => steady() - askedAt < lease - MARGIN_MS,
        async release() {
          const isPassedOn = waiting.has(name) && steady() - askedAt < Math.min(TURN_MS, lease / 2)
          if (isPassedOn) passed.set(name, held)
          try {
            if (!isPassedOn) await client.eval(RELEASE, { keys: [key], arguments: [token] })
          } finally {
            await turn.release()
          }
        },
      } satisfies HeldLock
    } catch (thrown) {
      await turn.release()
      throw thrown
    }
  }

  return { acquire }
}
