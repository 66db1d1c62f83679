import type { Call } from '../http/call.ts'
import { parseUsername } from '../rules/contact.ts'
import type { Core } from '../core.ts'
import { ApiError } from '../error.ts'
import type { Topic } from '../http/route.ts'
import { matchPassword } from '../rules/passwords.ts'
import { checkStatus } from '../rules/users.ts'

/** `POST /auth/v1/signin` and `/auth/v1/signin/anonymously`. */
export const signIn: Topic = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/signin',
    access: 'client',
    handle: (call) => {
      const password = call.body.text('password')
      if (password !== undefined) return withPassword(core, call, password)
      const verificationToken = call.body.text('verification_token')
      if (verificationToken !== undefined) return withToken(core, call, verificationToken)
      throw new ApiError('invalid_argument', 'password or verification_token is required')
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/signin/anonymously',
    access: 'client',
    handle: (call) => {
      const guest = core.users.guest(call.deviceId)
      checkStatus(guest)
      return core.sessions.start(guest, call.issuer)
    },
  },
]

async function withPassword(core: Core, call: Call, password: string): Promise<object> {
  const username = parseUsername(call.body.need('username'))
  const user = await matchPassword(core, call, username, core.users.find(username), password)
  checkStatus(user)
  return core.sessions.start(user, call.issuer)
}

function withToken(core: Core, call: Call, verificationToken: string): Promise<object> {
  const address = parseUsername(call.body.need('username'))
  const spend = core.verifications.check(verificationToken, address)
  const user = core.users.find(address)
  if (!user) throw new ApiError('not_found')
  checkStatus(user)
  spend()
  return core.sessions.start(user, call.issuer)
}
