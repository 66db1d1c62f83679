import * as api from '../../services/http/endpoints.ts'
import type { Store } from '../../services/session/store.ts'
import { type AuthStateEvent, createBus, type LoginEventType } from './bus.ts'
import { needGender } from './checks.ts'
import { type Door, getUser } from './client.ts'
import { CloudbaseError } from './errors.ts'
import type { Credentials, LoginState, UserInfo, UserProvider, UserUpdate } from './types.ts'
import { globalWx } from './globalWx.ts'
import { toUser } from './user.ts'
import { userCache } from './userCache.ts'

/** Who is signed in, what is known of them, and who is told when that changes. */
export type Session = ReturnType<typeof createSession>

export function createSession(door: Door, store: Store, env: string) {
  const cache = userCache(store, env)
  const loginEvents = createBus<[type: LoginEventType, msg?: string]>()
  const stateEvents = createBus<[event: AuthStateEvent, info?: object]>()
  let entering: Promise<void> | undefined
  let loginType: string | undefined

  door.on('signedIn', ({ uid }) => {
    cache.set({ ...(uid && { uid, sub: uid }), loginType })
    entering = enter()
  })
  door.on('signedOut', () => leave('sign_out'))
  door.on('credentialsLost', ({ error }) => leave('credentials_error', error.description))
  door.on('tokenRenewed', () => stateEvents.fire('TOKEN_REFRESHED'))

  /** Told once it is known who signed in, or that this cannot be known now. */
  async function enter() {
    await refresh().catch(() => undefined)
    loginEvents.fire('sign_in')
    stateEvents.fire('SIGNED_IN')
  }

  function leave(type: LoginEventType, msg?: string) {
    cache.clear()
    loginEvents.fire(type, msg)
    stateEvents.fire('SIGNED_OUT')
  }

  /** Reads the user from the server: `GET /auth/v1/user/me`. */
  async function refresh(): Promise<UserInfo> {
    return learn(await door.call(getUser))
  }

  /** What a slow answer says of a user who has left meanwhile is not kept. */
  function learn(answer: UserInfo): UserInfo {
    const { loginType } = cache.get()
    const open_id = openIdOf(answer)
    const info = {
      ...(loginType && { loginType }),
      ...answer,
      uid: answer.sub,
      ...(open_id && { open_id }),
    }
    const { sub = info.sub } = door.peek() ?? { sub: null }
    if (sub === info.sub) cache.set(info)
    return info
  }

  async function update(userInfo: UserUpdate): Promise<UserInfo> {
    needGender(userInfo)
    return learn(await door.call(api.updateProfile, userInfo))
  }

  /** The cached user, unless it is the previous one's. */
  function userOf({ sub }: Credentials): UserInfo {
    const info = cache.get()
    const isTheirs = !sub || !info.sub || info.sub === sub
    return { ...(sub && { uid: sub, sub }), ...(isTheirs && info) }
  }

  function peek(): LoginState | null {
    const credentials = door.peek()
    if (!credentials) return null
    const user = toUser(userOf(credentials), { update, refresh })
    return withTokens({ user }, credentials)
  }

  return {
    loginEvents,
    stateEvents,
    refresh,
    /** The login state as it is known at once. */
    peek,

    /** The login state, renewed first where it can be. A line that is down ends no session. */
    async current(): Promise<LoginState | null> {
      await door.freshCredentials().catch(() => undefined)
      return peek()
    },

    /**
     * Does a sign-in; settles once it is known who is signed in, and listeners have been told. Of
     * several at once the last one begun stays, and is what the others answer as well.
     *
     * @throws CloudbaseError `cancelled` when a sign-out came in between
     */
    async signIn(run: () => Promise<unknown>, type?: string): Promise<LoginState> {
      loginType = type
      await run()
      await entering
      const state = peek()
      if (state) return state
      throw new CloudbaseError('cancelled', { description: 'a sign-out came in between' })
    },
  }
}

/** Who the user is at the WeChat of this mini program, if this is one. */
function openIdOf({ providers = [] }: UserInfo): string | undefined {
  const appId = globalWx()?.getAccountInfoSync?.().miniProgram.appId
  return (providers as UserProvider[]).find(({ id }) => id === appId)?.provider_user_id
}

/** Adds the tokens as a property that is there to be read, and is not printed, copied or stored. */
export function withTokens<T extends object>(state: T, tokens: Credentials | null) {
  return Object.defineProperty(state, 'oauthLoginState', { value: tokens }) as T &
    Pick<LoginState, 'oauthLoginState'>
}
