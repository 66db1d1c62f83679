import { reportError } from '../../services/reportError.ts'

/** A session began, was ended by its user, or was rejected by the server. */
export type LoginEventType = 'sign_in' | 'sign_out' | 'credentials_error'

/** What happens to a session, by the names of SDK 3.x. */
export type AuthStateEvent =
  | 'INITIAL_SESSION'
  | 'SIGNED_IN'
  | 'SIGNED_OUT'
  | 'TOKEN_REFRESHED'
  | 'USER_UPDATED'
  | 'PASSWORD_RECOVERY'
  | 'BIND_IDENTITY'

/** A list of listeners. */
export interface Emitter<Args extends unknown[]> {
  /** Adds a listener. @returns how to unsubscribe */
  on(listener: (...args: Args) => unknown): () => void
  /** Calls every listener; a throwing listener is reported and does not stop the others. */
  emit(...args: Args): void
}

/** Creates an emitter without listeners. */
export function createEmitter<Args extends unknown[]>(): Emitter<Args> {
  const listeners = new Set<(...args: Args) => unknown>()
  return {
    on(listener) {
      // A function of its own, so that a listener added twice is called twice.
      const added = (...args: Args) => listener(...args)
      listeners.add(added)
      return () => void listeners.delete(added)
    },
    emit(...args) {
      for (const listener of listeners) notify(listener, ...args)
    },
  }
}

/** Calls a listener now; what it throws, or its promise rejects with, is reported. */
export function notify<Args extends unknown[]>(
  listener: (...args: Args) => unknown,
  ...args: Args
): void {
  try {
    void Promise.resolve(listener(...args)).catch(reportError)
  } catch (thrown) {
    reportError(thrown)
  }
}
