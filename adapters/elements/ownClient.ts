import { account } from '../../machines/flows/account.ts'
import { provider } from '../../machines/flows/provider.ts'
import { resetPassword } from '../../machines/flows/resetPassword.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { upgrade } from '../../machines/flows/upgrade.ts'
import { createAuth } from '../client/createAuth.ts'
import type { AnyAuth } from './controller.ts'

/** Creates a client with every flow that the elements start, for elements that are given an environment only. */
export function createClient(env: string, endpoint?: string): AnyAuth {
  const flows = { account, provider, resetPassword, signIn, upgrade }
  return createAuth({ env, endpoint, flows })
}
