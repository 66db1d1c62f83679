/** A session began, ended by its user, or was refused by the server. */
export type LoginEventType = 'sign_in' | 'sign_out' | 'credentials_error'

/** What happens to a session, by the newer names. */
export type AuthStateEvent =
  | 'INITIAL_SESSION'
  | 'SIGNED_IN'
  | 'SIGNED_OUT'
  | 'TOKEN_REFRESHED'
  | 'USER_UPDATED'
  | 'PASSWORD_RECOVERY'
  | 'BIND_IDENTITY'

/** Listeners, each told in turn; one's fault is its own and surfaces as an uncaught error. */
export function createBus<Args extends unknown[]>() {
  const listeners = new Set<(...args: Args) => unknown>()
  return {
    /** Returns how to unsubscribe. */
    on(listener: (...args: Args) => unknown): () => void {
      const own = (...args: Args) => listener(...args)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    fire(...args: Args) {
      for (const listener of listeners) tell(listener, ...args)
    },
  }
}

/** Calls a listener now; what it throws, or its promise rejects with, surfaces later. */
export function tell<Args extends unknown[]>(run: (...args: Args) => unknown, ...args: Args) {
  const surface = (thrown: unknown) =>
    queueMicrotask(() => {
      throw thrown
    })
  try {
    void Promise.resolve(run(...args)).catch(surface)
  } catch (thrown) {
    surface(thrown)
  }
}
