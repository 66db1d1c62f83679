import { reportError } from '../../services/reportError.ts'

type Listener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void }

interface AbortEvent {
  type: 'abort'
  target: AbortSignalPolyfill
}

/** An `AbortSignal` without the static methods, for platforms that lack it. */
export class AbortSignalPolyfill {
  aborted = false
  reason: unknown = undefined
  onabort: ((event: AbortEvent) => void) | null = null
  readonly #listeners = new Map<Listener, { once: boolean }>()

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
        reportError(thrown)
      }
    }
    return true
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }
}

/** An `AbortController` for platforms that lack it. */
export class AbortControllerPolyfill {
  readonly signal = new AbortSignalPolyfill()

  abort(reason: unknown = abortError()): void {
    const { signal } = this
    if (signal.aborted) return
    signal.aborted = true
    signal.reason = reason
    signal.dispatchEvent({ type: 'abort', target: signal })
  }
}

const abortError = () => Object.assign(new Error('This was aborted'), { name: 'AbortError' })
