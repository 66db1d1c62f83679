import { type Clock } from '../clock.ts'
import type { Store } from './store.ts'

/** Milliseconds after which a store is read again where no client can notify another one. */
const POLL_MS = 5_000

/** Notifies the clients of one session that its record has changed. No token is in the message. */
export interface Bell {
  ring(): void
  /** Calls `run` when another client rings. @returns how to stop */
  listen(run: () => void): () => void
}

/** What a bell connects. */
export interface BellOptions {
  /** The key of the session. */
  name: string
  store: Store
  /** Clients of the same identity in one process notify each other. */
  identity: object
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
export function createBell(options: BellOptions): Bell {
  const { name, store, identity, isShared, request, clock } = options
  const hasChannel = isShared && typeof BroadcastChannel !== 'undefined'
  let channel: BroadcastChannel | undefined
  let own: (() => void) | undefined

  return {
    ring() {
      for (const run of listeners.get(identity) ?? []) if (run !== own) run()
      if (!hasChannel) return
      // A client that is stopped still says what its last request has brought.
      const sender = channel ?? new BroadcastChannel(name)
      sender.postMessage(undefined)
      if (!channel) sender.close()
    },

    listen(run) {
      own = run
      const all = listeners.get(identity) ?? new Set()
      listeners.set(identity, all.add(run))
      let polling: AbortController | undefined
      if (hasChannel) {
        channel = new BroadcastChannel(name)
        channel.onmessage = run
      } else if (!request && (!store.isAtomic || isShared)) {
        polling = new AbortController()
        void repeat(run, clock, polling.signal)
      }
      return () => {
        all.delete(run)
        channel?.close()
        channel = own = undefined
        polling?.abort()
      }
    },
  }
}

/** The listeners of each session in this process. */
const listeners = /* @__PURE__ */ new WeakMap<object, Set<() => void>>()

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
