import type { Flows, LifeEvent } from '../../machines/core/session.ts'
import type { CaptchaService } from '../../services/captcha/captcha.ts'
import type { Clock } from '../../services/clock.ts'
import type { Endpoint } from '../../services/http/endpoint.ts'
import type { SignOutRequest } from '../../services/http/wire.ts'
import type { Host } from '../../services/http/origin.ts'
import type { Platform } from '../../services/platform/platform.ts'
import type { Unwrapped } from '../../services/secret.ts'
import type { Lock } from '../../services/session/lock.ts'
import type { Store } from '../../services/session/store.ts'
import type { Inspector } from '../inspect/index.ts'
import type { InitialView } from './initialView.ts'
import type { AuthEvent, View } from './view.ts'

/** What `createAuth` takes. */
export interface AuthOptions<F extends Flows> extends Host {
  /** Default: the environment id. */
  clientId?: string
  /** `Accept-Language` of every request. Default: `zh-CN`. */
  language?: string
  /** Milliseconds after which an unanswered request fails; `Infinity` for never. Default: 15000. */
  timeout?: number
  /**
   * Storage `shared` between tabs and of each `tab`. Default in browsers: IndexedDB with
   * `localStorage`, and `sessionStorage`; elsewhere memory.
   */
  storage?: { shared?: Store; tab?: Store }
  /**
   * Lets one client at a time refresh a session. Default: Web Locks, or a record in the store where the
   * browser has none; elsewhere a lock within the process.
   */
  lock?: Lock
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Default: the system's clock. */
  clock?: Clock
  /** How to reach a provider's page and return, on platforms that are not browsers. */
  platform?: Partial<Platform>
  /**
   * Origins that `returnTo` of a provider sign-in may lead to, beside that of the page:
   * `['https://shop.example']`.
   */
  returnOrigins?: readonly string[]
  /**
   * For platforms without a page: calls `wake` whenever the app is visible or online again, so that
   * an expired token is refreshed early. Returns how to stop.
   */
  watch?(wake: () => void): () => void
  /**
   * Observes the client: any inspector of `cloudbase-authflow/inspect`, such as `broadcast()` or
   * `recorder()`. Each redacts every secret.
   */
  inspect?: Inspector
  /**
   * What `initialView()` of a server's client has returned: shown until the stored session has been
   * read, so that the first view in the page equals the one that the server has rendered.
   */
  initialView?: InitialView
  /** How to ask for a captcha. Default: by picture; else `captchaPage({ redirect_uri })`. */
  captcha?: CaptchaService
  /** The flows of the app, by the names it starts them with: any machines that end with output. */
  flows: F
}

/** An auth client; `createAuth` makes it. */
export interface Auth<F extends Flows> {
  /** Reads the stored session and goes on with a flow that a reload has interrupted. */
  start(): void
  /** Ends all work at once. What is stored stays; `start` goes on with it. */
  stop(): void
  /** @returns the current view */
  get(): View<F>
  /**
   * Returns the view that a server has rendered, also after the stored session has been read: for
   * frameworks that hydrate a part of the page later than the rest.
   *
   * @returns the view of `initialView`, else the one whose status is `unknown`
   */
  getInitial(): View<F>
  /** Calls `run` now and after every change; returns how to unsubscribe (the Svelte store contract). */
  subscribe(run: (view: View<F>) => void): () => void
  /**
   * Signs out, as the event `session.end` does, and settles when the server has answered, or cannot be
   * reached now: the next page then revokes the session. A page that is left at once needs no `await`.
   *
   * @param request where to go afterwards; default: the page stays
   */
  signOut(request?: SignOutRequest): Promise<void>
  /**
   * Sends an event to the part of the flow that takes it. Nothing happens where none does;
   * development builds then warn once.
   */
  send(event: AuthEvent<F>): void
  /** @returns whether `send` would do anything with this event now */
  can(event: AuthEvent<F>): boolean
  /** Calls `run` when that happens; returns how to unsubscribe. */
  on<T extends LifeEvent['type']>(
    type: T,
    run: (event: Extract<LifeEvent, { type: T }>) => void,
  ): () => void
  /**
   * Calls one endpoint. A captcha, an expired token or a network failure on the way is handled.
   *
   * @throws AuthError with the server's code; `cancelled` when the client is stopped meanwhile
   *
   * @example
   *   import { getUser } from 'cloudbase-authflow/endpoints'
   *   const user = await auth.call(getUser)
   */
  call<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    ...params: Record<never, never> extends Unwrapped<Input>
      ? [params?: Unwrapped<Input>]
      : [params: Unwrapped<Input>]
  ): Promise<Unwrapped<Output>>
  /**
   * Returns an access token that has not expired, refreshed first if necessary.
   *
   * @param options `anew`: refreshed in any case, because a service has rejected the present one
   * @throws AuthError `unauthenticated` when signed out, else why it could not be refreshed
   */
  getAccessToken(options?: { anew?: boolean }): Promise<string>
  /**
   * Returns the raw tokens of the session, refreshed first if the access token has expired. Who has
   * the refresh token has the session: hand it to nothing but code that needs it, such as another SDK
   * or a native shell, and never store, log or send it elsewhere. For requests, `getAccessToken` is
   * enough.
   *
   * @throws AuthError `unauthenticated` when signed out, else why the tokens could not be refreshed
   *
   * @example
   *   const { accessToken, expiresAt } = await auth.getCredentials()
   */
  getCredentials(): Promise<RawCredentials>
}

/** The tokens of a session as texts. */
export interface RawCredentials {
  accessToken: string
  refreshToken?: string
  /** When the access token expires, in milliseconds since the epoch, a safety margin before it does. */
  expiresAt: number
  /** The user id. */
  uid?: string
  /** `anonymous` for a guest. */
  scope?: string
}
