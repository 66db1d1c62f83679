import * as api from '../../services/http/endpoints.ts'
import type { Store } from '../../services/session/store.ts'
import { requireGender } from './checks.ts'
import type { CompatClient } from './client.ts'
import { CloudbaseError } from './errors.ts'
import { type AuthStateEvent, createEmitter, type Emitter, type LoginEventType } from './events.ts'
import { globalWx } from './globalWx.ts'
import type { Credentials, LoginState, UserInfo, UserProvider, UserUpdate } from './types.ts'
import { toUser } from './user.ts'
import { createUserCache } from './userCache.ts'

/** The current user with the cached profile, and the events of their session. */
export interface Session {
  readonly loginEvents: Emitter<[type: LoginEventType, msg?: string]>
  readonly stateEvents: Emitter<[event: AuthStateEvent, info?: object]>
  /** Reads the user from the server: `GET /auth/v1/user/me`. @throws CloudbaseError */
  refresh(): Promise<UserInfo>
  /** The login state as it is known synchronously; `null` when signed out. */
  peek(): LoginState | null
  /** The login state, after a token refresh if one is due. A network failure ends no session. */
  current(): Promise<LoginState | null>
  /**
   * Runs a sign-in; settles once the user is read and listeners are notified. Of concurrent
   * sign-ins the last one started wins, and all of them return its state.
   *
   * @param run sends the requests of the sign-in
   * @param loginType the `loginType` of the user, where the server does not give it
   * @throws CloudbaseError the error of `run`; `cancelled` after a sign-out in the meantime
   */
  signIn(run: () => Promise<unknown>, loginType?: string): Promise<LoginState>
}

/** `GET /auth/v1/user/me` with the fields that the official documents do not name, too. */
const getUser: typeof api.getUser = {
  ...api.getUser,
  shape: {
    ...api.getUser.shape,
    loginType: 'string?',
    created_from: 'string?',
    updated_at: 'string?',
  } as typeof api.getUser.shape,
}

/** Creates the session of an app. */
export function createSession(client: CompatClient, store: Store, env: string): Session {
  const cache = createUserCache(store, env)
  const loginEvents: Session['loginEvents'] = createEmitter()
  const stateEvents: Session['stateEvents'] = createEmitter()
  let signedIn: Promise<void> | undefined
  let nextLoginType: string | undefined

  client.observe({
    onSignedIn(uid) {
      cache.set({ ...(uid && { uid, sub: uid }), loginType: nextLoginType })
      signedIn = onSignedIn()
    },
    onSignedOut: () => onSignedOut('sign_out'),
    onCredentialsLost: ({ description }) => onSignedOut('credentials_error', description),
    onTokenRefreshed: () => stateEvents.emit('TOKEN_REFRESHED'),
  })

  /** Notifies listeners once the user is read, or cannot be read now. */
  async function onSignedIn() {
    await refresh().catch(() => undefined)
    loginEvents.emit('sign_in')
    stateEvents.emit('SIGNED_IN')
  }

  function onSignedOut(type: LoginEventType, msg?: string) {
    cache.clear()
    loginEvents.emit(type, msg)
    stateEvents.emit('SIGNED_OUT')
  }

  async function refresh(): Promise<UserInfo> {
    return cacheUser(await client.call(getUser))
  }

  /** Caches an answer about the user, unless another user has signed in since it was asked for. */
  function cacheUser(answer: UserInfo): UserInfo {
    const { loginType } = cache.get()
    const open_id = openIdOf(answer)
    const info = {
      ...(loginType && { loginType }),
      ...answer,
      uid: answer.sub,
      ...(open_id && { open_id }),
    }
    const { sub = info.sub } = client.peek() ?? { sub: null }
    if (sub === info.sub) cache.set(info)
    return info
  }

  async function update(userInfo: UserUpdate): Promise<UserInfo> {
    requireGender(userInfo)
    return cacheUser(await client.call(api.updateProfile, userInfo))
  }

  /** The cached user, unless the cache is about another user than the session. */
  function userOf({ sub }: Credentials): UserInfo {
    const info = cache.get()
    const isSameUser = !sub || !info.sub || info.sub === sub
    return { ...(sub && { uid: sub, sub }), ...(isSameUser && info) }
  }

  function peek(): LoginState | null {
    const credentials = client.peek()
    if (!credentials) return null
    const user = toUser(userOf(credentials), { update, refresh })
    return withTokens({ user }, credentials)
  }

  return {
    loginEvents,
    stateEvents,
    refresh,
    peek,

    async current() {
      await client.freshCredentials().catch(() => undefined)
      return peek()
    },

    async signIn(run, loginType) {
      nextLoginType = loginType
      await run()
      await signedIn
      const state = peek()
      if (state) return state
      throw new CloudbaseError('cancelled', { description: 'the user signed out meanwhile' })
    },
  }
}

/** The user's id at the WeChat of this mini-program. */
function openIdOf({ providers = [] }: UserInfo): string | undefined {
  const appId = globalWx()?.getAccountInfoSync?.().miniProgram.appId
  return (providers as UserProvider[]).find(({ id }) => id === appId)?.provider_user_id
}

/** Adds the tokens as a property that can be read and is neither printed, copied nor stored. */
export function withTokens<T extends object>(
  state: T,
  tokens: Credentials | null,
): T & Pick<LoginState, 'oauthLoginState'> {
  return Object.defineProperty(state, 'oauthLoginState', { value: tokens }) as T &
    Pick<LoginState, 'oauthLoginState'>
}
