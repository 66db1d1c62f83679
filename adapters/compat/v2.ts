import type { Core } from './context.ts'
import { lazily } from './lazy.ts'
import type { ManagementMethods } from './management.ts'
import { signInMethods } from './signIn.ts'
import { stateMethods } from './stateMethods.ts'

export type OlderMethods = ReturnType<typeof olderMethods>

const MANAGEMENT: Record<keyof ManagementMethods, 0> = {
  sudo: 0,
  bindPhoneNumber: 0,
  bindPhone: 0,
  bindEmail: 0,
  setPassword: 0,
  resetPassword: 0,
  isUsernameRegistered: 0,
  queryUser: 0,
  deleteMe: 0,
  genProviderRedirectUri: 0,
  grantProviderToken: 0,
  patchProviderToken: 0,
  signInWithProvider: 0,
  bindWithProvider: 0,
  unbindProvider: 0,
  getProviders: 0,
}

/** What the official client has had since 2.0, but for what only some places need. */
export function olderMethods(core: Core) {
  return {
    ...signInMethods(core),
    ...lazily<ManagementMethods>(
      MANAGEMENT,
      async () => (await import('./management.ts')).managementMethods(core),
      (error) => Promise.reject(error),
    ),
    ...stateMethods(core),
  }
}
