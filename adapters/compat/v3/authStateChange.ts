import { randomHex } from '../../../services/randomHex.ts'
import { requireListener } from '../checks.ts'
import type { Context } from '../context.ts'
import { type AuthStateEvent, notify } from '../events.ts'
import type { Credentials } from '../types.ts'
import { type AuthSession, toAuthUser } from './shapes.ts'

/** Receives an event, the session after it, and for `BIND_IDENTITY` the result. */
export type AuthStateCallback = (
  event: AuthStateEvent,
  session: AuthSession | null,
  info?: object,
) => unknown

/** Adds the user in the form of SDK 3.x to the tokens of a session. */
export function toAuthSession({ session }: Context, credentials: Credentials): AuthSession {
  const info = session.peek()?.user ?? {}
  return { ...credentials, user: toAuthUser(info as object, credentials.scope) }
}

/** Creates the method of SDK 3.x that observes the session. */
export function createAuthStateMethods(context: Context) {
  const { client, session, returned } = context

  function peekSession(): AuthSession | null {
    const credentials = client.peek()
    return credentials ? toAuthSession(context, credentials) : null
  }

  return {
    /**
     * Calls back with `INITIAL_SESSION` and the current session, once a return in the page's address is
     * verified, and on every event of the session.
     *
     * @returns `data.subscription.unsubscribe`
     * @throws CloudbaseError `invalid_argument` when the callback is no function
     */
    onAuthStateChange(callback: AuthStateCallback) {
      requireListener(callback)
      let isUnsubscribed = false
      const stop = session.stateEvents.on((event, info) => callback(event, peekSession(), info))
      const unsubscribe = () => {
        isUnsubscribed = true
        stop()
      }
      void notifyInitialSession()
      return { data: { subscription: { id: randomHex(), callback, unsubscribe } } }

      async function notifyInitialSession() {
        await returned()
        await client.credentials()
        if (!isUnsubscribed) notify(callback, 'INITIAL_SESSION', peekSession())
      }
    },
  }
}
