import type { Context } from '../context.ts'
import { lazyMethods } from '../lazyMethods.ts'
import { createSessionMethods } from './session.ts'
import { createSignInMethods } from './signIn.ts'

/** The methods of SDK 2.x. */
export interface V2Methods extends ReturnType<typeof createV2Methods> {}

/** Creates the methods of SDK 2.x; those a first screen seldom needs are imported when called. */
export function createV2Methods(context: Context) {
  const onDemand = lazyMethods(
    [
      'sudo',
      'bindPhoneNumber',
      'bindPhone',
      'bindEmail',
      'setPassword',
      'resetPassword',
      'isUsernameRegistered',
      'queryUser',
      'deleteMe',
      'genProviderRedirectUri',
      'grantProviderToken',
      'patchProviderToken',
      'signInWithProvider',
      'bindWithProvider',
      'unbindProvider',
      'getProviders',
    ],
    async () => (await import('./onDemand.ts')).createOnDemandMethods(context),
  )
  const platform = lazyMethods(
    [
      'signInWithOpenId',
      'signInWithUnionId',
      'signInWithPhoneAuth',
      'signInAnonymouslyInWx',
      'bindOpenId',
      'toDefaultLoginPage',
    ],
    async () => (await import('./platform.ts')).createPlatformMethods(context),
  )
  return {
    ...createSignInMethods(context),
    ...createSessionMethods(context),
    ...onDemand,
    ...platform,
  }
}
