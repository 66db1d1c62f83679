import type { Context } from '../context.ts'
import { createAccountMethods } from './account.ts'
import { createCredentialsMethods } from './credentials.ts'
import { createProviderMethods } from './providers.ts'

/** Creates the methods of SDK 2.x that a first screen seldom needs. */
export function createOnDemandMethods(context: Context) {
  return {
    ...createAccountMethods(context),
    ...createCredentialsMethods(context),
    ...createProviderMethods(context),
  }
}
