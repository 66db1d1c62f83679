import type { Context } from '../context.ts'
import { lazyMethods } from '../lazyMethods.ts'
import type { V2Methods } from '../v2/index.ts'

/** Creates the methods of SDK 1.x that SDK 3.x still has, each for what the later methods do. */
export function createV1Methods(context: Context, v2: V2Methods) {
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
      'onLoginStateExpired',
      'onAccessTokenRefreshed',
      'onAnonymousConverted',
      'onLoginTypeChanged',
    ],
    async () => (await import('./onDemand.ts')).createOnDemandMethods(context, v2),
  )

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
  }
}
