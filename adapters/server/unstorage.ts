import { requireNumber } from '../../services/requireNumber.ts'
import type { Store } from '../../services/session/store.ts'

/** What is used of a storage or driver of the npm package `unstorage`. */
export interface UnstorageLike {
  getItem(key: string): unknown
  setItem?(key: string, value: string, options: { ttl: number }): unknown
  removeItem?(key: string, options: object): unknown
}

/**
 * Creates a store on any storage or driver of `unstorage`, such as the `useStorage()` of Nitro. Updates
 * within one process run one after another. Several processes also need a lock between them; with Redis
 * use `redisStore`, whose updates are one step for all of them.
 *
 * @param storage has to be writable
 * @param options settings of the store
 * @param options.ttl seconds after its last write for which a session is kept, where the driver can
 *   expire keys. Default: 30 days, as a refresh token
 * @throws AuthError `invalid_argument` for a `ttl` that is no whole number above 0
 *
 * @example
 *   const store = unstorageStore(useStorage('sessions'))
 */
export function unstorageStore(storage: UnstorageLike, { ttl = 30 * 86_400 } = {}): Store {
  requireNumber('unstorageStore', { ttl })
  /** The last update of each key that is not over yet. */
  const updates = new Map<string, Promise<void>>()
  const get = async (key: string) => {
    const value = (await storage.getItem(key)) ?? null
    // A storage has parsed what a driver returns as text.
    return value === null || typeof value === 'string' ? value : JSON.stringify(value)
  }
  const set = async (key: string, value: string) =>
    void (await storage.setItem!(key, value, { ttl }))
  return {
    get,
    set,
    remove: async (key) => void (await storage.removeItem!(key, {})),
    update(key, decide) {
      const run = async () => {
        const next = decide(await get(key))
        if (next !== undefined) await set(key, next)
      }
      const before = updates.get(key) ?? Promise.resolve()
      const mine = before.then(run, run)
      updates.set(key, mine)
      const forget = () => void (updates.get(key) === mine && updates.delete(key))
      mine.then(forget, forget)
      return mine
    },
  }
}
