import type { Flows } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { type Lock, processLock } from '../../services/session/lock.ts'
import { memoryStore, type Store, withTimeout } from '../../services/session/store.ts'
import { systemClock } from '../../services/clock.ts'
import { servicesOf } from '../../services/system.ts'
import { createClient } from '../client/client.ts'
import type { InitialView } from '../client/initialView.ts'
import type { Auth, AuthOptions } from '../client/options.ts'
import { type CookieOptions, sessionCookie } from './cookie.ts'
import type { CookieStore } from './cookieStore.ts'
import { createIdScope } from './sessionId.ts'

/** The options of `createAuth` that make no sense for one request on a server. */
type PageOptions = 'storage' | 'watch' | 'platform' | 'initialView' | 'flows' | 'lock'

/** What `createServerAuth` takes, beside the options of `createAuth`. */
export interface ServerAuthOptions<F extends Flows = Record<never, never>> extends Omit<
  AuthOptions<F>,
  PageOptions
> {
  /** The request to answer; only its headers are read. */
  request: { headers: Headers }
  /**
   * Holds the sessions of all users: `redisStore(client)`, `unstorageStore(storage)`; or leaves each of
   * them to its browser: `cookieStore({ secret })`.
   */
  store: Store | CookieStore
  /** Lets one request at a time refresh a session: `redisLock(client)`. Default: within the process. */
  lock?: Lock
  cookie?: CookieOptions
  /** Flows run within one request. Default: none. */
  flows?: F
}

/** The client of one request; `createServerAuth` makes it. */
export interface ServerAuth<F extends Flows = Record<never, never>> extends Auth<F> {
  /**
   * Reads who is signed in. The result can be serialized and holds no token: hand it to the page, as the
   * option `initialView` of `createAuth`.
   *
   * @throws AuthError `unavailable` when the store cannot be read: it is not known who is signed in
   */
  initialView(): Promise<InitialView>
  /**
   * Waits until everything is stored.
   *
   * @returns the values of the `Set-Cookie` headers of the response: none, unless the request has signed
   *   in or out; with a `cookieStore` also after a refresh
   * @throws AuthError `unavailable` when a sign-in or sign-out could not be stored
   */
  setCookies(): Promise<string[]>
  /**
   * Adds the cookies to a response.
   *
   * @throws AuthError as `setCookies` does
   */
  respond(response: Response): Promise<Response>
}

/**
 * Creates the client of one request, started. The browser has the id of the session in an `HttpOnly`
 * cookie; the tokens stay in the server's store, or are encrypted in the cookie (`cookieStore`). A sign-in
 * changes the id, a sign-out removes it.
 *
 * @param options `env`, `request` and `store` are required; several processes also need a `lock`
 * @returns the client; it needs no `stop`
 * @throws AuthError `invalid_argument` for an option that cannot be right
 *
 * @example
 *   const auth = createServerAuth({ env: 'my-env', request, store, lock })
 *   await auth.call(signIn, { username, password })
 *   return auth.respond(Response.redirect(new URL('/', request.url)))
 */
export function createServerAuth<F extends Flows = Record<never, never>>(
  options: ServerAuthOptions<F>,
): ServerAuth<F> {
  const { request, store, cookie, flows = {} as F, lock: given, ...rest } = options
  const { clock = systemClock } = rest
  if (typeof request?.headers?.get !== 'function') {
    throw invalid(
      'request must have Headers; of Node.js: { headers: new Headers(request.headers) }',
    )
  }
  if (!store) throw invalid('store must hold the sessions of all requests: redisStore(client)')
  const { headers } = request
  const scope =
    'openSession' in store
      ? store.openSession(headers, clock, cookie)
      : createIdScope(store, given ?? processLock(store), sessionCookie(cookie), headers)
  const tab = memoryStore()
  let failure: AuthError | undefined
  const { auth, system } = createClient<F>(
    { ...rest, flows, storage: { tab } },
    {
      store: withTimeout(scope.store, clock),
      shared: tab,
      lock: scope.lock,
      isShared: false,
      request: {
        onBegin() {
          failure = undefined
          scope.onBegin()
        },
        onEnd() {
          failure = undefined
          scope.onEnd()
        },
      },
    },
  )
  auth.on('storageFailed', ({ error }) => (failure = error))
  auth.start()
  const known = new Promise<void>((resolve) => {
    auth.subscribe(({ status }) => status !== 'unknown' && resolve())
  })

  async function setCookies(): Promise<string[]> {
    await known
    const running = system()
    if (running) await servicesOf(running).session.settled()
    if (!scope.isChanged) return []
    if (failure) throw storeFailed('the session could not be stored', failure)
    return scope.setCookies()
  }

  return {
    ...auth,

    async initialView() {
      await known
      if (failure) throw storeFailed('the session could not be read', failure)
      const { status, user } = auth.get()
      return { status, ...(user && { user: { uid: user.uid } }) } as InitialView
    },

    setCookies,

    async respond(response) {
      const cookies = await setCookies()
      if (cookies.length === 0) return response
      // The headers of a redirect cannot be changed.
      const { body, status, statusText, headers } = response
      const changed = new Response(body, { status, statusText, headers })
      for (const value of cookies) changed.headers.append('set-cookie', value)
      // A page with a new session is for this user alone.
      if (!changed.headers.has('cache-control')) changed.headers.set('cache-control', 'no-store')
      return changed
    },
  }
}

const invalid = (description: string) =>
  new AuthError('invalid_argument', { operation: 'createServerAuth', description })

const storeFailed = (description: string, cause: unknown) =>
  new AuthError('unavailable', { operation: 'storage', description, cause })
