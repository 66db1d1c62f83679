import * as api from '../../services/http/endpoints.ts'
import type { Unwrapped } from '../../services/secret.ts'
import type { Tokens } from '../../services/http/wire.ts'
import { invalid, need, needGender, needOne } from './checks.ts'
import { signInByCode } from './codeSignIn.ts'
import type { Core } from './context.ts'
import { encrypted } from './encrypted.ts'
import { CloudbaseError } from './errors.ts'
import type {
  GetVerificationRequest,
  LoginState,
  SignInRequest,
  SignUpRequest,
  VerificationInfo,
} from './types.ts'

export interface CodeSignIn {
  /** What `getVerification` answered. */
  verificationInfo: VerificationInfo
  /** What the person has read. */
  verificationCode: string
  /** A provider's token, to bind the provider to the user. */
  bindInfo?: { providerToken: string }
}

export interface VerifyRequest {
  verification_id: string
  verification_code: string
  /** `v2` signs in by the code alone: `POST /auth/v2/signin/verificationcode`. */
  version?: 'v1' | 'v2' | (string & {})
}

export interface VerifyResponse extends Partial<Unwrapped<Tokens>> {
  /** Proves the contact to `signUp`, `signIn`, `sudo` and others, once. */
  verification_token: string
}

type Ticket = () => Promise<string>

/** Codes, sign-up and sign-in. */
export function signInMethods(core: Core) {
  const { door, session } = core
  let getTicket: Ticket | undefined

  return {
    /**
     * Sends a code: `POST /auth/v1/verification`.
     *
     * @returns `expires_in` in seconds; `is_user` says whether the contact has an account
     * @throws CloudbaseError `resource_exhausted` too often, with `retryAfter` in seconds
     */
    async getVerification(params: GetVerificationRequest) {
      needOne(params, 'phone_number', 'email')
      if (params.target === 'CUR_USER') await door.freshCredentials()
      return door.call(api.sendVerification, params as never)
    },

    /**
     * Checks a code: `POST /auth/v1/verification/verify`. With `version: 'v2'` the answer is the new
     * session's tokens.
     *
     * @throws CloudbaseError `invalid_argument` wrong or expired, `aborted` wrong too often
     */
    async verify({ version, ...params } = {} as VerifyRequest): Promise<VerifyResponse> {
      need(params, 'verification_id', 'verification_code')
      const code = { ...params, verification_code: String(params.verification_code) }
      if (version !== 'v2') return door.call(api.verify, code)
      let tokens: Partial<Unwrapped<Tokens>> = {}
      await session.signIn(async () => {
        tokens = await door.call(api.verifyV2, code)
      })
      return { verification_token: '', ...tokens }
    },

    /**
     * Signs a new user up and in: `POST /auth/v1/signup`.
     *
     * @throws CloudbaseError `failed_precondition` when the contact belongs to a user already
     */
    async signUp(params: SignUpRequest): Promise<LoginState> {
      const { anonymous_token: guest, ...fields } = params ?? {}
      if (!fields.provider_token || fields.phone_number || fields.email) {
        needOne(fields, 'phone_number', 'email')
      }
      needGender(fields)
      const anonymous_token = typeof guest === 'object' ? guest?.accessToken : guest
      return session.signIn(() => door.call(api.signUp, { ...fields, anonymous_token }))
    },

    /**
     * Signs in by password or by a verified code: `POST /auth/v1/signin`.
     *
     * @throws CloudbaseError `not_found`, `invalid_password`, `password_not_set`, `invalid_status`
     *   (wrong too often), `user_pending`, `user_blocked`
     */
    async signIn({ version, isEncrypt, ...params } = {} as SignInRequest): Promise<LoginState> {
      need(params, 'username')
      needOne(params, 'password', 'verification_token')
      return session.signIn(async () => {
        const request = isEncrypt ? await encrypted(door, params) : params
        await door.call(version === 'v2' ? api.signInV2 : api.signIn, request as typeof params)
      })
    },

    /** Signs in as this device's guest: `POST /auth/v1/signin/anonymously`. */
    async signInAnonymously(params: { provider_token?: string } = {}): Promise<LoginState> {
      return session.signIn(() => door.call(api.signInAnonymously, params))
    },

    /**
     * Signs in by the code that `getVerification` sent to a phone, and up if there is no such user:
     * `POST /auth/v1/verification/verify`, then `signin` or `signup`.
     */
    async signInWithSms({ phoneNum, ...params } = {} as CodeSignIn & { phoneNum: string }) {
      need({ phoneNum }, 'phoneNum')
      return signInByCode(core, { contact: { phone_number: phoneNum }, ...toRequest(params) })
    },

    /** The same by e-mail. */
    async signInWithEmail({ email, ...params } = {} as CodeSignIn & { email: string }) {
      need({ email }, 'email')
      return signInByCode(core, { contact: { email }, ...toRequest(params) })
    },

    /** How `signInWithCustomTicket` gets a ticket, which your own server signs. */
    setCustomSignFunc(getTickFn: Ticket): void {
      if (typeof getTickFn !== 'function') throw invalid('getTickFn must be a function')
      getTicket = getTickFn
    },

    /**
     * Signs in a user of your own system: `POST /auth/v1/signin/custom`.
     *
     * @throws CloudbaseError `failed_precondition` before `setCustomSignFunc`
     */
    async signInWithCustomTicket(getTickFn = getTicket): Promise<LoginState> {
      getTicket = getTickFn
      if (!getTicket) {
        throw new CloudbaseError('failed_precondition', {
          operation: 'signInWithCustomTicket',
          description: 'call setCustomSignFunc first',
        })
      }
      const ticket = await getTicket()
      return session.signIn(
        () => door.call(api.signInWithCustomTicket, { provider_id: 'custom', ticket }),
        'CUSTOM',
      )
    },
  }
}

function toRequest({ verificationInfo, verificationCode, bindInfo }: CodeSignIn) {
  const { verification_id = '', is_user } = verificationInfo ?? {}
  need({ verification_id, verificationCode }, 'verification_id', 'verificationCode')
  return {
    verification_id,
    verification_code: verificationCode,
    isUser: is_user,
    provider_token: bindInfo?.providerToken,
  }
}
