import * as api from '../../../services/http/endpoints.ts'
import { randomHex } from '../../../services/randomHex.ts'
import { requireFields } from '../checks.ts'

import type { Context } from '../context.ts'
import { type AuthStateEvent, notify } from '../events.ts'
import type { Credentials } from '../types.ts'
import { answer } from './answer.ts'
import { type AuthSession, type AuthUser, type SignedIn, toAuthUser } from './shapes.ts'

/** Receives an event, the session after it, and for `BIND_IDENTITY` the result. */
export type AuthStateCallback = (
  event: AuthStateEvent,
  session: AuthSession | null,
  info?: object,
) => unknown

/** Creates the session methods of SDK 3.x, whose `error` is part of the answer. */
export function createSessionMethods({ client, session }: Context) {
  function toSession(credentials: Credentials): AuthSession {
    const info = session.peek()?.user ?? {}
    return { ...credentials, user: toAuthUser(info as object, credentials.scope) }
  }

  function peekSession(): AuthSession | null {
    const credentials = client.peek()
    return credentials ? toSession(credentials) : null
  }

  /** Returns the user and the session. @throws CloudbaseError `unauthenticated` when signed out */
  async function getSignedIn(): Promise<SignedIn> {
    const authSession = toSession(await client.freshCredentials())
    return { user: authSession.user, session: authSession }
  }

  /** Starts a session with the tokens that a refresh token is exchanged for. */
  async function startSession(refresh_token: string): Promise<SignedIn> {
    await session.signIn(async () =>
      client.startSession(await client.call(api.refresh, { refresh_token })),
    )
    return getSignedIn()
  }

  return {
    getSignedIn,

    /** Returns the session, refreshed if it has expired; `null` when signed out. */
    getSession: () =>
      answer(async (): Promise<{ session: AuthSession | null; user?: AuthUser }> => {
        return (await client.credentials()) ? getSignedIn() : { session: null }
      }),

    /** Refreshes the session, also a valid one: `POST /auth/v1/token`; or starts that of `refresh_token`. */
    refreshSession: (refresh_token?: string) =>
      answer(async () => {
        if (refresh_token) return startSession(refresh_token)
        await client.freshCredentials({ force: true })
        return getSignedIn()
      }),

    /** Starts the session of a refresh token: `POST /auth/v1/token`; the access token is ignored. */
    setSession: (params: { access_token: string; refresh_token: string }) =>
      answer(async () => {
        requireFields(params, 'access_token', 'refresh_token')
        return startSession(params.refresh_token)
      }),

    /**
     * Calls back with `INITIAL_SESSION` and the current session, then on every event of the session.
     *
     * @returns `data.subscription.unsubscribe`
     */
    onAuthStateChange(callback: AuthStateCallback) {
      let isUnsubscribed = false
      const stop = session.stateEvents.on((event, info) => callback(event, peekSession(), info))
      const unsubscribe = () => {
        isUnsubscribed = true
        stop()
      }
      void notifyInitialSession()
      return { data: { subscription: { id: randomHex(), callback, unsubscribe } } }

      async function notifyInitialSession() {
        await client.credentials()
        if (!isUnsubscribed) notify(callback, 'INITIAL_SESSION', peekSession())
      }
    },
  }
}
