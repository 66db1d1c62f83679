import { webStore } from '../../../services/session/store.ts'
import type { V3Context } from './context.ts'
import { createOAuthMethods } from './oauth.ts'
import { createSignInMethods } from './signIn.ts'
import { createUserMethods } from './user.ts'

/** Creates the methods of SDK 3.x, except those of the session itself. */
export function createV3Methods(context: V3Context) {
  return {
    ...createSignInMethods(context),
    ...createUserMethods(context),
    ...createOAuthMethods(context, webStore('sessionStorage')),
  }
}
