import * as api from '../../../services/http/endpoints.ts'
import { requireFields } from '../checks.ts'
import { CloudbaseError } from '../errors.ts'
import type { LoginState } from '../types.ts'
import type { LoginPageRequest } from '../v2/loginPage.ts'
import { type Answer, answer, NO_SESSION } from './answer.ts'
import type { V3Context } from './context.ts'
import type { AuthSession, AuthUser, SignedIn } from './shapes.ts'

/**
 * The result of the sign-in methods that SDK 2.x and SDK 3.x share: the login state as in 2.x, the
 * answer as in 3.x. With an error there is the answer only.
 */
export type LoginAnswer = LoginState & Answer<SignedIn>

/** Creates the methods of SDK 3.x for the session. They never reject: `error` is part of the answer. */
export function createSessionMethods({ client, session, v2, getSignedIn }: V3Context) {
  /** Starts a session with the tokens that a refresh token is exchanged for. */
  async function startSession(refresh_token: string): Promise<SignedIn> {
    await session.signIn(async (call) =>
      client.startSession(await call(api.refresh, { refresh_token })),
    )
    return getSignedIn()
  }

  /** Adds the answer of SDK 3.x to the login state of SDK 2.x. */
  const withAnswer =
    <Args extends unknown[]>(name: string, method: (...args: Args) => Promise<LoginState>) =>
    async (...args: Args): Promise<LoginAnswer> => {
      let state = {} as LoginState
      const { data, error } = await answer(name, NO_SESSION, async () => {
        state = await method(...args)
        return getSignedIn()
      })
      return Object.assign(error ? {} : state, { data, error }) as LoginAnswer
    }

  return {
    /**
     * Returns the session, refreshed if it has expired; `null` when signed out, also with an
     * `accessKey`.
     */
    getSession: () =>
      answer(
        'getSession',
        NO_SESSION,
        async (): Promise<{ session: AuthSession | null; user: AuthUser | null }> =>
          (await client.credentials()) ? getSignedIn() : NO_SESSION,
      ),

    /** Refreshes the session, also a valid one: `POST /auth/v1/token`; or starts that of `refresh_token`. */
    refreshSession: (refresh_token?: string) =>
      answer('refreshSession', NO_SESSION, async () => {
        if (refresh_token) return startSession(refresh_token).catch(toUnauthenticated)
        await client.freshCredentials({ force: true })
        return getSignedIn()
      }),

    /** Starts the session of a refresh token: `POST /auth/v1/token`; an access token is ignored. */
    setSession: (params: { access_token?: string; refresh_token: string }) =>
      answer('setSession', NO_SESSION, async () => {
        requireFields(params, 'refresh_token')
        return startSession(params.refresh_token)
      }),

    /** Signs in as the anonymous user of this device: `POST /auth/v1/signin/anonymously`. */
    signInAnonymously: withAnswer('signInAnonymously', v2.signInAnonymously),

    /**
     * Signs in a user of the app's own server: `POST /auth/v1/signin/custom`. The error is
     * `failed_precondition` before `setCustomSignFunc`.
     */
    signInWithCustomTicket: withAnswer('signInWithCustomTicket', v2.signInWithCustomTicket),

    /**
     * Signs in by the open id of a WeChat mini-program's user. `useWxCloud` (default: true) sends the
     * requests through WeChat's cloud, which the app must have set up. The error is
     * `failed_precondition` with WeChat's message when WeChat refuses.
     */
    signInWithOpenId: withAnswer('signInWithOpenId', v2.signInWithOpenId),

    /** Signs in by the phone number; `phoneCode` comes from WeChat's phone number button. */
    signInWithPhoneAuth: withAnswer('signInWithPhoneAuth', v2.signInWithPhoneAuth),

    /**
     * Redirects to the sign-in page that CloudBase hosts, `/__auth/` at the origin of `redirect_uri`;
     * in a mini-program, opens its own sign-in page. The error is `unimplemented` where there is no
     * page to redirect.
     */
    toDefaultLoginPage: (params?: LoginPageRequest) =>
      answer('toDefaultLoginPage', {}, async () => {
        await v2.toDefaultLoginPage(params)
        return {}
      }),
  }
}

/** A refresh token that the server rejects is a session that is over. */
function toUnauthenticated(error: CloudbaseError): never {
  const { code, operation, description, cause = error } = error
  if (code !== 'invalid_grant') throw error
  throw new CloudbaseError('unauthenticated', { operation, description, cause })
}
