import { requireListener } from '../checks.ts'
import type { SignedOut, SignOutRequest } from '../../../services/http/wire.ts'
import { requireAllowed } from '../checks.ts'
import type { Context } from '../context.ts'
import { type LoginEventType, notify } from '../events.ts'
import { withTokens } from '../session.ts'
import type { LoginState } from '../types.ts'

/** The argument of an `onLoginStateChanged` callback for an event; `sign_in` has the login state. */
export interface LoginStateEvent extends Partial<LoginState> {
  name: 'loginStateChanged'
  data: { eventType: LoginEventType; msg?: string }
}

/** Receives the current login state first, then each event; only an event has `data`. */
export type LoginStateCallback = (
  params: LoginStateEvent | (LoginState & { name?: undefined; data?: undefined }) | null,
) => unknown

/** Creates the methods that read, end and observe the session. */
export function createSessionMethods({ env, options, client, session }: Context) {
  return {
    /**
     * Signs out locally at once and revokes the token when the server can be reached:
     * `POST /auth/v1/revoke`, or `POST /auth/v1/user/signout` with a `redirect_uri`.
     *
     * @returns `redirect_uri`, if one was given, and is of this origin or in `returnOrigins`; the
     *   session ends all the same
     */
    async signOut(params?: SignOutRequest): Promise<SignedOut & { data: object; error: null }> {
      const ended = { data: {}, error: null }
      const redirect_uri = await session.end(params)
      try {
        requireAllowed({ redirect_uri }, options.auth?.returnOrigins)
      } catch {
        return ended
      }
      return redirect_uri ? { redirect_uri, ...ended } : ended
    },

    /** Returns the login state as it is known synchronously; `null` when signed out. */
    hasLoginState: (): LoginState | null => session.peek(),

    /** Returns the login state once the stored session is read, and refreshed if it has expired. */
    getLoginState: async (): Promise<LoginState | null> => session.current(),

    /**
     * Calls back with the current login state, then on every sign-in, sign-out and rejection of the
     * session by the server.
     *
     * @returns a function that unsubscribes
     * @throws CloudbaseError `invalid_argument` when the callback is no function
     */
    async onLoginStateChanged(callback: LoginStateCallback): Promise<() => void> {
      requireListener(callback)
      const stop = session.loginEvents.on((eventType, msg) => {
        const event: LoginStateEvent = { name: 'loginStateChanged', data: { eventType, msg } }
        const state = eventType === 'sign_in' && session.peek()
        if (state) withTokens(Object.assign(event, { user: state.user }), state.oauthLoginState)
        return callback(event)
      })
      notify(callback, await session.current())
      return stop
    },

    /**
     * Returns a valid access token; the `accessKey` of `init` while the user is signed out.
     *
     * @param options with `anew` the session is refreshed first, also a valid one
     * @throws CloudbaseError `unauthenticated` when signed out and without an `accessKey`
     */
    async getAccessToken({ anew = false } = {}): Promise<{ accessToken: string; env: string }> {
      const { accessKey } = options
      if (accessKey && !(await client.credentials())) return { accessToken: accessKey, env }
      if (anew) await client.freshCredentials({ force: true })
      return { accessToken: await client.getAccessToken(), env }
    },
  }
}
