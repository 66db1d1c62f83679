import { type ActorRefFrom, waitFor } from 'xstate'
import type { CaptchaService } from '../../services/captcha/captcha.ts'
import { type Clock, systemClock } from '../../services/clock.ts'
import type { AuthError } from '../../services/error.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { Secret, unwrapSecrets, type Unwrapped, wrapSecrets } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import type { Credentials as StoredCredentials } from '../../services/session/credentials.ts'
import type { captcha } from '../../machines/core/captcha.ts'
import { freshTokens } from '../../machines/core/freshTokens.ts'
import type { tokens } from '../../machines/core/tokens.ts'
import { createClient } from '../client/client.ts'
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
  store: Store
  fetch?: typeof globalThis.fetch
  clock?: Clock
  captcha: CaptchaService
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
  /** Ends the session, locally at once; settles when the server is notified or unreachable. */
  endSession(): Promise<void>
}

/** The revocation is done, or waits for its next attempt. */
const isSettled = ({ status, tags }: { status: string; tags?: ReadonlySet<string> }) =>
  status !== 'active' || !!tags?.has('retrying')

/** Creates and starts the auth client that the compat API is built on. */
export function createCompatClient({
  store,
  clock = systemClock,
  ...options
}: ClientOptions): CompatClient {
  const { auth, system } = createClient({
    ...options,
    clock,
    storage: { shared: store, tab: memoryStore() },
    flows: {},
  })
  auth.start()
  const key = `credentials_${options.clientId}`
  const tokensActor = (): ActorRefFrom<typeof tokens> => system()!.get('tokens')
  const captchaActor: ActorRefFrom<typeof captcha> = system()!.get('captcha')
  const isUsable = ({ expiresAt, refresh_token }: { expiresAt: number; refresh_token?: unknown }) =>
    expiresAt > clock.now() || !!refresh_token

  async function loadCredentials() {
    const { context } = await waitFor(tokensActor(), (state) => !state.matches('loading'))
    return context.credentials
  }

  /** Reads a synchronous store, so that a page knows the session as it starts. */
  function peekStore(): Credentials | undefined {
    try {
      const stored = JSON.parse(store.get(key) as string) as Credentials
      const { access_token, refresh_token, expires_at } = stored
      const expiresAt = Date.parse(String(expires_at))
      if (!access_token || !isUsable({ expiresAt, refresh_token })) return undefined
      return { ...stored, expires_at: new Date(expiresAt) }
    } catch {
      return undefined
    }
  }

  function toDocumented(credentials: StoredCredentials): Credentials {
    const { expiresAt, groups, ...rest } = credentials
    return {
      token_type: 'Bearer',
      ...unwrapSecrets(rest),
      groups: groups as string[] | undefined,
      expires_in: Math.max(0, Math.floor((expiresAt - clock.now()) / 1000)),
      expires_at: new Date(expiresAt),
    }
  }

  /** Awaits a call of the client; its errors become errors of the compat API. */
  async function convertErrors<T>(result: Promise<T>): Promise<T> {
    try {
      return await result
    } catch (thrown) {
      throw CloudbaseError.from(thrown)
    }
  }

  return {
    clock,

    captcha: {
      subscribe: (run) => void captchaActor.subscribe(run),
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

    call: (endpoint, ...params) => convertErrors(auth.call(endpoint, ...params)),

    observe({ onSignedIn, onSignedOut, onCredentialsLost, onTokenRefreshed }) {
      auth.on('signedIn', ({ uid }) => onSignedIn(uid))
      auth.on('signedOut', onSignedOut)
      auth.on('credentialsLost', ({ error }) => onCredentialsLost(error))
      auth.on('tokenRenewed', onTokenRefreshed)
    },

    getAccessToken: () => convertErrors(auth.getAccessToken()),

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

    async freshCredentials({ force = false } = {}) {
      await loadCredentials()
      const outdated = force ? tokensActor().getSnapshot().context.serial : undefined
      const { credentials, error } = await freshTokens(system()!, outdated)
      if (credentials) return toDocumented(credentials)
      throw CloudbaseError.from(error)
    },

    startSession(given, version = 'v1') {
      tokensActor().send({ type: 'tokens.keep', tokens: wrapSecrets<Tokens>(given), version })
    },

    async endSession() {
      if (await loadCredentials()) tokensActor().send({ type: 'tokens.drop' })
      const { signOut } = tokensActor().getSnapshot().context
      if (signOut) await waitFor(signOut, isSettled)
    },
  }
}
