import { reportError } from '../../services/reportError.ts'

/** Notifies listeners of a value that changes. */
export interface Notifier<T> {
  /** Calls `listener` now and after every change; returns how to unsubscribe. */
  subscribe(listener: (value: T) => void): () => void
  /** Says that the value may have changed; listeners are called in a microtask, once for all. */
  schedule(): void
}

/**
 * Creates a notifier.
 *
 * @param read returns the value, the same one while nothing in it has changed
 * @param onFlush runs before listeners are called, also when the value is the same
 */
export function createNotifier<T>(read: () => T, onFlush: () => void): Notifier<T> {
  const listeners = new Set<{ run: (value: T) => void }>()
  let last = read()
  let isScheduled = false

  function flush() {
    isScheduled = false
    onFlush()
    const value = read()
    if (value === last) return
    last = value
    for (const { run } of listeners) notify(run, value)
  }

  return {
    subscribe(run) {
      const listener = { run }
      listeners.add(listener)
      run(read())
      return () => void listeners.delete(listener)
    },
    schedule() {
      if (isScheduled) return
      isScheduled = true
      queueMicrotask(flush)
    },
  }
}

/** A throwing listener is reported and does not stop the others. */
function notify<T>(run: (value: T) => void, value: T) {
  try {
    run(value)
  } catch (thrown) {
    reportError(thrown)
  }
}
