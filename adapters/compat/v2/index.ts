import type { Context } from '../context.ts'
import { lazyMethods } from '../lazyMethods.ts'
import { createTicketHolder, type TicketSource } from '../ticketSource.ts'
import { createSessionMethods } from './session.ts'

/** The methods of SDK 2.x. */
export interface V2Methods extends ReturnType<typeof createV2Methods> {}

/** Creates the methods of SDK 2.x; all but those of the session are imported when called. */
export function createV2Methods(context: Context) {
  const tickets = createTicketHolder()
  const signIn = lazyMethods(
    [
      'getVerification',
      'verify',
      'signUp',
      'signIn',
      'signInAnonymously',
      'signInWithSms',
      'signInWithEmail',
      'signInWithCustomTicket',
    ],
    async () => (await import('./signIn.ts')).createSignInMethods(context, tickets),
  )
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
      'getCurrentUser',
      'getUserInfo',
      'loginScope',
      'getCredentials',
      'setCredentials',
      'refreshTokenForce',
      'createCaptchaData',
      'verifyCaptchaData',
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
    ...createSessionMethods(context),
    ...signIn,
    ...onDemand,
    ...platform,

    /**
     * Sets the function that gets a ticket for `signInWithCustomTicket` from the app's server, or the
     * promise of one ticket.
     *
     * @throws CloudbaseError `invalid_argument` for anything else
     */
    setCustomSignFunc(getTickFn: TicketSource): void {
      tickets.set(getTickFn)
    },
  }
}
