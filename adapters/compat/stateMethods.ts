import * as api from '../../services/http/endpoints.ts'
import type { SignedOut, SignOutRequest } from '../../services/http/wire.ts'
import { tell } from './bus.ts'
import { invalid, need } from './checks.ts'
import type { Core } from './context.ts'
import { CloudbaseError } from './errors.ts'
import { withTokens } from './session.ts'
import type { Credentials, LoginState } from './types.ts'
import type { LoginEventType } from './bus.ts'

/** What `onLoginStateChanged` calls back with when something happens, and `LoginState` fields. */
export interface LoginStateEvent extends Partial<LoginState> {
  name: 'loginStateChanged'
  data: { eventType: LoginEventType; msg?: string }
}

/** First the state there is, then each event; `data` tells them apart. */
export type LoginStateCallback = (
  params: LoginStateEvent | (LoginState & { name?: undefined; data?: undefined }) | null,
) => unknown

/** Who is signed in, ending that, and hearing when it changes. */
export function stateMethods({ env, options, door, session }: Core) {
  const methods = {
    /**
     * Ends the session, here in any case and on the server if it can be reached:
     * `POST /auth/v1/revoke`, or `POST /auth/v1/user/signout` with parameters.
     *
     * @returns where to go now, if a `redirect_uri` was given or is configured
     */
    async signOut(params?: SignOutRequest): Promise<SignedOut & { data: object; error: null }> {
      const answer = params && (await door.call(api.signOut, params).catch(() => undefined))
      await door.end()
      return { ...answer, data: {}, error: null }
    },

    /** The user, read anew: `GET /auth/v1/user/me`; as last known where that fails. */
    async getCurrentUser() {
      if (!(await door.credentials())) return null
      await session.refresh().catch(() => undefined)
      return session.peek()?.user ?? null
    },

    /** The same as `getCurrentUser`. */
    getUserInfo: async () => methods.getCurrentUser(),

    /** The login state as it is known at once; `null` when nobody is signed in. */
    hasLoginState: (): LoginState | null => session.peek(),

    /** The same once the stored session has been read and, if need be, renewed. */
    getLoginState: async (): Promise<LoginState | null> => session.current(),

    /**
     * Calls back with the login state there is, then whenever somebody signs in, signs out, or is
     * refused by the server.
     *
     * @returns how to unsubscribe
     */
    async onLoginStateChanged(callback: LoginStateCallback): Promise<() => void> {
      const stop = session.loginEvents.on((eventType, msg) => {
        const event: LoginStateEvent = { name: 'loginStateChanged', data: { eventType, msg } }
        const state = eventType === 'sign_in' && session.peek()
        if (state) withTokens(Object.assign(event, { user: state.user }), state.oauthLoginState)
        return callback(event)
      })
      tell(callback, await session.current())
      return stop
    },

    /**
     * An access token that has not expired; the `accessKey` of `init` while nobody is signed in.
     *
     * @throws CloudbaseError `unauthenticated` when nobody is signed in and there is no such key
     */
    async getAccessToken(): Promise<{ accessToken: string; env: string }> {
      const { accessKey } = options
      const isKeyed = accessKey && !(await door.credentials())
      return { accessToken: isKeyed ? accessKey : await door.getAccessToken(), env }
    },

    /**
     * What the session may do; `anonymous` for a guest.
     *
     * @throws CloudbaseError `unauthenticated` when nobody is signed in
     */
    async loginScope(): Promise<string> {
      const credentials = await door.credentials()
      if (credentials) return credentials.scope ?? ''
      throw new CloudbaseError('unauthenticated', { operation: 'loginScope' })
    },

    /**
     * The tokens of the session, renewed first where they must be.
     *
     * @throws CloudbaseError `unauthenticated` when nobody is signed in
     */
    getCredentials: async (): Promise<Credentials> => door.freshCredentials(),

    /** Takes over a session from elsewhere: whoever it belongs to is signed in. */
    async setCredentials(credentials: Credentials): Promise<void> {
      need(credentials, 'access_token')
      const { access_token, refresh_token, token_type, sub, scope, groups, version } = credentials
      const expires_in = secondsOf(credentials, door.clock.now())
      const tokens = { refresh_token, token_type, sub, scope, groups }
      const given = Object.entries(tokens).filter(([, value]) => value)
      const kept = { ...Object.fromEntries(given), access_token: access_token!, expires_in }
      await session.signIn(async () => door.keep(kept, version))
    },

    /** A new picture for an open captcha question: `POST /auth/v1/captcha/data`. */
    async createCaptchaData(params: { state: string; redirect_uri?: string }) {
      const picture = await door.call(api.createCaptcha, params)
      return { ...picture, type: 'image' as const }
    },

    /**
     * Trades what a person read from a picture for a captcha token:
     * `POST /auth/v1/captcha/data/verify`.
     *
     * @throws CloudbaseError when the text is wrong; show a new picture then
     */
    async verifyCaptchaData(params: { token: string; key: string }) {
      need(params, 'token', 'key')
      return door.call(api.verifyCaptcha, params)
    },
  }
  return methods
}

/** How long a token is good for; `expires_at` has the last word. */
function secondsOf({ expires_at, expires_in }: Credentials, now: number): number {
  if (!expires_at && !expires_in) throw invalid('expires_in or expires_at is required')
  if (!expires_at) return expires_in!
  const left = (new Date(expires_at).getTime() - now) / 1000
  if (Number.isNaN(left)) throw invalid('expires_at must be a date')
  // What is kept ends 30 seconds, or half of it, early; the given moment has that taken off already.
  return left > 30 ? left + 30 : left * 2
}
