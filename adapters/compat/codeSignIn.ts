import * as api from '../../services/http/endpoints.ts'
import type { Core } from './context.ts'
import type { CloudbaseError } from './errors.ts'
import type { LoginState, SignUpRequest } from './types.ts'

type Contact = { phone_number: string } | { email: string }
type Way = () => Promise<unknown>

export interface CodeSignInRequest {
  contact: Contact
  verification_id: string
  verification_code: string
  /** Whether the contact had an account when the code was sent; that may have changed since. */
  isUser?: boolean
  /** Nobody is signed up who was not asked for. */
  isOnlyForUsers?: boolean
  /** A provider's token, to bind the provider to the user. */
  provider_token?: string
  /** What a new user begins with. */
  newUser?: SignUpRequest
}

/** Signs in by a code, and up if there is no such user: `verification/verify`, `signin` or `signup`. */
export function signInByCode({ door, session }: Core, request: CodeSignInRequest) {
  const { contact, verification_id, isUser, isOnlyForUsers, provider_token, newUser } = request
  const verification_code = String(request.verification_code)
  const [username] = Object.values(contact) as [string]

  return session.signIn(async () => {
    const { verification_token } = await door.call(api.verify, {
      verification_id,
      verification_code,
    })
    const signIn = async () => {
      await door.call(api.signIn, { username, verification_token })
      if (provider_token) await door.call(api.bindProvider, { provider_token })
    }
    const signUp = () =>
      door.call(api.signUp, {
        ...(newUser as object),
        ...contact,
        verification_token,
        provider_token,
      })
    await (isOnlyForUsers ? signIn() : eitherWay(isUser, signIn, signUp))
  }) as Promise<LoginState>
}

/** The way that `isUser` says, or the other one if that has changed. */
async function eitherWay(isUser: boolean | undefined, signIn: Way, signUp: Way) {
  const ways = [
    { go: signIn, isBarred: (error: CloudbaseError) => error.error === 'not_found' },
    { go: signUp, isBarred: (error: CloudbaseError) => error.error === 'failed_precondition' },
  ] as const
  const [first, other] = isUser ? ways : [ways[1], ways[0]]
  try {
    await first.go()
  } catch (thrown) {
    if (!first.isBarred(thrown as CloudbaseError)) throw thrown
    await other.go().catch((error: CloudbaseError) => {
      throw other.isBarred(error) ? thrown : error
    })
  }
}
