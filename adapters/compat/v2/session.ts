import * as api from '../../../services/http/endpoints.ts'
import type { SignedOut, SignOutRequest } from '../../../services/http/wire.ts'
import { withoutMargin } from '../../../services/session/expiry.ts'
import { invalid, requireFields } from '../checks.ts'
import type { Context } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import { type LoginEventType, notify } from '../events.ts'
import { withTokens } from '../session.ts'
import type { Credentials, LoginState } from '../types.ts'

/** The argument of an `onLoginStateChanged` callback for an event; `sign_in` has the login state. */
export interface LoginStateEvent extends Partial<LoginState> {
  name: 'loginStateChanged'
  data: { eventType: LoginEventType; msg?: string }
}

/** Receives the current login state first, then each event; only an event has `data`. */
export type LoginStateCallback = (
  params: LoginStateEvent | (LoginState & { name?: undefined; data?: undefined }) | null,
) => unknown

/** Creates the methods that read, end, transfer and observe the session, and those for captchas. */
export function createSessionMethods({ env, options, client, session }: Context) {
  const methods = {
    /**
     * Signs out locally at once and revokes the token when the server can be reached:
     * `POST /auth/v1/revoke`, after `POST /auth/v1/user/signout` with parameters.
     *
     * @returns `redirect_uri`, if one was given or is configured
     */
    async signOut(params?: SignOutRequest): Promise<SignedOut & { data: object; error: null }> {
      let answer: SignedOut | undefined
      await session.end(async () => {
        if (params) answer = await client.call(api.signOut, params).catch(() => undefined)
      })
      return { ...answer, data: {}, error: null }
    },

    /** Reads the user again: `GET /auth/v1/user/me`; returns the cached one where that fails. */
    async getCurrentUser() {
      if (!(await client.credentials())) return null
      await session.refresh().catch(() => undefined)
      return session.peek()?.user ?? null
    },

    /** The same as `getCurrentUser`. */
    getUserInfo: async () => methods.getCurrentUser(),

    /** Returns the login state as it is known synchronously; `null` when signed out. */
    hasLoginState: (): LoginState | null => session.peek(),

    /** Returns the login state once the stored session is read, and refreshed if it has expired. */
    getLoginState: async (): Promise<LoginState | null> => session.current(),

    /**
     * Calls back with the current login state, then on every sign-in, sign-out and rejection of the
     * session by the server.
     *
     * @returns a function that unsubscribes
     */
    async onLoginStateChanged(callback: LoginStateCallback): Promise<() => void> {
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

    /** Refreshes the session, also a valid one: `POST /auth/v1/token`. @throws CloudbaseError `unauthenticated` */
    refreshTokenForce: async (): Promise<Credentials> => client.freshCredentials({ force: true }),

    /**
     * Returns the scope of the session; `anonymous` for an anonymous user.
     *
     * @throws CloudbaseError `unauthenticated` when signed out
     */
    async loginScope(): Promise<string> {
      const credentials = await client.credentials()
      if (credentials) return credentials.scope ?? ''
      throw new CloudbaseError('unauthenticated', { operation: 'loginScope' })
    },

    /**
     * Returns the tokens of the session, refreshed if they have expired.
     *
     * @throws CloudbaseError `unauthenticated` when signed out
     */
    getCredentials: async (): Promise<Credentials> => client.freshCredentials(),

    /**
     * Stores the tokens of an existing session, which may have ended at the server: the next call
     * that needs it shows that. The user is read in the background. `null` signs out.
     *
     * @throws CloudbaseError `invalid_argument` without an access token or its expiry
     */
    async setCredentials(credentials?: Credentials | null): Promise<void> {
      if (!credentials) return session.end()
      requireFields(credentials, 'access_token')
      const { access_token, refresh_token, token_type, sub, scope, groups, version } = credentials
      const expires_in = secondsOf(credentials, client.clock.now())
      const tokens = { refresh_token, token_type, sub, scope, groups }
      const given = Object.entries(tokens).filter(([, value]) => value)
      const kept = { ...Object.fromEntries(given), access_token: access_token!, expires_in }
      session.start(kept, version)
    },

    /** Creates another picture for an open captcha: `POST /auth/v1/captcha/data`. @throws CloudbaseError */
    async createCaptchaData(params: { state: string; redirect_uri?: string }) {
      const picture = await client.call(api.createCaptcha, params)
      return { ...picture, type: 'image' as const }
    },

    /**
     * Exchanges the text of a picture for a captcha token: `POST /auth/v1/captcha/data/verify`.
     *
     * @throws CloudbaseError when the text is wrong; show another picture then
     */
    async verifyCaptchaData(params: { token: string; key: string }) {
      requireFields(params, 'token', 'key')
      return client.call(api.verifyCaptcha, params)
    },
  }
  return methods
}

/** Returns the lifetime of a token in seconds; `expires_at` takes precedence. */
function secondsOf({ expires_at, expires_in }: Credentials, now: number): number {
  if (!expires_at && !expires_in) throw invalid('expires_in or expires_at is required')
  if (!expires_at) return expires_in!
  const left = (new Date(expires_at).getTime() - now) / 1000
  if (Number.isNaN(left)) throw invalid('expires_at must be a date')
  // A documented `expires_at` has the safety margin subtracted, which a new session does again.
  return withoutMargin(left)
}
