import { webStore } from '../../services/storage.ts'
import { accountMethods } from './account.ts'
import type { Core } from './core.ts'
import { loginPageMethods } from './loginPage.ts'
import { type Answer, answer } from './newer/answer.ts'
import { newerOAuthMethods } from './newer/oauth.ts'
import { newerSessionMethods } from './newer/session.ts'
import type { SignedIn } from './newer/shapes.ts'
import { newerSignInMethods, type SentOtp } from './newer/signIn.ts'
import { newerUserMethods } from './newer/user.ts'
import { providerMethods } from './providers.ts'
import { signInMethods } from './signIn.ts'
import { stateMethods } from './stateMethods.ts'
import type { LoginState, SignUpRequest, User } from './types.ts'
import { wechatMethods } from './wechat.ts'

/** What `app.auth()` returns: every method of the official client's documents. */
export type CloudbaseAuth = ReturnType<typeof createFace>

/** What says that a contact has been proven, or who vouches for the user. */
type Proof =
  | { phone_number: string }
  | { verification_token: string }
  | { verification_code: string }
  | { provider_token: string }

export interface SignUp {
  /**
   * Signs a new user up and in: `POST /auth/v1/signup`.
   *
   * @throws CloudbaseError `failed_precondition` when the contact belongs to a user already
   */
  (params: SignUpRequest & Proof): Promise<LoginState>
  /** Without any proof, by the newer name: sends a code; `data.verifyOtp({ token })` signs up. */
  (params: SignUpRequest): Promise<Answer<SentOtp>>
}

const PROOFS = [
  'phone_number',
  'verification_token',
  'verification_code',
  'provider_token',
] as const

export function createFace(core: Core) {
  const older = {
    ...signInMethods(core),
    ...accountMethods(core),
    ...providerMethods(core),
    ...wechatMethods(core),
    ...stateMethods(core),
    ...loginPageMethods(core),
  }
  const session = newerSessionMethods(core)
  const { sendOtp, ...signIn } = newerSignInMethods(core, older, session)
  const { signedIn, ...newer } = {
    ...session,
    ...signIn,
    ...newerUserMethods(core, older, session),
    ...newerOAuthMethods(core, older, session, webStore('sessionStorage')),
  }

  /** Both names of the answer at once, as the official client gives it since 3.0. */
  const withData =
    <Args extends unknown[]>(method: (...args: Args) => Promise<LoginState>) =>
    async (...args: Args): Promise<LoginState & { data: SignedIn; error: null }> => {
      const state = await method(...args)
      return Object.assign(state, { data: await signedIn(), error: null })
    }

  const signUp = async (params: SignUpRequest = {}) =>
    PROOFS.some((name) => params[name]) ? older.signUp(params) : answer(() => sendOtp(params))

  return {
    ...older,
    ...newer,
    signUp: signUp as SignUp,
    /** Signs in as this device's guest: `POST /auth/v1/signin/anonymously`. */
    signInAnonymously: withData(older.signInAnonymously),
    /**
     * Signs in a user of your own system: `POST /auth/v1/signin/custom`.
     *
     * @throws CloudbaseError `failed_precondition` before `setCustomSignFunc`
     */
    signInWithCustomTicket: withData(older.signInWithCustomTicket),
    /**
     * Signs in by the open id of a WeChat mini program's user. `useWxCloud`, unless false, sends the
     * requests through WeChat's cloud, which must be set up for the mini program.
     *
     * @throws CloudbaseError `provider_error` when WeChat refuses
     */
    signInWithOpenId: withData(older.signInWithOpenId),
    /** Signs in by the phone number; `phoneCode` comes from WeChat's phone number button. */
    signInWithPhoneAuth: withData(older.signInWithPhoneAuth),
    /** The current user as known at once; `null` when nobody is signed in. */
    get currentUser(): User | null {
      return core.session.peek()?.user ?? null
    },
  }
}
