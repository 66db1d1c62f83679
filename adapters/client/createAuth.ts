import type { Flows } from '../../machines/core/session.ts'
import { createClient } from './client.ts'
import type { Auth, AuthOptions } from './options.ts'

/**
 * Creates an auth client for one CloudBase environment. Create it once per page, or on a server once
 * per request, and call `start` before anything else.
 *
 * @param options only `env` and `flows` are required
 * @returns the client; it does nothing before `auth.start()`
 * @throws AuthError `invalid_argument` for an option that cannot be right, `failed_precondition` when
 *   a flow was made with another copy of XState
 *
 * @example
 *   import { createAuth, signIn } from 'cloudbase-authflow'
 *
 *   export const auth = createAuth({ env: 'my-env', region: 'ap-shanghai', flows: { signIn } })
 *   auth.start()
 *   auth.subscribe((view) => render(view))
 *   auth.send({ type: 'flow.start', flow: 'signIn' })
 *   auth.send({ type: 'contact.submit', phone_number: '13800000000' })
 */
export function createAuth<F extends Flows>(options: AuthOptions<F>): Auth<F> {
  return createClient(options).auth
}
