import * as api from '../../services/http/endpoints.ts'
import type { SignOutRequest } from '../../services/http/wire.ts'
import type { Store } from '../../services/session/store.ts'
import type { CompatClient } from './client.ts'
import { CloudbaseError } from './errors.ts'
import { type AuthStateEvent, createEmitter, type Emitter, type LoginEventType } from './events.ts'
import { globalWx } from './globalWx.ts'
import { lazyMethods } from './lazyMethods.ts'
import type { Credentials, LoginState, UserInfo, UserProvider, UserUpdate } from './types.ts'
import { toUser } from './user.ts'
import { createUserCache } from './userCache.ts'

/** The current user with the cached profile, and the events of their session. */
export interface Session {
  readonly loginEvents: Emitter<[type: LoginEventType, msg?: string]>
  readonly stateEvents: Emitter<[event: AuthStateEvent, info?: object]>
  /** Reads the user from the server: `GET /auth/v1/user/me`. @throws CloudbaseError */
  refresh(): Promise<UserInfo>
  /** Reads the user after a change; settles within two seconds, also when they cannot be read. */
  reread(): Promise<void>
  /** Caches what is known of a user, unless another user has signed in since. */
  cacheUser(info: UserInfo): UserInfo
  /** The login state as it is known synchronously; `null` when signed out. */
  peek(): LoginState | null
  /** The login state, after a token refresh if one is due. A network failure ends no session. */
  current(): Promise<LoginState | null>
  /**
   * Runs a sign-in; settles once the user is read, which is waited for two seconds, and listeners
   * are notified. Of concurrent sign-ins the last one started wins, and all of them return its state.
   *
   * @param run sends the requests of the sign-in, with a `call` that a sign-out cancels
   * @param loginType the `loginType` of the user, where the server does not give it
   * @throws CloudbaseError the error of `run`; `cancelled` after a sign-out in the meantime
   */
  signIn(
    run: (call: CompatClient['call']) => Promise<unknown>,
    loginType?: string,
  ): Promise<LoginState>
  /**
   * Starts the session of these tokens; the user is read in the background, and listeners are then
   * notified.
   */
  start(...session: Parameters<CompatClient['startSession']>): void
  /**
   * Ends the session and cancels sign-ins under way.
   *
   * @returns the address that the server has answered
   */
  end(request?: SignOutRequest): Promise<string | undefined>
  /** Notifies listeners of a change that was made, unless the session has ended meanwhile. */
  announce(event: AuthStateEvent, info?: object): void
}

/** Milliseconds for which a sign-in waits for the record of its user. */
const USER_TIMEOUT_MS = 2000

/** The shape of a user with the fields that the official documents do not name. */
const shape = {
  ...api.getUser.shape,
  loginType: 'string?',
  created_from: 'string?',
  updated_at: 'string?',
} as typeof api.getUser.shape

const getUser: typeof api.getUser = { ...api.getUser, shape }

