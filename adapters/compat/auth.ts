import type { Core } from './context.ts'
import { lazily } from './lazy.ts'
import type { Answer } from './v3/answer.ts'
import type { NewerMethods } from './v3/index.ts'
import { newerSessionMethods } from './v3/session.ts'
import type { SignedIn } from './v3/shapes.ts'
import type { SentOtp } from './v3/signIn.ts'
import { olderMethods } from './v2.ts'
import type { PlatformMethods } from './platform.ts'
import type { LoginState, SignUpRequest, User } from './types.ts'

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

const NEWER: Record<keyof NewerMethods, 0> = {
  sendOtp: 0,
  signInWithPassword: 0,
  signInWithOtp: 0,
  verifyOtp: 0,
  resend: 0,
  signInWithIdToken: 0,
  getUser: 0,
  refreshUser: 0,
  updateUser: 0,
  resetPasswordForEmail: 0,
  resetPasswordForOld: 0,
  reauthenticate: 0,
  deleteUser: 0,
  signInWithOAuth: 0,
  verifyOAuth: 0,
  linkIdentity: 0,
  unlinkIdentity: 0,
  getUserIdentities: 0,
}

const PLATFORM: Record<keyof PlatformMethods, 0> = {
  signInWithOpenId: 0,
  signInWithUnionId: 0,
  signInWithPhoneAuth: 0,
  toDefaultLoginPage: 0,
}

export function createFace(core: Core) {
  const older = olderMethods(core)
  const { signedIn, ...session } = newerSessionMethods(core)
  const { sendOtp, ...newer } = lazily<NewerMethods>(
    NEWER,
    async () => (await import('./v3/index.ts')).newerMethods(core, older, signedIn),
    (error) => ({ data: {}, error }),
  )
  const platform = lazily<PlatformMethods>(
    PLATFORM,
    async () => (await import('./platform.ts')).platformMethods(core),
    (error) => Promise.reject(error),
  )

  /** Both names of the answer at once, as the official client gives it since 3.0. */
  const withData =
    <Args extends unknown[]>(method: (...args: Args) => Promise<LoginState>) =>
    async (...args: Args): Promise<LoginState & { data: SignedIn; error: null }> => {
      const state = await method(...args)
      return Object.assign(state, { data: await signedIn(), error: null })
    }

  const signUp = async (params: SignUpRequest = {}) =>
    PROOFS.some((name) => params[name]) ? older.signUp(params) : sendOtp(params)

  return {
    ...older,
    ...session,
    ...newer,
    ...platform,
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
     * @throws CloudbaseError `failed_precondition` with WeChat's own words when it refuses
     */
    signInWithOpenId: withData(platform.signInWithOpenId),
    /** Signs in by the phone number; `phoneCode` comes from WeChat's phone number button. */
    signInWithPhoneAuth: withData(platform.signInWithPhoneAuth),
    /** The current user as known at once; `null` when nobody is signed in. */
    get currentUser(): User | null {
      return core.session.peek()?.user ?? null
    },
  }
}
