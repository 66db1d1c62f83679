import { type Clock, wait } from '../clock.ts'
import type { Store } from './store.ts'

/** Milliseconds after which a store is read again where no client can notify another one. */
const POLL_MS = 5_000

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
 * Notifies the clients of one session that its record has changed; no token is in the message. Tabs,
 * frames and workers of an origin are reached by a `BroadcastChannel`, clients of the same identity in
 * one process directly. Where neither reaches all clients, a listener is called at intervals.
 */
export class Bell {
  readonly #options: BellOptions
  #channel: BroadcastChannel | undefined
  #own: (() => void) | undefined

  constructor(options: BellOptions) {
    this.#options = options
  }

  #openChannel(): BroadcastChannel | undefined {
    const { isShared, name } = this.#options
    try {
      if (isShared) return new BroadcastChannel(name)
    } catch {
      // A browser without channels, or one that blocks all storage.
    }
    return undefined
  }

  /** Calls the listeners of all other clients. */
  ring(): void {
    const { identity } = this.#options
    for (const run of listeners.get(identity) ?? []) if (run !== this.#own) run()
    // A client that is stopped still says what its last request has brought.
    const sender = this.#channel ?? this.#openChannel()
    sender?.postMessage(undefined)
    if (!this.#channel) sender?.close()
  }

  /** Calls `run` when another client rings. @returns how to stop */
  listen(run: () => void): () => void {
    const { store, identity, request, clock } = this.#options
    this.#own = run
    const all = listeners.get(identity) ?? new Set()
    listeners.set(identity, all.add(run))
    let polling: AbortController | undefined
    this.#channel = this.#openChannel()
    if (this.#channel) this.#channel.onmessage = run
    else if (!request && !store.isPrivate) {
      polling = new AbortController()
      void repeat(run, clock, polling.signal)
    }
    return () => {
      all.delete(run)
      this.#channel?.close()
      this.#channel = this.#own = undefined
      polling?.abort()
    }
  }
}

/** The listeners of each session in this process. */
const listeners = /* @__PURE__ */ new WeakMap<object, Set<() => void>>()

async function repeat(run: () => void, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await wait(clock, POLL_MS, signal)
      run()
    }
  } catch {
    // The client was stopped.
  }
}
