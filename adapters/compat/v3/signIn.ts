import { need, needOne } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import type { Core } from '../context.ts'
import type { OlderMethods } from '../v2.ts'
import type { SignUpRequest } from '../types.ts'
import { type Answer, answer } from './answer.ts'
import type { SignedIn } from './shapes.ts'

/** Where a code is sent: one of them. */
export interface NewerContact {
  email?: string
  phone?: string
}

export interface VerifyOtpRequest extends NewerContact {
  /** What the person has read. */
  token: string
  /** Which code; from the answer of the method that sent it. */
  messageId?: string
  /** `email_change` and `phone_change` prove the contact and sign nobody in. */
  type?: 'email_change' | 'phone_change' | (string & {})
}

export interface SentOtp {
  /** Which code was sent. */
  messageId: string
  /** Ends the sign-in with what the person has read. */
  verifyOtp(params: { token: string; messageId?: string }): Promise<Answer<SignedIn>>
}

export const toContact = ({ email, phone }: NewerContact) =>
  email ? { email } : { phone_number: phone! }

/** What a code is for, which the server is told where it goes by e-mail. */
export type Usage = 'email' | 'recovery' | 'reauthentication'

/** Where a code goes, and what for. */
export const toAddress = ({ email, phone }: NewerContact, usage: Usage) =>
  email ? { email, usage } : { phone_number: phone! }

/** Sign-in, by the newer names. */
export function newerSignInMethods(
  core: Core,
  older: OlderMethods,
  signedIn: () => Promise<SignedIn>,
) {
  /** Sends a code whose answer signs in, and up unless only users may. */
  async function send(
    params: NewerContact & SignUpRequest,
    sending: { target?: string; email_redirect_to?: string } = {},
  ): Promise<SentOtp> {
    needOne(params, 'email', 'phone')
    const { email, phone, ...newUser } = params
    const contact = toContact({ email, phone })
    const { verification_id, is_user } = await older.getVerification({
      ...toAddress(params, 'email'),
      ...sending,
    })
    return {
      messageId: verification_id,
      verifyOtp: ({ token, messageId = verification_id }) =>
        answer(async () => {
          need({ token }, 'token')
          await signInByCode(core, {
            contact,
            verification_id: messageId,
            verification_code: token,
            isUser: is_user,
            isOnlyForUsers: sending.target === 'USER',
            newUser: { ...newUser, verification_code: token },
          })
          return signedIn()
        }),
    }
  }

  return {
    /** What `signUp` comes to when nothing is proven yet. */
    sendOtp: (params: SignUpRequest) => answer(() => send(params)),

    /** Signs in by password: `POST /auth/v1/signin`; encrypted through `/auth/v2/signin/username`. */
    signInWithPassword: (
      params: NewerContact & {
        username?: string
        password: string
        is_encrypt?: boolean
        options?: { is_encrypt?: boolean }
      },
    ) =>
      answer(async () => {
        needOne(params, 'username', 'email', 'phone')
        need(params, 'password')
        const { username, email, phone, password, is_encrypt, options } = params
        const isEncrypt = is_encrypt ?? options?.is_encrypt
        await older.signIn({
          username: username || email || phone!,
          password,
          ...(isEncrypt && { isEncrypt, version: 'v2' }),
        })
        return signedIn()
      }),

    /** Sends a code; `data.verifyOtp({ token })` signs in, and up unless `shouldCreateUser` is false. */
    signInWithOtp: (
      params: NewerContact & {
        options?: { shouldCreateUser?: boolean; emailRedirectTo?: string }
      },
    ) =>
      answer(async () => {
        const { email, phone, options = {} } = params
        const { shouldCreateUser = true, emailRedirectTo } = options
        return send(
          { email, phone },
          {
            ...(!shouldCreateUser && { target: 'USER' }),
            ...(emailRedirectTo && { email_redirect_to: emailRedirectTo }),
          },
        )
      }),

    /** Signs a user in by a code that was sent before. */
    verifyOtp: (params: VerifyOtpRequest) =>
      answer(async () => {
        need(params, 'token', 'messageId')
        const { type = '', token, messageId, email, phone } = params
        const code = { verification_id: messageId!, verification_code: token }
        if (type.endsWith('_change')) await older.verify(code)
        else {
          needOne(params, 'email', 'phone')
          const contact = toContact({ email, phone })
          await signInByCode(core, { contact, ...code, isOnlyForUsers: true })
        }
        return signedIn()
      }),

    /** Sends another code. Only `type: 'signup'` writes to strangers. */
    resend: (params: NewerContact & { type?: string }) =>
      answer(async () => {
        needOne(params, 'email', 'phone')
        const target = params.type === 'signup' ? 'ANY' : 'USER'
        const sent = await older.getVerification({ ...toAddress(params, 'email'), target })
        return { messageId: sent.verification_id }
      }),

    /** Signs in by a provider token. */
    signInWithIdToken: (params: { token: string; provider?: string }) =>
      answer(async () => {
        need(params, 'token')
        await older.signInWithProvider({ provider_token: params.token })
        return signedIn()
      }),
  }
}
