import { webStore } from '../../../services/session/store.ts'
import type { Core } from '../context.ts'
import type { OlderMethods } from '../v2.ts'
import { newerOAuthMethods } from './oauth.ts'
import type { SignedIn } from './shapes.ts'
import { newerSignInMethods } from './signIn.ts'
import { newerUserMethods } from './user.ts'

export type NewerMethods = ReturnType<typeof newerMethods>

/** What the official client has had since 3.0, but for the session itself. */
export function newerMethods(core: Core, older: OlderMethods, signedIn: () => Promise<SignedIn>) {
  return {
    ...newerSignInMethods(core, older, signedIn),
    ...newerUserMethods(core, older, signedIn),
    ...newerOAuthMethods(core, older, signedIn, webStore('sessionStorage')),
  }
}
