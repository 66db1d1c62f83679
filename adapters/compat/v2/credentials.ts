import * as api from '../../../services/http/endpoints.ts'
import { withoutMargin } from '../../../services/session/expiry.ts'
import { invalid, requireFields, requireAllowed } from '../checks.ts'
import type { Context } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import type { Credentials } from '../types.ts'

/** Creates the methods that read and transfer tokens, read the user, and ask for captchas. */
export function createCredentialsMethods({ client, session, options }: Context) {
  const methods = {
    /** Reads the user again: `GET /auth/v1/user/me`; returns the cached one where that fails. */
    async getCurrentUser() {
      if (!(await client.credentials())) return null
      await session.refresh().catch(() => undefined)
      return session.peek()?.user ?? null
    },

    /** The same as `getCurrentUser`. */
    getUserInfo: async () => methods.getCurrentUser(),

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
      if (!credentials) return void (await session.end())
      requireFields(credentials, 'access_token')
      const { access_token, refresh_token, token_type, sub, scope, groups, version } = credentials
      if (typeof access_token !== 'string') throw invalid('access_token must be a string')
      const expires_in = secondsOf(credentials, client.clock.now())
      const tokens = { refresh_token, token_type, sub, scope, groups }
      const given = Object.entries(tokens).filter(([, value]) => value)
      const kept = { ...Object.fromEntries(given), access_token, expires_in }
      session.start(kept, version)
    },

    /** Creates another picture for an open captcha: `POST /auth/v1/captcha/data`. @throws CloudbaseError */
    async createCaptchaData(params: { state: string; redirect_uri?: string }) {
      requireAllowed({ redirect_uri: params.redirect_uri }, options.auth?.returnOrigins)
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
  const left = expires_at ? (new Date(expires_at).getTime() - now) / 1000 : Number(expires_in)
  if (!Number.isFinite(left)) {
    throw invalid(expires_at ? 'expires_at must be a date' : 'expires_in must be a number')
  }
  // A documented `expires_at` has the safety margin subtracted, which a new session does again.
  return expires_at ? withoutMargin(left) : left
}
