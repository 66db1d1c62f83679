import * as api from '../../../services/http/endpoints.ts'
import { invalid, need } from '../checks.ts'
import type { AuthStateEvent } from '../bus.ts'
import { tell } from '../bus.ts'
import { type Claims, claimsOf } from '../claims.ts'
import type { Core } from '../context.ts'
import type { Credentials } from '../types.ts'
import { answer } from './answer.ts'
import { type AuthSession, type AuthUser, type SignedIn, toAuthUser } from './shapes.ts'

export type AuthStateCallback = (
  event: AuthStateEvent,
  session: AuthSession | null,
  info?: object,
) => unknown

/** The session, by the newer names. */
export function newerSessionMethods({ door, session }: Core) {
  function toSession(credentials: Credentials): AuthSession {
    const info = session.peek()?.user ?? {}
    return { ...credentials, user: toAuthUser(info as object, credentials.scope) }
  }

  function peekSession(): AuthSession | null {
    const credentials = door.peek()
    return credentials ? toSession(credentials) : null
  }

  /** @throws CloudbaseError `unauthenticated` when nobody is signed in */
  async function signedIn(): Promise<SignedIn> {
    const whole = toSession(await door.freshCredentials())
    return { user: whole.user, session: whole }
  }

  /** Begins a session with what a refresh token is traded for. */
  async function take(refresh_token: string): Promise<SignedIn> {
    await session.signIn(async () => door.keep(await door.call(api.refresh, { refresh_token })))
    return signedIn()
  }

  return {
    signedIn,

    /** The session, renewed first where it must be; `null` when nobody is signed in. */
    getSession: () =>
      answer(async (): Promise<{ session: AuthSession | null; user?: AuthUser }> => {
        return (await door.credentials()) ? signedIn() : { session: null }
      }),

    /** A new session in any case; with a `refresh_token`, that one's. */
    refreshSession: (refresh_token?: string) =>
      answer(async () => {
        if (refresh_token) return take(refresh_token)
        await door.freshCredentials({ anew: true })
        return signedIn()
      }),

    /** Takes over a session by its refresh token; the access token is not used. */
    setSession: (params: { access_token: string; refresh_token: string }) =>
      answer(async () => {
        need(params, 'access_token', 'refresh_token')
        return take(params.refresh_token)
      }),

    /**
     * Calls back at once with `INITIAL_SESSION` and the session there is, then whenever something
     * happens to it.
     */
    onAuthStateChange(callback: AuthStateCallback) {
      let isOver = false
      const stop = session.stateEvents.on((event, info) => callback(event, peekSession(), info))
      const unsubscribe = () => {
        isOver = true
        stop()
      }
      void begin()
      const id = Math.random().toString(36).slice(2)
      return { data: { subscription: { id, callback, unsubscribe } } }

      async function begin() {
        await door.credentials()
        if (!isOver) tell(callback, 'INITIAL_SESSION', peekSession())
      }
    },

    /** What the access token says of the user. Read, not verified: that is the server's business. */
    getClaims: () =>
      answer(async (): Promise<Claims> => {
        const claims = claimsOf(await door.getAccessToken())
        if (!claims) throw invalid('the access token is no JSON Web Token')
        return claims
      }),
  }
}
