import type { Clock } from '../clock.ts'
import { AuthError } from '../error.ts'

export type Awaitable<T> = T | Promise<T>

/** A key-value store for text. May be asynchronous, as on React Native. */
export interface Store {
  get(key: string): Awaitable<string | null | undefined>
  set(key: string, value: string): Awaitable<void>
  remove(key: string): Awaitable<void>
}

/** Keeps everything in memory: for servers, tests, and pages whose storage is blocked. */
export function memoryStore(): Store {
  const values = new Map<string, string>()
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  }
}

/**
 * A browser's `localStorage` or `sessionStorage`. Where it is blocked, full or absent, what could
 * not be written is kept in memory instead; nothing throws.
 */
export function webStore(name: 'localStorage' | 'sessionStorage'): Store {
  const memory = memoryStore()
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(globalThis[name])
    } catch {
      return undefined
    }
  }
  return {
    get: (key) => memory.get(key) ?? attempt((storage) => storage.getItem(key)),
    set(key, value) {
      const written = attempt((storage) => (storage.setItem(key, value), true))
      return written ? memory.remove(key) : memory.set(key, value)
    },
    remove(key) {
      attempt((storage) => storage.removeItem(key))
      return memory.remove(key)
    },
  }
}

/** Milliseconds in which a store has to answer. */
const PATIENCE = 10_000

/**
 * An app's own store, for which nobody waits for ever.
 *
 * @throws AuthError `deadline_exceeded` when it has not answered for 10 s.
 */
export function boundedStore(store: Store, clock: Clock): Store {
  async function inTime<T>(work: () => Promise<T>): Promise<T> {
    const waiting = new AbortController()
    const late = clock.until(clock.now() + PATIENCE, waiting.signal).then(() => {
      throw new AuthError('deadline_exceeded', { description: 'the store does not answer' })
    })
    try {
      return await Promise.race([work(), late])
    } finally {
      waiting.abort()
    }
  }
  return {
    get: (key) => inTime(async () => store.get(key)),
    set: (key, value) => inTime(async () => store.set(key, value)),
    remove: (key) => inTime(async () => store.remove(key)),
  }
}
