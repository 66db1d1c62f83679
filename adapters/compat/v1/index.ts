import type { Context } from '../context.ts'
import { lazyMethods } from '../lazyMethods.ts'
import type { V2Methods } from '../v2/index.ts'

/** Creates the methods of SDK 1.x that SDK 3.x still has, each for what the later methods do. */
export function createV1Methods(context: Context, v2: V2Methods) {
  const { client, session } = context
  const onDemand = lazyMethods(
    [
      'signInWithUsernameAndPassword',
      'signInWithEmailAndPassword',
      'signInWithUsername',
      'signInWithPhoneCodeOrPassword',
      'signUpWithPhoneCode',
      'sendPhoneCode',
      'sendPasswordResetEmail',
      'forceResetPwdByPhoneCode',
      'loginGroups',
      'updateUserBasicInfo',
    ],
    async () => (await import('./onDemand.ts')).createOnDemandMethods(context, v2),
  )
  const isGuest = () => client.peek()?.scope === 'anonymous'

  return {
    ...onDemand,

    /** Returns the anonymous sign-in: `anonymousAuthProvider().signIn()`. */
    anonymousAuthProvider: () => ({
      /** Signs in as the anonymous user of this device. @throws CloudbaseError */
      async signIn(): Promise<void> {
        await v2.signInAnonymously()
      },
    }),

    /** Returns the sign-in of the app's own users: `customAuthProvider().signIn(ticket)`. */
    customAuthProvider: () => ({
      /** Signs in with a ticket that the app's own server has signed. @throws CloudbaseError */
      async signIn(ticket: string): Promise<void> {
        await v2.signInWithCustomTicket(() => ticket)
      },
    }),

    /** Returns an empty object, as since SDK 2.x; `getAccessToken` returns the token. */
    getAuthHeader: (): Record<never, never> => ({}),

    /** Calls back when the server has rejected the session. */
    onLoginStateExpired(callback: () => unknown): void {
      session.loginEvents.on((type) => type === 'credentials_error' && callback())
    },

    /** Calls back when the access token was refreshed. */
    onAccessTokenRefreshed(callback: () => unknown): void {
      session.stateEvents.on((event) => event === 'TOKEN_REFRESHED' && callback())
    },

    /** Calls back when the anonymous user has become a registered one. */
    onAnonymousConverted(callback: () => unknown): void {
      let wasGuest = isGuest()
      session.stateEvents.on((event) => {
        const isConverted = event === 'SIGNED_IN' && wasGuest && !isGuest()
        wasGuest = isGuest()
        return isConverted && callback()
      })
    },

    /** Calls back on every sign-in and sign-out. */
    onLoginTypeChanged(callback: () => unknown): void {
      session.stateEvents.on(
        (event) => (event === 'SIGNED_IN' || event === 'SIGNED_OUT') && callback(),
      )
    },
  }
}
