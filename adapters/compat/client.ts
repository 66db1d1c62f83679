import { type ActorRefFrom, waitFor } from 'xstate'
import type { CaptchaService } from '../../services/captcha/captcha.ts'
import { type Clock, systemClock } from '../../services/clock.ts'
import { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Endpoint } from '../../services/http/endpoint.ts'
import type { SignOutRequest, Tokens } from '../../services/http/wire.ts'
import { Secret, unwrapSecrets, type Unwrapped, wrapSecrets } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import type { Credentials as StoredCredentials } from '../../services/session/credentials.ts'
import type { captcha } from '../../machines/core/captcha.ts'
import { freshTokens } from '../../machines/core/freshTokens.ts'
import type { tokens } from '../../machines/core/tokens.ts'
import { createClient, isSettled } from '../client/client.ts'
import type { Auth } from '../client/options.ts'
import type { CaptchaDialogState } from './captcha/captchaDialog.ts'
import { CloudbaseError } from './errors.ts'
import type { Credentials } from './types.ts'

/** Options of `createCompatClient`. */
export interface ClientOptions {
  env: string
  clientId: string
  /** The origin of the server, asked for each request. */
  endpoint(): string
  language?: string
  /** Milliseconds after which an unanswered request fails. */
  timeout?: number
  /** The app's own store. Default: the one of `createAuth`, so that both share a session. */
  shared?: Store
  /** Holds the session in the form of the official client, which is read as the page starts. */
  store: Store
  fetch?: typeof globalThis.fetch
  clock?: Clock
  captcha: CaptchaService
  /** Further origins that a sign-out may lead to. */
  returnOrigins?: readonly string[]
  /** Whether an anonymous user whose session has ended signs in anonymously again. Default: true. */
  reentersAnonymously?: boolean
}

/** What happens to the session, in this tab or another. */
export interface SessionObserver {
  onSignedIn(uid?: string): void
  onSignedOut(): void
  /** The server has rejected the session. */
  onCredentialsLost(error: AuthError): void
  onTokenRefreshed(): void
}

/** The captcha dialog's view of the shared `captcha` actor. */
export interface CaptchaControls {
  /** Calls `run` after every change of `get()`. */
  subscribe(run: () => void): void
  /** The open question; `undefined` when there is none. */
  get(): CaptchaDialogState | undefined
  answer(text: string): void
  replace(): void
  cancel(): void
}

/** The auth client behind the compat API: the only part of it that knows machines and actors. */
export interface CompatClient {
  readonly clock: Clock
  readonly captcha: CaptchaControls
  /** Calls one endpoint, interruptions included. @throws CloudbaseError */
  readonly call: Auth<Record<never, never>>['call']
  /** Asks for a captcha first and sends its token with the call. @throws CloudbaseError */
  callWithCaptcha<Input, Output>(
    endpoint: Endpoint<Input, Output>,
    params: Unwrapped<Input>,
  ): Promise<Unwrapped<Output>>
  observe(observer: SessionObserver): void
  /** @throws CloudbaseError `unauthenticated` when signed out */
  getAccessToken(): Promise<string>
  /** The session as it is known synchronously. */
  peek(): Credentials | undefined
  /** The session once the stored one has been read; it may have expired. */
  credentials(): Promise<Credentials | undefined>
  /**
   * The session with a valid access token, refreshed if it has expired or if `force` is set.
   *
   * @throws CloudbaseError `unauthenticated` when signed out
   */
  freshCredentials(options?: { force?: boolean }): Promise<Credentials>
  /** Starts a session with these tokens, issued by this version of the API (default: `v1`). */
  startSession(given: Unwrapped<Tokens>, version?: string): void
  /**
   * Ends the session, locally at once, and cancels sign-ins under way; settles when the server is
   * notified or unreachable.
   *
   * @returns the address that the server has answered
   */
  endSession(request?: SignOutRequest): Promise<string | undefined>
}

