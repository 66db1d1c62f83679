import type { Clock } from '../clock.ts'
import { indexedDbStore } from './indexedDbStore.ts'
import { leaseLock, type Lock, processLock, webLock } from './lock.ts'
import { memoryStore, type Store, webStorage, updateIn, webStore, withTimeout } from './store.ts'

/** Where a client keeps its session, and the lock it refreshes it under. */
export interface SessionPorts {
  /** Holds the record of the session. */
  store: Store
  /** Clients of the same identity in one process share the session. Default: the store. */
  identity?: object
  /** Holds the form of the official client, the device id and whatever else clients share. */
  shared: Store
  /** Where the form of the official client is kept; undefined for nowhere. */
  mirror?: Store
  lock: Lock
  /** Whether other tabs and workers of the origin share the store. */
  isShared: boolean
  /** Set where a client lives for one request: it does not poll, and its session has an id. */
  request?: RequestScope
}

/** What a server does when a request begins or ends a session. */
export interface RequestScope {
  /** Called before a new session is stored, so that it is stored under another id. */
  onBegin(): void
  /** Called before the end of the session is stored. */
  onEnd(): void
}

/** The stores and the lock that an app gives. */
export interface GivenPorts {
  /** Default: IndexedDB, with the form of the official client in `localStorage`; memory on a server. */
  shared?: Store
  /** Default: Web Locks, else a record in the store; on a server a lock within the process. */
  lock?: Lock
}

/** @returns whether this is a page or a worker; a server may have a storage, but for all users one */
export const isInBrowser = (): boolean =>
  // A browser that blocks all storage throws when the database is looked at.
  typeof document !== 'undefined' || 'indexedDB' in globalThis

/**
 * Chooses where a session is kept. A page or worker keeps it in IndexedDB, and in `localStorage` where
 * there is none. A server, even one that has a global `localStorage`, keeps it in memory, because its
 * clients are different users.
 */
export function sessionPorts({ shared: given, lock }: GivenPorts, clock: Clock): SessionPorts {
  const isBrowser = isInBrowser()
  if (given) {
    const store = withTimeout(given, clock)
    return {
      store,
      identity: given,
      shared: store,
      mirror: store,
      lock: lock ?? lockFor(given, isBrowser),
      isShared: isBrowser,
    }
  }
  if (!isBrowser) {
    const store = memoryStore()
    return {
      store,
      shared: store,
      mirror: store,
      lock: lock ?? processLock(store),
      isShared: false,
    }
  }
  const shared = webStore('localStorage')
  const mirror = webStorage('localStorage') ? shared : undefined
  const database = withTimeout(indexedDbStore(), clock, DATABASE_TIMEOUT_MS)
  const store = withFallback(database, shared)
  return {
    store,
    // All clients of a page share its stores.
    identity: globalThis,
    shared,
    mirror,
    lock: lock ?? lockFor(store, true),
    isShared: true,
  }
}

/** Milliseconds in which IndexedDB has to answer; some browsers never open it. */
const DATABASE_TIMEOUT_MS = 3_000

function lockFor(store: Store, isBrowser: boolean): Lock {
  if (!isBrowser) return processLock(store)
  // A page that is not secure has none.
  const locks = globalThis.navigator?.locks as LockManager | undefined
  if (locks) return webLock(locks)
  return store.update ? leaseLock(store) : processLock(store)
}

/** Decides once, by the first use, whether the first store works. */
function withFallback(first: Store, second: Store): Store {
  let store = first
  let choosing: Promise<void> | undefined
  const choose = () =>
    (choosing ??= Promise.resolve(first.get('')).then(
      () => undefined,
      () => void (store = second),
    ))
  return {
    get isAtomic() {
      return store.isAtomic
    },
    get: (key) => choose().then(() => store.get(key)),
    set: (key, value) => choose().then(() => store.set(key, value)),
    remove: (key) => choose().then(() => store.remove(key)),
    update: (key, decide) => choose().then(() => updateIn(store, key, decide)),
    watch: (key, run) => second.watch!(key, run),
  }
}
