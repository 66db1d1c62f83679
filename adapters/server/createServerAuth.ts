import type { Flows } from '../../machines/core/session.ts'
import { AuthError } from '../../services/error.ts'
import { type Lock, processLock } from '../../services/session/lock.ts'
import { memoryStore, type Store, withTimeout } from '../../services/session/store.ts'
import { systemClock } from '../../services/clock.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { createClient } from '../client/client.ts'
import type { InitialView } from '../client/initialView.ts'
import type { Auth, AuthOptions } from '../client/options.ts'
import type { View } from '../client/view.ts'
import { type CookieOptions, sessionCookie } from './cookie.ts'
import type { CookieStore } from './cookieStore.ts'
import { IdScope } from './sessionId.ts'

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
 * Creates the client of one request; it starts at its first use. The browser has the id of the session in an `HttpOnly`
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
  const {
    request,
    store,
    cookie,
    flows = {} as F,
    lock: given,
    ...rest
  } = Object(options) as ServerAuthOptions<F>
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
      : new IdScope(store, given ?? processLock(store), sessionCookie(cookie), headers)
  const tab = memoryStore()
  const { auth, session, system, show } = createClient<F>(
    { ...rest, flows, storage: { tab } },
    {
      store: withTimeout(scope.store, clock),
      shared: tab,
      lock: scope.lock,
      isShared: false,
      request: scope,
    },
  )
  let reading: Promise<InitialView> | undefined

  /** Reads the session without its machines, as many requests need no more of it. */
  async function read(): Promise<InitialView> {
    const view = viewOf(await session.load())
    if (!system()) show(view)
    return view
  }

  /** Waits until the machines know who is signed in. */
  const known = () =>
    new Promise<View<F>>((resolve) => {
      auth.subscribe((view) => view.status !== 'unknown' && resolve(view))
    })

  async function setCookies(): Promise<string[]> {
    if (system()) await known()
    await session.settled()
    if (!scope.isChanged) return []
    if (session.failure) throw storeFailed('the session could not be stored', session.failure)
    return scope.setCookies()
  }

  return {
    ...auth,

    async initialView() {
      const { status, user } = system() ? await known() : await (reading ??= read())
      if (session.failure) throw storeFailed('the session could not be read', session.failure)
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

function viewOf(credentials: Credentials | undefined): InitialView {
  if (!credentials) return { status: 'signedOut' }
  const { scope, sub: uid } = credentials
  return { status: scope === 'anonymous' ? 'anonymous' : 'signedIn', user: { uid } }
}

const invalid = (description: string) =>
  new AuthError('invalid_argument', { operation: 'createServerAuth', description })

const storeFailed = (description: string, cause: unknown) =>
  new AuthError('unavailable', { operation: 'storage', description, cause })