/** Creates the session of an app. */
export function createSession(client: CompatClient, store: Store, env: string): Session {
  const cache = createUserCache(store, env)
  const loginEvents: Session['loginEvents'] = createEmitter()
  const stateEvents: Session['stateEvents'] = createEmitter()
  /** The last sign-in: settled when its requests are. */
  let signingIn: Promise<unknown> = Promise.resolve()
  /** Settled when listeners are notified of the last sign-in. */
  let announced: Promise<void> | undefined
  let nextLoginType: string | undefined
  /** Counts the sessions of this page. */
  let sessionCount = 0
  /** Counts the ends of sessions, those that were asked for while signed out as well. */
  let endCount = 0
  /** Counts the sign-ins that were started. */
  let startCount = 0
  /** The sign-in that has succeeded, of several the one that was started last. */
  let succeeded = 0
  const edits = lazyMethods(['updateProfile', 'updatePassword', 'editUser'], async () =>
    (await import('./userEdits.ts')).createUserEdits(client, shape),
  )

  client.observe({
    onSignedIn(uid) {
      cache.set({ ...(uid && { uid, sub: uid }), loginType: nextLoginType })
      announced = onSignedIn(++sessionCount)
    },
    onSignedOut: () => onSignedOut('sign_out'),
    onCredentialsLost: ({ description, message }) =>
      onSignedOut('credentials_error', description ?? message),
    onTokenRefreshed: () => stateEvents.emit('TOKEN_REFRESHED'),
  })

  /** Notifies listeners once the user is read, or cannot be read in time. */
  async function onSignedIn(count: number) {
    const isCurrent = () => count === sessionCount
    let isLate = false
    const read = readUser().then(() => isLate && isCurrent() && stateEvents.emit('USER_UPDATED'))
    await settleInTime(read)
    isLate = true
    if (!isCurrent()) return
    loginEvents.emit('sign_in')
    stateEvents.emit('SIGNED_IN')
  }

  /** Waits until the user is read, cannot be read, or is waited for too long. */
  async function settleInTime(read: Promise<unknown>) {
    const timer = new AbortController()
    const deadline = client.clock.now() + USER_TIMEOUT_MS
    await Promise.race([read, client.clock.until(deadline, timer.signal)]).catch(() => undefined)
    timer.abort()
  }

  /** Reads the user after the sign-in's own requests, which may bind a provider. */
  async function readUser() {
    await signingIn
    await refresh()
  }

  function onSignedOut(type: LoginEventType, msg?: string) {
    sessionCount++
    cache.clear()
    loginEvents.emit(type, msg)
    stateEvents.emit('SIGNED_OUT')
  }

  async function refresh(): Promise<UserInfo> {
    return cacheUser(await client.call(getUser))
  }

  /** Caches an answer about the user, unless another user has signed in since it was asked for. */
  function cacheUser({ password, ...answer }: UserInfo): UserInfo {
    const { loginType } = cache.get()
    const open_id = openIdOf(answer)
    const info = {
      ...(loginType && { loginType }),
      ...(password && { hasPassword: password === 'SET' }),
      ...answer,
      uid: answer.sub,
      ...(open_id && { open_id }),
    }
    const { sub = info.sub } = client.peek() ?? { sub: null }
    if (sub === info.sub) cache.set(info)
    return info
  }

  const update = async (userInfo: UserUpdate) => cacheUser(await edits.updateProfile(userInfo))

  /** The cached user, unless the cache is about another user than the session. */
  function userOf({ sub }: Credentials): UserInfo {
    const info = cache.get()
    const isSameUser = !sub || !info.sub || info.sub === sub
    return { ...(sub && { uid: sub, sub }), ...(isSameUser && info) }
  }

  function peek(): LoginState | null {
    const credentials = client.peek()
    if (!credentials) return null
    const user = toUser(userOf(credentials), { ...edits, update, refresh })
    return withTokens({ user }, credentials)
  }

  return {
    loginEvents,
    stateEvents,
    refresh,
    reread: () => settleInTime(refresh()),
    peek,
    cacheUser,

    async current() {
      await client.freshCredentials().catch(() => undefined)
      return peek()
    },

    async signIn(run, loginType) {
      const endsBefore = endCount
      const started = ++startCount
      const superseded = cancelled()
      const call: CompatClient['call'] = async (...params) => {
        if (endCount > endsBefore || started < succeeded) throw superseded
        return client.call(...params)
      }
      nextLoginType = loginType
      const running = run(call)
      signingIn = running.catch(() => undefined)
      await running.catch((thrown: unknown) => {
        if (thrown !== superseded) throw thrown
      })
      succeeded = Math.max(succeeded, started)
      await announced
      const state = endCount > endsBefore ? null : peek()
      if (state) return state
      throw cancelled()
    },

    start(...given) {
      nextLoginType = undefined
      client.startSession(...given)
    },

    async end(request) {
      endCount++
      return client.endSession(request)
    },

    announce(...event) {
      if (client.peek()) stateEvents.emit(...event)
    },
  }
}

const cancelled = () =>
  new CloudbaseError('cancelled', { description: 'the user signed out meanwhile' })

/** The user's id at the WeChat of this mini-program. */
function openIdOf({ providers = [] }: UserInfo): string | undefined {
  const appId = globalWx()?.getAccountInfoSync?.().miniProgram.appId
  return (providers as UserProvider[]).find(({ id }) => id === appId)?.provider_user_id
}

/**
 * Adds the tokens as a property that can be read, also through a reactive proxy, and is neither
 * printed, copied nor stored.
 */
export function withTokens<T extends object>(
  state: T,
  tokens: Credentials | null,
): T & Pick<LoginState, 'oauthLoginState'> {
  return Object.defineProperty(state, 'oauthLoginState', {
    get: () => tokens,
    configurable: true,
  }) as T & Pick<LoginState, 'oauthLoginState'>
}
