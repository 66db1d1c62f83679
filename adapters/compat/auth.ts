import type { Context } from './context.ts'
import { lazyMethods } from './lazyMethods.ts'
import type { LoginState, SignUpRequest, User } from './types.ts'
import { createV1Methods } from './v1/index.ts'
import { createV2Methods } from './v2/index.ts'
import type { Answer } from './v3/answer.ts'
import { createAuthStateMethods, toAuthSession } from './v3/authStateChange.ts'
import type { SignedIn } from './v3/shapes.ts'
import type { SentOtp } from './v3/signIn.ts'

/** What `app.auth()` returns: every method of the official SDK's documentation. */
export interface CloudbaseAuth extends ReturnType<typeof createCompatAuth> {}

/** What proves a contact, or names the provider that vouches for the user. */
type Proof =
  | { phone_number: string }
  | { verification_token: string }
  | { verification_code: string }
  | { provider_token: string }

/** `auth.signUp`: the method of SDK 2.x with a proof, the method of SDK 3.x without. */
export interface SignUp {
  /**
   * Signs a new user up and in: `POST /auth/v1/signup`.
   *
   * @throws CloudbaseError `failed_precondition` when the contact has an account already
   */
  (params: SignUpRequest & Proof): Promise<LoginState>
  /**
   * Sends a code; `data.verifyOtp({ token })` signs up. With a username and a password alone it signs
   * up at once.
   */
  (params: SignUpRequest): Promise<Answer<SentOtp & SignedIn>>
}

const PROOFS = [
  'phone_number',
  'verification_token',
  'verification_code',
  'provider_token',
] as const

/** Creates the API of the official SDK's `auth`: the methods of 1.x, of 2.x and of 3.x. */
export function createCompatAuth(context: Context) {
  const { client, session } = context
  const v2 = createV2Methods(context)
  const { onAuthStateChange } = createAuthStateMethods(context)

  async function getSignedIn(): Promise<SignedIn> {
    const authSession = toAuthSession(context, await client.freshCredentials())
    return { user: authSession.user, session: authSession }
  }

  const { sendOtp, ...v3 } = lazyMethods(
    [
      'sendOtp',
      'signInWithPassword',
      'signInWithOtp',
      'verifyOtp',
      'resend',
      'signInWithIdToken',
      'getSession',
      'refreshSession',
      'setSession',
      'signInAnonymously',
      'signInWithCustomTicket',
      'signInWithOpenId',
      'signInWithPhoneAuth',
      'toDefaultLoginPage',
      'getUser',
      'refreshUser',
      'updateUser',
      'resetPasswordForEmail',
      'resetPasswordForOld',
      'reauthenticate',
      'getClaims',
      'deleteUser',
      'signInWithOAuth',
      'verifyOAuth',
      'linkIdentity',
      'unlinkIdentity',
      'getUserIdentities',
    ],
    async () => (await import('./v3/index.ts')).createV3Methods({ ...context, v2, getSignedIn }),
    (error) => ({ data: { user: null, session: null }, error }),
  )

  const signUp = async (params: SignUpRequest = {}) =>
    PROOFS.some((name) => params[name]) ? v2.signUp(params) : sendOtp(params)

  const methods = { ...createV1Methods(context, v2), ...v2, ...v3 }
  return {
    ...methods,
    ...afterReturn(methods, context),
    onAuthStateChange,
    signUp: signUp as SignUp,
    /** The same as `signUp({ email, password })`: `data.verifyOtp({ token })` signs up. */
    signUpWithEmailAndPassword: async (email: string, password: string) =>
      sendOtp({ email, password }),
    /** The current user as known synchronously; `null` when signed out. */
    get currentUser(): User | null {
      return session.peek()?.user ?? null
    },
  }
}

/** The methods that say who is signed in. */
const READS = [
  'getSession',
  'getLoginState',
  'getUser',
  'getCurrentUser',
  'getUserInfo',
  'getAccessToken',
  'getCredentials',
  'loginScope',
] as const

/** Makes the methods that say who is signed in wait for a sign-in that the page's address finishes. */
function afterReturn<
  M extends Record<(typeof READS)[number], (...args: never[]) => Promise<unknown>>,
>(methods: M, { returned }: Context): Pick<M, (typeof READS)[number]> {
  const wait =
    (name: (typeof READS)[number]) =>
    async (...args: never[]) => {
      await returned()
      return methods[name](...args)
    }
  return Object.fromEntries(READS.map((name) => [name, wait(name)])) as typeof methods
}
