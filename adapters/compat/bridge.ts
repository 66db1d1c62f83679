import { systemClock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'

/** A client of this package: `createAuth({ … })`, or `app.auth()` of `cloudbase-authflow/cloudbase`. */
export interface TokenSource {
  /** Returns an access token that has not expired; with `anew`, one that is not older than now. */
  getAccessToken(options?: { anew?: boolean }): Promise<string | { accessToken: string }>
  /** Of `app.auth()`: renews the tokens although they have not expired. */
  refreshSession?(): Promise<unknown>
}

/** What the services of the official SDK read of its app: where they get their access token. */
export interface OauthInstance {
  oauth2client: {
    getAccessToken(): Promise<string>
    getCredentials(): Promise<{ access_token: string; expires_at: Date }>
  }
  authApi: {
    /** Called once when a service rejects a token as expired. */
    refreshTokenForce(): Promise<unknown>
  }
}

/**
 * Services reject the tokens of calls that were under way together. For so many milliseconds after a
 * renewal, a rejection is about the token before it.
 */
const RENEWAL_HOLDS_MS = 5000
/** The services read a token for each call, so that they need no later expiry. */
const CALL_MS = 60_000

/**
 * Lets an app of the official SDK take its access tokens from this package: `database()`,
 * `callFunction` and `uploadFile` go out as the user who is signed in here. `app.auth` is replaced:
 * with `app.auth()` of this package by that, with a client of `createAuth` by a function that throws,
 * because a second client of the same stored session would sign the user out.
 *
 * @param app what `init` of `@cloudbase/js-sdk` 2.x or 3.x returned
 * @param auth the client whose session the app shares
 * @returns `app`
 *
 * @example
 *   import cloudbase from '@cloudbase/js-sdk'
 *   import { createAuth, signIn } from 'cloudbase-authflow'
 *   import { bridge } from 'cloudbase-authflow/cloudbase'
 *
 *   const auth = createAuth({ env: 'my-env', flows: { signIn } })
 *   auth.start()
 *   const app = bridge(cloudbase.init({ env: 'my-env' }), auth)
 *   await app.callFunction({ name: 'hello' })
 */
export function bridge<App extends object>(app: App, auth: TokenSource): App {
  const oauthInstance = createOauthInstance(auth)
  define(app, 'oauthInstance', oauthInstance)
  define(app, 'authInstance', createAuthInstance(oauthInstance))
  define(app, 'auth', auth.refreshSession ? toCallable(auth) : refuseAuth)
  return app
}

/** Creates what the services of the official SDK read their access token from. */
export function createOauthInstance(auth: TokenSource): OauthInstance {
  let renewedAt = -Infinity
  let renewal: Promise<unknown> | undefined

  async function getAccessToken() {
    const token = await auth.getAccessToken()
    return typeof token === 'string' ? token : token.accessToken
  }

  return {
    oauth2client: {
      getAccessToken,
      getCredentials: async () => ({
        access_token: await getAccessToken(),
        expires_at: new Date(systemClock.now() + CALL_MS),
      }),
    },
    authApi: {
      refreshTokenForce() {
        const age = systemClock.now() - renewedAt
        if (renewal && age >= 0 && age < RENEWAL_HOLDS_MS) return renewal
        renewedAt = systemClock.now()
        const renewed = auth.refreshSession?.() ?? auth.getAccessToken({ anew: true })
        renewal = renewed.catch((error: unknown) => {
          renewal = undefined
          throw error
        })
        return renewal
      },
    },
  }
}

/** What realtime listeners read their access token from. */
const createAuthInstance = ({ oauth2client }: OauthInstance) => ({
  getAccessToken: async () => ({ accessToken: await oauth2client.getAccessToken() }),
})

/** Replaces a property for good: the SDK would set its own again. */
function define(app: object, name: string, value: unknown) {
  Object.defineProperty(app, name, { get: () => value, set() {}, configurable: true })
}

/** Both forms that apps use: `app.auth().signIn(…)` and `app.auth.signIn(…)`. */
function toCallable(auth: object): object {
  if (typeof auth === 'function') return auth
  return Object.defineProperties(() => auth, Object.getOwnPropertyDescriptors(auth))
}

function refuseAuth(): never {
  throw new AuthError('failed_precondition', {
    description:
      'this app takes its tokens from createAuth of cloudbase-authflow: sign in and out there',
  })
}
