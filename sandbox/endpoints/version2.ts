import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Call } from '../http/call.ts'
import type { Topic } from '../http/route.ts'
import { checkStatus } from '../rules/users.ts'

/** What only v2 has: `signin/publichkey`, spelt like that, and `signin/verificationcode`. */
export const version2: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v2/signin/publichkey',
    access: 'client',
    handle: () => core.envelopes.publicKey(),
  },
  {
    method: 'POST',
    path: '/auth/v2/signin/verificationcode',
    access: 'client',
    handle: (call) => enterByCode(core, call),
  },
]

/** The code of somebody who is nobody yet is not spent, and can still be used to sign up. */
function enterByCode(core: Core, { body, issuer }: Call): Promise<object> {
  const id = body.need('verification_id')
  const { address, spend } = core.verifications.match(id, body.need('verification_code'))
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  return core.sessions.start(user, issuer)
}
