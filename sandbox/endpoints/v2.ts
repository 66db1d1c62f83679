import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Call } from '../http/call.ts'
import type { EndpointGroup } from '../http/route.ts'
import { checkStatus } from '../rules/users.ts'

/**
 * Creates the endpoints that exist in v2 only. The path `publichkey` is spelt so by the protocol.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v2/signin/publichkey`
 * @see `POST /auth/v2/signin/verificationcode`
 */
export const v2: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v2/signin/publichkey',
    access: 'client',
    handle: () => core.encryption.publicKey(),
  },
  {
    method: 'POST',
    path: '/auth/v2/signin/verificationcode',
    access: 'client',
    handle: (call) => signInByCode(core, call),
  },
]

/** Signs in by code. The code of an unknown contact is not spent, so that it can sign up. */
function signInByCode(core: Core, { body, issuer }: Call): Promise<object> {
  const id = body.requireText('verification_id')
  const { address, spend } = core.verifications.match(id, body.requireText('verification_code'))
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  return core.sessions.start(user, issuer)
}
