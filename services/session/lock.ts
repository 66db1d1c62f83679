import { type Clock, steadyNow, wait } from '../clock.ts'
import { randomHex } from '../randomHex.ts'
import { type Awaitable, STORAGE_SETTLE_MS, type Store, updateIn } from './store.ts'

/** A lock that is held. */
export interface HeldLock {
  /** Another client held the lock first, so what it stored may only just become visible. */
  readonly hasWaited: boolean
  /** Whether the lock is still held: another client takes it over from a holder that hangs. */
  isHeld(): boolean
  release(): Awaitable<void>
}

/** Lets one client at a time refresh a session. */
export interface Lock {
  /**
   * Waits until no other client holds the lock.
   *
   * @param name of the lock; clients of one session use the same name
   * @param options.lease milliseconds after which a holder counts as dead, by the clock of each client
   *   that waits, from the moment it first saw that holder
   */
  acquire(name: string, options: { lease: number; clock: Clock }): Promise<HeldLock>
}

/**
 * Creates a lock between the clients of one process that share a store.
 *
 * @param store whose clients the lock is between
 */
export function processLock(store: object): Lock {
  return {
    async acquire(name) {
      const locks = held.get(store) ?? new Map<string, Promise<void>>()
      held.set(store, locks)
      const before = locks.get(name)
      let release = () => undefined as void
      const mine = new Promise<void>((resolve) => (release = resolve))
      const last = before ? before.then(() => mine) : mine
      locks.set(name, last)
      void last.then(() => locks.get(name) === last && locks.delete(name))
      await before
      return { hasWaited: !!before, isHeld: () => true, release }
    },
  }
}

/** The locks of each store: the last turn in the queue of each name. */
const held = /* @__PURE__ */ new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Creates a lock between the tabs and workers of an origin, by Web Locks. The browser frees it when its
 * holder is closed. A holder that hangs for a whole lease loses it.
 *
 * @see https://www.w3.org/TR/web-locks/
 */
export function webLock(locks: LockManager): Lock {
  /** The tab that holds the lock. */
  const holderOf = async (name: string) =>
    (await locks.query()).held?.find((lock) => lock.name === name)?.clientId

  function request(name: string, options: LockOptions): Promise<HeldLock | undefined> {
    return new Promise((resolve, reject) => {
      let isHeld = true
      locks
        .request(name, options, (lock) => {
          if (!lock) return resolve(undefined)
          return new Promise<void>((release) => {
            resolve({
              hasWaited: !options.ifAvailable,
              isHeld: () => isHeld,
              release() {
                isHeld = false
                release()
              },
            })
          })
        })
        .catch((thrown: unknown) => {
          // Another tab has stolen it; before it was granted, this rejects the request.
          isHeld = false
          reject(thrown as Error)
        })
    })
  }

  return {
    async acquire(name, { lease, clock }) {
      const free = await request(name, { ifAvailable: true })
      if (free) return free
      const queue = new AbortController()
      const queued = request(name, { signal: queue.signal })
      /** Waits until one holder has been seen for a whole lease. */
      async function untilHolderHangs(): Promise<void> {
        for (let holder = await holderOf(name); !queue.signal.aborted;) {
          await wait(clock, lease, queue.signal)
          const current = await holderOf(name)
          if (current === holder && current !== undefined) return
          holder = current
        }
      }
      const stolen = untilHolderHangs().then(
        () => request(name, { steal: true }),
        () => queued,
      )
      const lock = await Promise.race([queued, stolen])
      queue.abort()
      for (const other of [queued, stolen]) {
        // Both can be granted at the same moment.
        other.then((granted) => granted !== lock && granted?.release()).catch(() => undefined)
      }
      return lock!
    },
  }
}

/** What a lease looks like in a store. */
interface Lease {
  /** Names the holder's turn. */
  turn: string
}

/** Milliseconds between two looks at a lease that another client holds. */
const POLL_MS = 50

/** Milliseconds in which a claim is used once it counts; a page that stood still in between lost it. */
const CLAIM_MS = 300

/**
 * Creates a lock that is a record in the store itself, for pages without Web Locks. A holder that dies
 * keeps it for a lease. In a store without an atomic `update` a claim counts when it is still there
 * after everyone could see it (Fischer's algorithm).
 *
 * @param store with an `update`
 */
export function leaseLock(store: Store): Lock {
  return {
    async acquire(name, { lease, clock }) {
      const turn = randomHex()
      let seen: string | undefined
      let seenAt = 0
      for (;;) {
        const askedAt = steadyNow(clock)
        let holder: string | undefined
        await updateIn(store, name, (text) => {
          holder = turnOf(text)
          const isOver = holder === seen && askedAt - seenAt >= lease
          if (holder && !isOver) return undefined
          holder = undefined
          return JSON.stringify({ turn } satisfies Lease)
        })
        if (!holder && !store.isAtomic) {
          await wait(clock, STORAGE_SETTLE_MS)
          holder = turnOf((await store.get(name)) ?? null)
          if (holder === turn) holder = undefined
        }
        if (!holder) {
          const hasWaited = seen !== undefined
          const usable = STORAGE_SETTLE_MS * (hasWaited ? 2 : 1) + CLAIM_MS
          return {
            hasWaited,
            // Timed from before the store was asked, and shorter than others wait.
            isHeld: () => steadyNow(clock) - askedAt < (store.isAtomic ? lease - POLL_MS : usable),
            release: () =>
              updateIn(store, name, (text) => (turnOf(text) === turn ? RELEASED : undefined)),
          }
        }
        if (holder !== seen) [seen, seenAt] = [holder, steadyNow(clock)]
        await wait(clock, POLL_MS * (1 + Math.random()))
      }
    },
  }
}

const RELEASED = ''

function turnOf(text: string | null): string | undefined {
  try {
    return (JSON.parse(text ?? '') as Partial<Lease>).turn
  } catch {
    return undefined
  }
}
