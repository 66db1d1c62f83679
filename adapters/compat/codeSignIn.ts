import type { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import { isOutdated, signInOrSignUp } from '../../services/signInOrSignUp.ts'
import type { Context } from './context.ts'
import type { LoginState, SignUpRequest } from './types.ts'

type Contact = { phone_number: string } | { email: string }

/** Parameters of `signInByCode`. */
export interface CodeSignInRequest {
  contact: Contact
  verification_id: string
  verification_code: string
  /** Whether the contact had an account when the code was sent; that may have changed since. */
  isUser?: boolean
  /** Signs in only: creates no account. */
  isOnlyForUsers?: boolean
  /** A provider's token, to bind the provider to the user. */
  provider_token?: string
  /** The profile of a new user. */
  newUser?: SignUpRequest
}

/**
 * Verifies a code, then signs in, or signs up where there is no account: `POST
 * /auth/v1/verification/verify`, then `signin` or `signup`.
 *
 * @throws CloudbaseError `invalid_argument` when the code is wrong, else the errors of sign-in and
 *   sign-up
 */
export function signInByCode(
  { session }: Context,
  request: CodeSignInRequest,
): Promise<LoginState> {
  const { contact, verification_id, isUser, isOnlyForUsers, provider_token, newUser } = request
  const verification_code = String(request.verification_code)
  const [username] = Object.values(contact) as [string]

  return session.signIn(async (call) => {
    const { verification_token } = await call(api.verify, {
      verification_id,
      verification_code,
    })
    const run = {
      async signIn() {
        const { sub: uid } = await call(api.signIn, { username, verification_token })
        // Another user may have signed in since.
        if (provider_token) await call(api.bindProvider, { provider_token, uid })
      },
      async signUp() {
        await call(api.signUp, {
          ...(newUser as object),
          ...contact,
          verification_token,
          provider_token,
        })
      },
    }
    if (isOnlyForUsers) return run.signIn()
    const first = signInOrSignUp(isUser)
    const other = first === 'signIn' ? 'signUp' : 'signIn'
    try {
      await run[first]()
    } catch (thrown) {
      if (!isOutdated(first, codeOf(thrown))) throw thrown
      await run[other]().catch((error: unknown) => {
        // Both are barred: the account has not changed, and the first error says why.
        throw isOutdated(other, codeOf(error)) ? thrown : error
      })
    }
  })
}

const codeOf = (thrown: unknown) => (thrown as AuthError).code
