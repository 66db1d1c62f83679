import { type Clock } from '../clock.ts'
import type { Store } from './store.ts'

/** Milliseconds after which a store is read again where no client can notify another one. */
const POLL_MS = 5_000

/** Tells the clients of one session that its record has changed. No token is in the message. */
export interface Bell {
  ring(): void
  /** Calls `run` when another client rings. @returns how to stop */
  listen(run: () => void): () => void
}

/** What a bell connects. */
export interface BellOptions {
  /** The key of the session. */
  name: string
  /** The store of the session; clients with the same store in one process hear each other. */
  store: Store
  /** Whether other tabs and workers of the origin share the store. */
  isShared: boolean
  /** Set where a client lives for one request, which is over before a poll would matter. */
  request?: object
  clock: Clock
}

/**
 * Creates the bell of a client. Tabs, frames and workers of an origin are reached by a
 * `BroadcastChannel`, clients with the same store in one process directly. Where neither reaches all
 * clients, `listen` calls `run` at intervals.
 */
export function createBell({ name, store, isShared, request, clock }: BellOptions): Bell {
  const hasChannel = isShared && typeof BroadcastChannel !== 'undefined'
  let channel: BroadcastChannel | undefined
  let own: (() => void) | undefined

  return {
    ring() {
      for (const run of listeners.get(store) ?? []) if (run !== own) run()
      if (!hasChannel) return
      // A client that is stopped still says what its last request has brought.
      const sender = channel ?? new BroadcastChannel(name)
      sender.postMessage(undefined)
      if (!channel) sender.close()
    },

    listen(run) {
      own = run
      const all = listeners.get(store) ?? new Set()
      listeners.set(store, all.add(run))
      const stop = new AbortController()
      if (hasChannel) {
        channel = new BroadcastChannel(name)
        channel.onmessage = run
      } else if (!request && (!store.isAtomic || isShared)) {
        void repeat(run, clock, stop.signal)
      }
      return () => {
        all.delete(run)
        channel?.close()
        channel = own = undefined
        stop.abort()
      }
    },
  }
}

/** The listeners of each store in this process. */
const listeners = /* @__PURE__ */ new WeakMap<Store, Set<() => void>>()

async function repeat(run: () => void, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.until(clock.now() + POLL_MS, signal)
      run()
    }
  } catch {
    // The client was stopped.
  }
}
