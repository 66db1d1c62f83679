import { isInBrowser } from '../../../services/session/ports.ts'
import { memoryStore, webStore } from '../../../services/session/store.ts'
import type { V3Context } from './context.ts'
import { createOAuthMethods } from './oauth.ts'
import { createSessionMethods } from './session.ts'
import { createSignInMethods } from './signIn.ts'
import { createUserMethods } from './user.ts'

/** Creates the methods of SDK 3.x, except the one that observes the session. */
export function createV3Methods(context: V3Context) {
  const tab = isInBrowser() ? webStore('sessionStorage') : memoryStore()
  return {
    ...createSessionMethods(context),
    ...createSignInMethods(context),
    ...createUserMethods(context),
    ...createOAuthMethods(context, tab),
  }
}