/** Creates and starts the auth client that the compat API is built on. */
export function createCompatClient({
  shared,
  store,
  clock = systemClock,
  reentersAnonymously = true,
  ...options
}: ClientOptions): CompatClient {
  const { auth, system } = createClient({
    ...options,
    clock,
    storage: { shared, tab: memoryStore() },
    flows: {},
    // The app goes to the address that `signOut` returns.
    platform: { redirect: () => undefined },
  })
  auth.start()
  const key = `credentials_${options.clientId}`
  const tokensActor = (): ActorRefFrom<typeof tokens> => system()!.get('tokens')
  const captchaActor: ActorRefFrom<typeof captcha> = system()!.get('captcha')
  const isUsable = ({ expiresAt, refresh_token }: { expiresAt: number; refresh_token?: unknown }) =>
    expiresAt > clock.now() || !!refresh_token
  /** The last session, also after it has ended. */
  let last: StoredCredentials | undefined
  /** A guest's next session, while it is requested. */
  let reentry: Promise<boolean> | undefined

  tokensActor().subscribe(({ context }) => {
    last = context.credentials ?? last
  })

  async function loadCredentials() {
    const { context } = await waitFor(tokensActor(), (state) => !state.matches('loading'))
    return context.credentials
  }

  /** Reads a synchronous store, so that a page knows the session as it starts. */
  function peekStore(): Credentials | undefined {
    try {
      const { authflow: _, ...stored } = JSON.parse(store.get(key) as string) as Credentials & {
        authflow?: object
      }
      const { access_token, refresh_token, expires_at } = stored
      const expiresAt = Date.parse(String(expires_at))
      if (!access_token || !isUsable({ expiresAt, refresh_token })) return undefined
      return { ...stored, expires_at: new Date(expiresAt) }
    } catch {
      return undefined
    }
  }

  function toDocumented(credentials: StoredCredentials): Credentials {
    const { expiresAt, lifetime: _, groups, ...rest } = credentials
    return {
      token_type: 'Bearer',
      ...unwrapSecrets(rest),
      groups: groups as string[] | undefined,
      expires_in: Math.max(0, Math.floor((expiresAt - clock.now()) / 1000)),
      expires_at: new Date(expiresAt),
    }
  }

  /**
   * Signs a guest in again whose session the server has rejected.
   *
   * @returns whether there is a session now
   */
  function reenter(): Promise<boolean> {
    reentry ??= auth
      .call(api.signInAnonymously)
      .then(
        () => true,
        () => false,
      )
      .finally(() => (reentry = undefined))
    return reentry
  }

  const canReenter = () => reentersAnonymously && last?.scope === 'anonymous'

  async function convertErrors<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start()
    } catch (thrown) {
      throw CloudbaseError.from(thrown)
    }
  }

  /** Runs a call of the client, again after a guest's re-entry; its errors are those of the SDK. */
  async function run<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start()
    } catch (thrown) {
      if (!isEndOfSession(thrown)) throw CloudbaseError.from(thrown)
      if (!canReenter() || !(await reenter())) throw toUnauthenticated(thrown)
      return start()
    }
  }

  async function freshCredentials(isForced: boolean): Promise<Credentials> {
    await loadCredentials()
    const outdated = isForced ? tokensActor().getSnapshot().context.serial : undefined
    const { credentials, error } = await freshTokens(system()!, outdated)
    if (credentials) return toDocumented(credentials)
    throw AuthError.from(error)
  }

  const call: CompatClient['call'] = (endpoint, ...params) => {
    const start = () => auth.call(endpoint, ...params)
    return isRefresh(endpoint) ? convertErrors(start) : run(start)
  }

  return {
    clock,

    captcha: {
      subscribe: (notify) => void captchaActor.subscribe(notify),
      get() {
        const state = captchaActor.getSnapshot()
        const { question, error } = state.context
        const isBusy = state.hasTag('busy')
        return isBusy || state.hasTag('asking')
          ? { image: question?.image, isBusy, error }
          : undefined
      },
      answer: (text) => captchaActor.send({ type: 'captcha.answer', text: new Secret(text) }),
      replace: () => captchaActor.send({ type: 'captcha.replace' }),
      cancel: () => captchaActor.send({ type: 'captcha.cancel' }),
    },

    call,

    async callWithCaptcha(endpoint, params) {
      const { callWithCaptcha } = await import('./captcha/callWithCaptcha.ts')
      const send = endpoint.fetch ?? options.fetch ?? globalThis.fetch
      return callWithCaptcha(captchaActor, { ...endpoint, fetch: send }, (endpoint) =>
        call(endpoint, ...([params] as never)),
      )
    },

    observe({ onSignedIn, onSignedOut, onCredentialsLost, onTokenRefreshed }) {
      let guest: string | undefined
      auth.on('signedIn', ({ uid }) => {
        const isSameGuest = reentry && uid === guest
        if (isSameGuest) onTokenRefreshed()
        else onSignedIn(uid)
      })
      auth.on('signedOut', onSignedOut)
      auth.on('credentialsLost', ({ error }) => void onLost(error))
      auth.on('tokenRenewed', onTokenRefreshed)

      async function onLost(error: AuthError) {
        guest = last?.sub
        if (!canReenter() || !(await reenter())) onCredentialsLost(error)
      }
    },

    getAccessToken: () => run(() => auth.getAccessToken()),

    peek() {
      const state = tokensActor().getSnapshot()
      if (state.matches('loading')) return peekStore()
      const { credentials } = state.context
      return credentials && isUsable(credentials) ? toDocumented(credentials) : undefined
    },

    async credentials() {
      const credentials = await loadCredentials()
      return credentials && toDocumented(credentials)
    },

    freshCredentials: ({ force = false } = {}) => run(() => freshCredentials(force)),

    startSession(given, version = 'v1') {
      tokensActor().send({ type: 'tokens.keep', tokens: wrapSecrets<Tokens>(given), version })
    },

    async endSession(request) {
      const credentials = await loadCredentials()
      system()!
        .get('session')
        .send({ type: 'session.end', ...request })
      const { signOut } = tokensActor().getSnapshot().context
      const settled = signOut && (await waitFor(signOut, isSettled))
      return credentials && settled?.context.uri
    },
  }
}

const isRefresh = ({ operation }: { operation?: string }) => !!operation?.startsWith('refresh')

/** The answers to a refresh that end the session. */
const REJECTIONS = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

const isEndOfSession = (thrown: unknown): thrown is AuthError =>
  thrown instanceof AuthError && isRefresh(thrown) && REJECTIONS.has(thrown.code)

/** A session that is over is `unauthenticated`, whatever the server has answered. */
function toUnauthenticated(error: AuthError): CloudbaseError {
  const { operation, description, status, requestId } = error
  const details = { operation, description, status, requestId, cause: error }
  return new CloudbaseError('unauthenticated', details)
}
