import * as api from '../../../services/http/endpoints.ts'
import type { Unwrapped } from '../../../services/secret.ts'
import type { Tokens } from '../../../services/http/wire.ts'
import { invalid, requireFields, requireGender, requireOneOf, requireAllowed } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import type { Context } from '../context.ts'
import { warn } from '../warnings.ts'
import { encryptRequest } from './encryptRequest.ts'
import { CloudbaseError } from '../errors.ts'
import type { TicketHolder, TicketSource } from '../ticketSource.ts'
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

/** Creates the methods for verification codes, sign-up and sign-in. */
export function createSignInMethods(context: Context, tickets: TicketHolder) {
  const { client, session, options } = context
  let isHinted = false

  /** Says once why a code may not arrive: only one region sends text messages. */
  function hintRegion({ phone_number }: GetVerificationRequest) {
    const { region = SMS_REGION } = options
    if (!phone_number || region === SMS_REGION || isHinted) return
    isHinted = true
    warn('region', region)
  }

  return {
    /**
     * Sends a code: `POST /auth/v1/verification`.
     *
     * @param options with `withCaptcha` the user solves a captcha before the code is requested
     * @returns `expires_in` in seconds; `is_user` says whether the contact has an account
     * @throws CloudbaseError `resource_exhausted` when codes are sent too often, with `retryAfter` in
     *   seconds
     */
    async getVerification(params: GetVerificationRequest, { withCaptcha = false } = {}) {
      requireOneOf(params, 'phone_number', 'email')
      const { email_redirect_to } = params
      requireAllowed({ email_redirect_to }, options.auth?.returnOrigins)
      hintRegion(params)
      if (params.target === 'CUR_USER') await client.freshCredentials()
      return withCaptcha
        ? client.callWithCaptcha(api.sendVerification, params as never)
        : client.call(api.sendVerification, params as never)
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
      await session.signIn(async (call) => {
        tokens = await call(api.verifyV2, code)
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
      const anonymous_token = toAccessToken(given)
      return session.signIn((call) => call(api.signUp, { ...fields, anonymous_token }))
    },

    /**
     * Signs in by password, by a verified code, or by both where the user has two factors: `POST
     * /auth/v1/signin`.
     *
     * @throws CloudbaseError `not_found`, `invalid_password`, `password_not_set`, `invalid_status`
     *   (too many wrong passwords), `user_pending`, `user_blocked`, `mfa_phone_required` (the second
     *   factor is missing)
     */
    async signIn({ version, isEncrypt, ...params } = {} as SignInRequest): Promise<LoginState> {
      requireFields(params, 'username')
      if (!params.password && !params.verification_token) {
        throw invalid('password or verification_token is required')
      }
      return session.signIn(async (call) => {
        const request = isEncrypt ? await encryptRequest(client, params) : params
        await call(version === 'v2' ? api.signInV2 : api.signIn, request as typeof params)
      })
    },

    /** Signs in as the anonymous user of this device: `POST /auth/v1/signin/anonymously`. */
    async signInAnonymously(params: { provider_token?: string } = {}): Promise<LoginState> {
      return session.signIn((call) => call(api.signInAnonymously, params))
    },

    /**
     * Signs in by the code that `getVerification` sent to a phone, and signs up where there is no
     * account: `POST /auth/v1/verification/verify`, then `signin` or `signup`.
     *
     * @throws CloudbaseError `invalid_argument` when the code is wrong
     */
    async signInWithSms({ phoneNum, ...params } = {} as CodeSignIn & { phoneNum: string }) {
      requireFields({ phoneNum }, 'phoneNum')
      return signInByCode(context, { contact: { phone_number: phoneNum }, ...toCodeSignIn(params) })
    },

    /** Signs in or up by the code that `getVerification` sent to an e-mail address. @throws CloudbaseError */
    async signInWithEmail({ email, ...params } = {} as CodeSignIn & { email: string }) {
      requireFields({ email }, 'email')
      return signInByCode(context, { contact: { email }, ...toCodeSignIn(params) })
    },

    /**
     * Signs in a user of the app's own server: `POST /auth/v1/signin/custom`.
     *
     * @throws CloudbaseError `failed_precondition` before `setCustomSignFunc`
     */
    async signInWithCustomTicket(getTickFn?: TicketSource): Promise<LoginState> {
      if (getTickFn) tickets.set(getTickFn)
      const { get } = tickets
      if (!get) {
        throw new CloudbaseError('failed_precondition', {
          operation: 'signInWithCustomTicket',
          description: 'call setCustomSignFunc first',
        })
      }
      return session.signIn(async (call) => {
        const ticket = await get()
        await call(api.signInWithCustomTicket, { provider_id: 'custom', ticket })
      }, 'CUSTOM')
    },
  }
}

/** The region whose environments send text messages. */
const SMS_REGION = 'ap-shanghai'

/** Accepts the whole answer of `getAccessToken`, as a sample of the official documents passes it. */
export const toAccessToken = (token: SignUpRequest['anonymous_token']): string | undefined =>
  typeof token === 'object' ? token?.accessToken : token

/** Converts the parameters of a sign-in by code to those of `signInByCode`. @throws CloudbaseError `invalid_argument` */
export function toCodeSignIn({ verificationInfo, verificationCode, bindInfo }: CodeSignIn) {
  const { verification_id = '', is_user } = verificationInfo ?? {}
  requireFields({ verification_id, verificationCode }, 'verification_id', 'verificationCode')
  return {
    verification_id,
    verification_code: verificationCode,
    isUser: is_user,
    provider_token: bindInfo?.providerToken,
  }
}
