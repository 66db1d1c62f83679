import type { Clock } from '../clock.ts'
import { AuthError } from '../error.ts'

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>

/**
 * A key-value store for text, synchronous or asynchronous.
 *
 * @example
 *   // React Native
 *   const shared: Store = {
 *     get: (key) => AsyncStorage.getItem(key),
 *     set: (key, value) => AsyncStorage.setItem(key, value),
 *     remove: (key) => AsyncStorage.removeItem(key),
 *   }
 */
export interface Store {
  /** Returns the text under a key, or null or undefined when there is none. */
  get(key: string): Awaitable<string | null | undefined>
  set(key: string, value: string): Awaitable<void>
  remove(key: string): Awaitable<void>
}

/**
 * Creates a store in memory, for servers and tests.
 *
 * @example createAuth({ env, flows, storage: { shared: memoryStore(), tab: memoryStore() } })
 */
export function memoryStore(): Store {
  const values = new Map<string, string>()
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  }
}

/**
 * Creates a store on `localStorage` or `sessionStorage`. A value that cannot be written, because the
 * storage is blocked, full or missing, is kept in memory; no method throws.
 *
 * @example createAuth({ env, flows, storage: { shared: webStore('sessionStorage') } })
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
const STORE_TIMEOUT_MS = 10_000

/** The reason that ends the wait for a store; without one, each abort would record a stack. */
const ANSWERED = /* @__PURE__ */ new Error('the store has answered')

/**
 * Limits how long an app's own store is waited for. A store that answers synchronously still does.
 *
 * @param clock measures the 10 s
 * @returns a store whose promises reject with AuthError `deadline_exceeded` after 10 s
 */
export function withTimeout(store: Store, clock: Clock): Store {
  function limit<T>(answer: Awaitable<T>): Awaitable<T> {
    return isPromise(answer) ? settleInTime(answer, clock) : answer
  }
  return {
    get: (key) => limit(store.get(key)),
    set: (key, value) => limit(store.set(key, value)),
    remove: (key) => limit(store.remove(key)),
  }
}

async function settleInTime<T>(answer: Promise<T>, clock: Clock): Promise<T> {
  const waiting = new AbortController()
  const timeout = clock.until(clock.now() + STORE_TIMEOUT_MS, waiting.signal).then(() => {
    throw new AuthError('deadline_exceeded', { description: 'the store does not answer' })
  })
  try {
    return await Promise.race([answer, timeout])
  } finally {
    waiting.abort(ANSWERED)
  }
}

function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return typeof (answer as Promise<T> | undefined)?.then === 'function'
}
