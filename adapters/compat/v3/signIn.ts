import * as api from '../../../services/http/endpoints.ts'
import { requireFields, requireOneOf } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import { toAccessToken } from '../v2/signIn.ts'
import type { SignUpRequest } from '../types.ts'
import { type Answer, answer, NO_SESSION } from './answer.ts'
import type { V3Context } from './context.ts'
import type { SignedIn } from './shapes.ts'

/** The contact that receives a code: one of them. */
export interface ContactParams {
  email?: string
  phone?: string
}

/** Parameters of `verifyOtp`. */
export interface VerifyOtpRequest extends ContactParams {
  /** The code that the user received. */
  token: string
  /** The id of the code, from the answer of the method that sent it. */
  messageId?: string
  /** `email_change` and `phone_change` verify the contact without signing in. */
  type?: 'email_change' | 'phone_change' | (string & {})
}

/** The answer of a method that has sent a code. */
export interface SentOtp {
  /** The id of the code. */
  messageId: string
  /** Finishes the sign-in with the code that the user received. */
  verifyOtp(params: { token: string; messageId?: string }): Promise<Answer<SignedIn>>
}

/** Converts a contact to the names of the HTTP API. */
export const toContact = ({
  email,
  phone,
}: ContactParams): { email: string } | { phone_number: string } =>
  email ? { email } : { phone_number: phone! }

/** What a code is for: sent with codes by e-mail. */
export type Usage = 'email' | 'recovery' | 'reauthentication'

/** Converts a contact and the usage of a code to parameters of `getVerification`. */
export const toAddress = (
  { email, phone }: ContactParams,
  usage: Usage,
): { email: string; usage: Usage } | { phone_number: string } =>
  email ? { email, usage } : { phone_number: phone! }

/** Creates the sign-in methods of SDK 3.x. They never reject: `error` is part of the answer. */
export function createSignInMethods(context: V3Context) {
  const { session, v2, getSignedIn } = context

  /** Sends a code; `verifyOtp` signs in, and signs up unless `target` is `USER`. */
  async function sendCode(
    method: string,
    params: ContactParams & SignUpRequest,
    options: { target?: string; email_redirect_to?: string } = {},
  ): Promise<SentOtp> {
    requireOneOf(params, 'email', 'phone')
    const { email, phone, anonymous_token, ...newUser } = params
    const contact = toContact({ email, phone })
    const { verification_id, is_user } = await v2.getVerification({
      ...toAddress(params, 'email'),
      ...options,
    })
    return {
      messageId: verification_id,
      verifyOtp: ({ token, messageId = verification_id }) =>
        answer(method, NO_SESSION, async () => {
          requireFields({ token }, 'token')
          await signInByCode(context, {
            contact,
            verification_id: messageId,
            verification_code: token,
            isUser: is_user,
            isOnlyForUsers: options.target === 'USER',
            newUser: {
              ...newUser,
              anonymous_token: toAccessToken(anonymous_token),
              verification_code: token,
            },
          })
          return getSignedIn()
        }),
    }
  }

  return {
    /**
     * `auth.signUp` without a proof: sends a code whose `verifyOtp` signs up. With a username and a
     * password alone it signs up at once, where the server allows it: `POST /auth/v1/signup`.
     */
    sendOtp: (params: SignUpRequest) =>
      answer('signUp', NO_SESSION, async (): Promise<Partial<SentOtp & SignedIn>> => {
        const { email, phone, username, password } = params
        if (email || phone || !username || !password) return sendCode('signUp', params)
        const { anonymous_token, ...newUser } = params
        const token = toAccessToken(anonymous_token)
        await session.signIn((call) => call(api.signUp, { ...newUser, anonymous_token: token }))
        return getSignedIn()
      }),

    /** Signs in by password: `POST /auth/v1/signin`; if encrypted, `/auth/v2/signin/username`. */
    signInWithPassword: (
      params: ContactParams & {
        username?: string
        password: string
        is_encrypt?: boolean
        options?: { is_encrypt?: boolean }
      },
    ) =>
      answer('signInWithPassword', NO_SESSION, async () => {
        requireOneOf(params, 'username', 'email', 'phone')
        requireFields(params, 'password')
        const { username, email, phone, password, is_encrypt, options } = params
        const isEncrypt = is_encrypt ?? options?.is_encrypt
        await v2.signIn({
          username: username || email || phone!,
          password,
          ...(isEncrypt && { isEncrypt, version: 'v2' }),
        })
        return getSignedIn()
      }),

    /**
     * Sends a code: `POST /auth/v1/verification`. `data.verifyOtp({ token })` signs in, and signs up
     * unless `shouldCreateUser` is false; with a link (`emailRedirectTo`) only if it is true.
     */
    signInWithOtp: (
      params: ContactParams & {
        options?: { shouldCreateUser?: boolean; emailRedirectTo?: string }
      },
    ) =>
      answer('signInWithOtp', NO_SESSION, async () => {
        const { email, phone, options = {} } = params
        const { shouldCreateUser, emailRedirectTo } = options
        // With a link only users are signed in, unless new ones are asked for.
        const isOnlyForUsers = emailRedirectTo ? !shouldCreateUser : shouldCreateUser === false
        return sendCode(
          'signInWithOtp',
          { email, phone },
          {
            ...(isOnlyForUsers ? { target: 'USER' } : emailRedirectTo && { target: 'ANY' }),
            ...(emailRedirectTo && { email_redirect_to: emailRedirectTo }),
          },
        )
      }),

    /** Signs in by a code that was sent before: `POST /auth/v1/verification/verify`, then `signin`. */
    verifyOtp: (params: VerifyOtpRequest) =>
      answer('verifyOtp', NO_SESSION, async () => {
        requireFields(params, 'token', 'messageId')
        const { type = '', token, messageId, email, phone } = params
        const code = { verification_id: messageId!, verification_code: token }
        if (type.endsWith('_change')) await v2.verify(code)
        else {
          requireOneOf(params, 'email', 'phone')
          const contact = toContact({ email, phone })
          await signInByCode(context, { contact, ...code, isOnlyForUsers: true })
        }
        return getSignedIn()
      }),

    /**
     * Sends another code: `POST /auth/v1/verification`. Only `type: 'signup'` sends to contacts
     * without an account.
     */
    resend: (params: ContactParams & { type?: string }) =>
      answer('resend', { messageId: null }, async () => {
        requireOneOf(params, 'email', 'phone')
        const target = params.type === 'signup' ? 'ANY' : 'USER'
        const sent = await v2.getVerification({ ...toAddress(params, 'email'), target })
        return { messageId: sent.verification_id }
      }),

    /** Signs in by a provider token: `POST /auth/v1/signin/with/provider`. */
    signInWithIdToken: (params: { token: string; provider?: string }) =>
      answer('signInWithIdToken', NO_SESSION, async () => {
        requireFields(params, 'token')
        await v2.signInWithProvider({ provider_token: params.token })
        return getSignedIn()
      }),
  }
}
