type Listener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void }

interface AbortEvent {
  type: 'abort'
  target: PlainSignal
}

/** An `AbortSignal` for where there is none. */
export class PlainSignal {
  aborted = false
  reason: unknown = undefined
  onabort: ((event: AbortEvent) => void) | null = null
  readonly #listeners = new Map<Listener, { once: boolean }>()

  static abort(reason?: unknown): PlainSignal {
    const controller = new PlainController()
    controller.abort(reason)
    return controller.signal
  }

  static timeout(ms: number): PlainSignal {
    const controller = new PlainController()
    setTimeout(() => controller.abort(named('TimeoutError', 'The time is up')), ms)
    return controller.signal
  }

  static any(signals: Iterable<PlainSignal>): PlainSignal {
    const controller = new PlainController()
    const all = [...signals]
    const follow = ({ target }: AbortEvent) => {
      for (const signal of all) signal.removeEventListener('abort', follow)
      controller.abort(target.reason)
    }
    const aborted = all.find((signal) => signal.aborted)
    if (aborted) controller.abort(aborted.reason)
    else for (const signal of all) signal.addEventListener('abort', follow)
    return controller.signal
  }

  addEventListener(
    type: string,
    listener: Listener,
    options: boolean | { once?: boolean } = {},
  ): void {
    if (type !== 'abort' || this.#listeners.has(listener)) return
    this.#listeners.set(listener, { once: typeof options === 'object' && !!options.once })
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener)
  }

  dispatchEvent(event: AbortEvent): boolean {
    const listeners = [...this.#listeners]
    for (const [listener, { once }] of listeners) if (once) this.#listeners.delete(listener)
    const called = listeners.map(([listener]) => listener)
    for (const listener of this.onabort ? [this.onabort, ...called] : called) {
      try {
        if (typeof listener === 'function') listener.call(this, event)
        else listener.handleEvent(event)
      } catch (thrown) {
        // One listener's fault is its own: it surfaces, and the others are told.
        setTimeout(() => {
          throw thrown
        })
      }
    }
    return true
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }
}

/** An `AbortController` for where there is none. */
export class PlainController {
  readonly signal = new PlainSignal()

  abort(reason: unknown = named('AbortError', 'This was aborted')): void {
    const { signal } = this
    if (signal.aborted) return
    signal.aborted = true
    signal.reason = reason
    signal.dispatchEvent({ type: 'abort', target: signal })
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
