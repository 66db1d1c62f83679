import { accountMethods } from './account.ts'
import type { Core } from './core.ts'
import { providerMethods } from './providers.ts'
import { signInMethods } from './signIn.ts'
import { stateMethods } from './stateMethods.ts'

export type OlderMethods = ReturnType<typeof olderMethods>

/** What the official client has had since 2.0, but for what only some places need. */
export function olderMethods(core: Core) {
  return {
    ...signInMethods(core),
    ...accountMethods(core),
    ...providerMethods(core),
    ...stateMethods(core),
  }
}
