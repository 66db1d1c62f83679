import { accountMethods } from './account.ts'
import type { Core } from './context.ts'
import { providerMethods } from './providers.ts'

export type ManagementMethods = ReturnType<typeof managementMethods>

/** What is done to an account, and by third parties: seldom on a first screen. */
export function managementMethods(core: Core) {
  return { ...accountMethods(core), ...providerMethods(core) }
}
