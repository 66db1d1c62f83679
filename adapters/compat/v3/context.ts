import type { Context } from '../context.ts'
import type { V2Methods } from '../v2/index.ts'
import type { SignedIn } from './shapes.ts'

/** What the methods of SDK 3.x are built from: the context, and the methods of SDK 2.x. */
export interface V3Context extends Context {
  readonly v2: V2Methods
  /** Returns the user and the session. @throws CloudbaseError `unauthenticated` when signed out */
  getSignedIn(): Promise<SignedIn>
}
