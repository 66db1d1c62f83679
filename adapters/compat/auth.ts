import type { Context } from './context.ts'
import { lazyMethods } from './lazyMethods.ts'
import type { LoginState, SignUpRequest, User } from './types.ts'
import { createV2Methods } from './v2/index.ts'
import type { Answer } from './v3/answer.ts'
import { createSessionMethods } from './v3/session.ts'
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
  /** Sends a code; `data.verifyOtp({ token })` signs up. */
  (params: SignUpRequest): Promise<Answer<SentOtp>>
}

const PROOFS = [
  'phone_number',
  'verification_token',
  'verification_code',
  'provider_token',
] as const

/** Creates the API of the official SDK's `auth`: the methods of 2.x and those of 3.x. */
export function createCompatAuth(context: Context) {
  const { session } = context
  const v2 = createV2Methods(context)
  const { getSignedIn, ...sessionMethods } = createSessionMethods(context)
  const { sendOtp, ...v3 } = lazyMethods(
    [
      'sendOtp',
      'signInWithPassword',
      'signInWithOtp',
      'verifyOtp',
      'resend',
      'signInWithIdToken',
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
    (error) => ({ data: {}, error }),
  )

  /** Adds the answer of SDK 3.x to the login state of SDK 2.x, as the official SDK does since 3.0. */
  const withData =
    <Args extends unknown[]>(method: (...args: Args) => Promise<LoginState>) =>
    async (...args: Args): Promise<LoginState & { data: SignedIn; error: null }> => {
      const state = await method(...args)
      return Object.assign(state, { data: await getSignedIn(), error: null })
    }

  const signUp = async (params: SignUpRequest = {}) =>
    PROOFS.some((name) => params[name]) ? v2.signUp(params) : sendOtp(params)

  return {
    ...v2,
    ...sessionMethods,
    ...v3,
    signUp: signUp as SignUp,
    /** Signs in as the anonymous user of this device: `POST /auth/v1/signin/anonymously`. */
    signInAnonymously: withData(v2.signInAnonymously),
    /**
     * Signs in a user of the app's own server: `POST /auth/v1/signin/custom`.
     *
     * @throws CloudbaseError `failed_precondition` before `setCustomSignFunc`
     */
    signInWithCustomTicket: withData(v2.signInWithCustomTicket),
    /**
     * Signs in by the open id of a WeChat mini-program's user. `useWxCloud` (default: true) sends the
     * requests through WeChat's cloud, which the app must have set up.
     *
     * @throws CloudbaseError `failed_precondition` with WeChat's message when WeChat refuses
     */
    signInWithOpenId: withData(v2.signInWithOpenId),
    /** Signs in by the phone number; `phoneCode` comes from WeChat's phone number button. */
    signInWithPhoneAuth: withData(v2.signInWithPhoneAuth),
    /** The current user as known synchronously; `null` when signed out. */
    get currentUser(): User | null {
      return session.peek()?.user ?? null
    },
  }
}
