import type { Clock } from '../clock.ts'
import { AuthError } from '../error.ts'
import { inTime } from './deadline.ts'

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>

/**
 * A key-value store for text, synchronous or asynchronous. The first three methods are enough.
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
  /**
   * Reads a value and replaces it by what `decide` returns, in one step: no other client writes in between.
   * Nothing is written when `decide` returns undefined. Throws when the value cannot be written. Leave
   * it out where the storage has no such operation; the session then also works, but a second client
   * has to wait a second before it trusts what it reads.
   */
  update?(key: string, decide: (text: string | null) => string | undefined): Awaitable<void>
  /**
   * Calls `run` when another client may have changed the value, with the new value if it is known.
   * Returns how to stop.
   */
  watch?(key: string, run: (text?: string | null) => void): () => void
  /** Whether `update` is one step for all clients of the storage, in this process and in others. */
  readonly isAtomic?: boolean
  /** Whether no other process can write the store, so that it is never polled. */
  readonly isPrivate?: boolean
}

/**
 * Creates a store in memory, for servers and tests.
 *
 * @example createAuth({ env, flows, storage: { shared: memoryStore(), tab: memoryStore() } })
 */
export function memoryStore(): Store {
  const values = new Map<string, string>()
  return {
    isAtomic: true,
    isPrivate: true,
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
    update(key, decide) {
      const next = decide(values.get(key) ?? null)
      if (next !== undefined) values.set(key, next)
    },
  }
}

/**
 * Creates a store on `localStorage` or `sessionStorage`. A value that cannot be written, because the
 * storage is blocked, full or missing, is kept in memory; only `update` throws when the storage is full.
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
    update(key, decide) {
      const storage = webStorage(name)
      if (!storage) return memory.update!(key, decide)
      const next = decide(storage.getItem(key))
      if (next !== undefined) storage.setItem(key, next)
    },
    watch(key, run) {
      if (typeof window === 'undefined') return () => undefined
      const onStorage = (change: StorageEvent) => {
        // Without a key everything was cleared.
        if (change.key === key || change.key === null)
          run(change.key === null ? null : change.newValue)
      }
      window.addEventListener('storage', onStorage)
      return () => window.removeEventListener('storage', onStorage)
    },
  }
}

/** @returns the storage of a page, or undefined where there is none or the user blocks it */
export function webStorage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    const storage = globalThis[name]
    // Some browsers give a storage and throw on its first use.
    storage?.getItem('')
    return storage
  } catch {
    return undefined
  }
}

/**
 * Updates a value in one turn, by the store's own `update` if it has one.
 *
 * @throws what the store throws when the value cannot be written
 */
export function updateIn(
  store: Store,
  key: string,
  decide: (text: string | null) => string | undefined,
): Awaitable<void> {
  if (store.update) return store.update(key, decide)
  const write = (text: string | null | undefined) => {
    const next = decide(text ?? null)
    if (next !== undefined) return store.set(key, next)
  }
  const text = store.get(key)
  return isPromise(text) ? text.then(write) : write(text)
}

/** Milliseconds after which what one tab has stored can be read in every other. */
export const STORAGE_SETTLE_MS = 1_000

/** Milliseconds in which a store has to answer. */
const STORE_TIMEOUT_MS = 10_000

/**
 * Limits how long an app's own store is waited for. A store that answers synchronously still does.
 *
 * @param clock measures the time
 * @param ms milliseconds in which the store has to answer. Default: 10 s
 * @returns a store whose promises reject with AuthError `deadline_exceeded` after that
 */
export const withTimeout = (store: Store, clock: Clock, ms = STORE_TIMEOUT_MS): Store =>
  new TimedStore(store, clock, ms)

const noAnswer = () =>
  new AuthError('deadline_exceeded', { description: 'the store does not answer' })

class TimedStore implements Store {
  readonly #store: Store
  readonly #clock: Clock
  readonly #ms: number

  constructor(store: Store, clock: Clock, ms: number) {
    this.#store = store
    this.#clock = clock
    this.#ms = ms
  }

  get isAtomic(): boolean {
    return !!this.#store.isAtomic
  }

  get isPrivate(): boolean {
    return !!this.#store.isPrivate
  }

  get(key: string) {
    return this.#limit(this.#store.get(key))
  }

  set(key: string, value: string) {
    return this.#limit(this.#store.set(key, value))
  }

  remove(key: string) {
    return this.#limit(this.#store.remove(key))
  }

  update(key: string, decide: (text: string | null) => string | undefined) {
    return this.#limit(updateIn(this.#store, key, decide))
  }

  watch(key: string, run: (text?: string | null) => void) {
    return this.#store.watch?.(key, run) ?? (() => undefined)
  }

  #limit<T>(answer: Awaitable<T>): Awaitable<T> {
    return isPromise(answer) ? inTime(answer, this.#clock, this.#ms, noAnswer) : answer
  }
}

/** Whether an answer has to be awaited. */
export function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return typeof (answer as Promise<T> | undefined)?.then === 'function'
}
