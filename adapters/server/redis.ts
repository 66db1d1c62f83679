import { randomHex } from '../../services/randomHex.ts'
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
 *
 * @example
 *   const client = await createClient({ url: 'redis://…' }).connect()
 *   const store = redisStore(client)
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  const { prefix = 'authflow:', ttl = 30 * 86_400 } = options
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

/**
 * Creates a lock in Redis. Requests of one process queue in the process, so that no more than one
 * connection per process asks Redis. A holder that dies keeps the lock for a lease.
 *
 * @param client a connected client of the package `redis`
 * @param options.prefix put before each key; default: `authflow:`
 * @see https://redis.io/docs/latest/develop/use/patterns/distributed-locks/
 */
export function redisLock(client: RedisClient, { prefix = 'authflow:' } = {}): Lock {
  const queue = processLock({})
  return {
    async acquire(name, options) {
      const { lease, clock } = options
      const turn = await queue.acquire(name, options)
      const key = prefix + name
      const token = randomHex()
      const steady = () => clock.monotonic?.() ?? clock.now()
      let hasWaited = turn.hasWaited
      try {
        for (;;) {
          const askedAt = steady()
          if (await client.set(key, token, { PX: lease, NX: true })) {
            return {
              hasWaited,
              isHeld: () => steady() - askedAt < lease - MARGIN_MS,
              async release() {
                try {
                  await client.eval(RELEASE, { keys: [key], arguments: [token] })
                } finally {
                  await turn.release()
                }
              },
            } satisfies HeldLock
          }
          hasWaited = true
          await clock.until(clock.now() + POLL_MS * (0.5 + Math.random()))
        }
      } catch (thrown) {
        await turn.release()
        throw thrown
      }
    },
  }
}
