import * as api from '../../../services/http/endpoints.ts'
import type { Unwrapped } from '../../../services/secret.ts'
import type { Tokens } from '../../../services/http/wire.ts'
import { invalid, requireFields, requireGender, requireOneOf } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import type { Context } from '../context.ts'
import { encryptRequest } from './encryptRequest.ts'
import { CloudbaseError } from '../errors.ts'
import type {
  GetVerificationRequest,
  LoginState,
  SignInRequest,
  SignUpRequest,
  VerificationInfo,
} from '../types.ts'

/** Parameters of `signInWithSms` and `signInWithEmail`. */
export interface CodeSignIn {
  /** The answer of `getVerification`. */
  verificationInfo: VerificationInfo
  /** The code that the user received. */
  verificationCode: string
  /** A provider's token, to bind the provider to the user. */
  bindInfo?: { providerToken: string }
}

/** Parameters of `verify`. */
export interface VerifyRequest {
  verification_id: string
  verification_code: string
  /** `v2` signs in by the code: `POST /auth/v2/signin/verificationcode`. */
  version?: 'v1' | 'v2' | (string & {})
}

/** The answer of `verify`; with `v2`, the tokens of the new session as well. */
export interface VerifyResponse extends Partial<Unwrapped<Tokens>> {
  /** Proves the contact to `signUp`, `signIn`, `sudo` and others; valid once. */
  verification_token: string
}

type GetTicket = () => Promise<string>

/** Creates the methods for verification codes, sign-up and sign-in. */
export function createSignInMethods(context: Context) {
  const { client, session } = context
  let getTicket: GetTicket | undefined

  return {
    /**
     * Sends a code: `POST /auth/v1/verification`.
     *
     * @returns `expires_in` in seconds; `is_user` says whether the contact has an account
     * @throws CloudbaseError `resource_exhausted` when codes are sent too often, with `retryAfter` in
     *   seconds
     */
    async getVerification(params: GetVerificationRequest) {
      requireOneOf(params, 'phone_number', 'email')
      if (params.target === 'CUR_USER') await client.freshCredentials()
      return client.call(api.sendVerification, params as never)
    },

    /**
     * Verifies a code: `POST /auth/v1/verification/verify`. With `version: 'v2'` it signs in.
     *
     * @throws CloudbaseError `invalid_argument` for a wrong or expired code, `aborted` after too many
     *   wrong ones
     */
    async verify({ version, ...params } = {} as VerifyRequest): Promise<VerifyResponse> {
      requireFields(params, 'verification_id', 'verification_code')
      const code = { ...params, verification_code: String(params.verification_code) }
      if (version !== 'v2') return client.call(api.verify, code)
      let tokens: Partial<Unwrapped<Tokens>> = {}
      await session.signIn(async () => {
        tokens = await client.call(api.verifyV2, code)
      })
      return { verification_token: '', ...tokens }
    },

    /**
     * Signs a new user up and in: `POST /auth/v1/signup`.
     *
     * @throws CloudbaseError `failed_precondition` when the contact has an account already
     */
    async signUp(params: SignUpRequest): Promise<LoginState> {
      const { anonymous_token: given, ...fields } = params ?? {}
      if (!fields.provider_token || fields.phone_number || fields.email) {
        requireOneOf(fields, 'phone_number', 'email')
      }
      requireGender(fields)
      const anonymous_token = typeof given === 'object' ? given?.accessToken : given
      return session.signIn(() => client.call(api.signUp, { ...fields, anonymous_token }))
    },

    /**
     * Signs in by password or by a verified code: `POST /auth/v1/signin`.
     *
     * @throws CloudbaseError `not_found`, `invalid_password`, `password_not_set`, `invalid_status`
     *   (too many wrong passwords), `user_pending`, `user_blocked`
     */
    async signIn({ version, isEncrypt, ...params } = {} as SignInRequest): Promise<LoginState> {
      requireFields(params, 'username')
      requireOneOf(params, 'password', 'verification_token')
      return session.signIn(async () => {
        const request = isEncrypt ? await encryptRequest(client, params) : params
        await client.call(version === 'v2' ? api.signInV2 : api.signIn, request as typeof params)
      })
    },

    /** Signs in as the anonymous user of this device: `POST /auth/v1/signin/anonymously`. */
    async signInAnonymously(params: { provider_token?: string } = {}): Promise<LoginState> {
      return session.signIn(() => client.call(api.signInAnonymously, params))
    },

    /**
     * Signs in by the code that `getVerification` sent to a phone, and signs up where there is no
     * account: `POST /auth/v1/verification/verify`, then `signin` or `signup`.
     *
     * @throws CloudbaseError `invalid_argument` when the code is wrong
     */
    async signInWithSms({ phoneNum, ...params } = {} as CodeSignIn & { phoneNum: string }) {
      requireFields({ phoneNum }, 'phoneNum')
      return signInByCode(context, { contact: { phone_number: phoneNum }, ...toRequest(params) })
    },

    /** Signs in or up by the code that `getVerification` sent to an e-mail address. @throws CloudbaseError */
    async signInWithEmail({ email, ...params } = {} as CodeSignIn & { email: string }) {
      requireFields({ email }, 'email')
      return signInByCode(context, { contact: { email }, ...toRequest(params) })
    },

    /** Sets the function that gets a ticket for `signInWithCustomTicket` from the app's server. */
    setCustomSignFunc(getTickFn: GetTicket): void {
      if (typeof getTickFn !== 'function') throw invalid('getTickFn must be a function')
      getTicket = getTickFn
    },

    /**
     * Signs in a user of the app's own server: `POST /auth/v1/signin/custom`.
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
        () => client.call(api.signInWithCustomTicket, { provider_id: 'custom', ticket }),
        'CUSTOM',
      )
    },
  }
}

function toRequest({ verificationInfo, verificationCode, bindInfo }: CodeSignIn) {
  const { verification_id = '', is_user } = verificationInfo ?? {}
  requireFields({ verification_id, verificationCode }, 'verification_id', 'verificationCode')
  return {
    verification_id,
    verification_code: verificationCode,
    isUser: is_user,
    provider_token: bindInfo?.providerToken,
  }
}
