import type { Endpoint } from '../../services/http/endpoint.ts'
import type { CaptchaService } from '../../services/captcha/captcha.ts'
import type { Clock } from '../../services/clock.ts'
import type { Host } from '../../services/http/origin.ts'
import type { Platform } from '../../services/platform/platform.ts'
import type { Unwrapped } from '../../services/secret.ts'
import type { Store } from '../../services/session/store.ts'
import type { Flows, LifeEvent, Named } from '../../machines/core/session.ts'
import type { Inspector } from '../inspect/index.ts'
import type { AuthEvent, View } from './view.ts'

export interface AuthOptions<F extends Flows> extends Host {
  /** Default: the environment id. */
  clientId?: string
  /** The language of messages and of the server's descriptions. Default: zh-CN. */
  language?: string
  /** Milliseconds after which an unanswered request is given up. Default: 15000. */
  timeout?: number
  /** Where things are kept: `shared` between tabs, and per `tab`. Default: the browser's storages. */
  storage?: { shared?: Store; tab?: Store }
  fetch?: typeof globalThis.fetch
  clock?: Clock
  /** For places that are no browser: how to get to a provider and back. */
  platform?: Partial<Platform>
  /**
   * Origins a person may be taken to after a journey to a provider (`returnTo`), beside that of the
   * page: `['https://shop.example']`.
   */
  returnOrigins?: readonly string[]
  /**
   * For places that are no page: calls `wake` whenever the app is seen or online again, so that an
   * expired token is renewed before it is asked for. Returns how to stop.
   */
  watch?(wake: () => void): () => void
  /**
   * Watches every actor at work: `inspector(sink)` or `statelyInspector(…)` of
   * `cloudbase-authflow/inspect`. There is no other way to watch, so nothing is seen unredacted.
   */
  inspect?: Inspector
  /** How to ask for a captcha. Default: by picture; else `captchaPage({ redirect_uri })`. */
  captcha?: CaptchaService
  /**
   * The journeys of the app, by the name it starts them with: any but `captcha`, `idle` and `tokens`,
   * without `.`, `#` and `\`.
   */
  flows: F & Named<F>
}

export interface Auth<F extends Flows> {
  /** Begins: reads the stored session and takes up a flow that a reload has cut. */
  start(): void
  /** Ends all work at once. Stored sessions and flows stay; `start` goes on with them. */
  stop(): void
  get(): View<F>
  /** Calls `run` now and on every change; returns how to unsubscribe (the Svelte store contract). */
  subscribe(run: (view: View<F>) => void): () => void
  /** Tells the machine that can take it; nothing happens where none can. */
  send(event: AuthEvent<F>): void
  can: (event: AuthEvent<F>) => boolean
  /** Calls `run` when that happens; returns how to unsubscribe. */
  on<T extends LifeEvent['type']>(
    type: T,
    run: (event: Extract<LifeEvent, { type: T }>) => void,
  ): () => void
  /**
   * Calls one endpoint, interruptions included: `auth.call(getUser)`.
   *
   * @throws AuthError
   */
  call<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    ...params: Record<never, never> extends Unwrapped<Input>
      ? [params?: Unwrapped<Input>]
      : [params: Unwrapped<Input>]
  ): Promise<Unwrapped<Output>>
  /**
   * An access token that has not expired; renewed first where it must be.
   *
   * @throws AuthError `unauthenticated` when nobody is signed in, else why it could not be renewed
   */
  getAccessToken(): Promise<string>
}
