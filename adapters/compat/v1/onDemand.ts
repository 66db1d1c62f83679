import * as api from '../../../services/http/endpoints.ts'
import { invalid, requireFields } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import type { Context } from '../context.ts'
import type { LoginState, UserEdit } from '../types.ts'
import type { V2Methods } from '../v2/index.ts'
import type { CodeSignIn } from '../v2/signIn.ts'
import { toCodeSignIn } from '../v2/signIn.ts'

/** Parameters of `signInWithUsername`. */
export interface UsernameCodeSignIn extends CodeSignIn {
  /** The phone number or the e-mail address that received the code. */
  username: string
  loginType?: 'sms' | 'phone' | 'email' | (string & {})
}

/** Creates the methods of SDK 1.x that are imported by the first call. */
export function createOnDemandMethods(context: Context, v2: V2Methods) {
  const { client, session } = context

  const isGuest = () => client.peek()?.scope === 'anonymous'

  async function signInWithPassword(
    fields: Record<'username' | 'password', string>,
  ): Promise<LoginState> {
    requireTexts(fields)
    return v2.signIn(fields)
  }

  return {
    /** The same as `signIn({ username, password })`. @throws CloudbaseError */
    signInWithUsernameAndPassword: async (username: string, password: string) =>
      signInWithPassword({ username, password }),

    /** The same as `signIn({ username: email, password })`. @throws CloudbaseError */
    signInWithEmailAndPassword: async (email: string, password: string) =>
      signInWithPassword({ username: email, password }),

    /** Signs in or up by the code that `getVerification` sent to a phone or an e-mail address. @throws CloudbaseError */
    async signInWithUsername({ username, loginType, ...params } = {} as UsernameCodeSignIn) {
      requireFields({ username }, 'username')
      const contact = loginType === 'email' ? { email: username } : { phone_number: username }
      return signInByCode(context, { contact, ...toCodeSignIn(params) })
    },

    /**
     * Signs in by a phone number and its password, the token that proves its code, or both.
     *
     * @throws CloudbaseError as `signIn`
     */
    async signInWithPhoneCodeOrPassword(params: {
      phoneNumber: string
      phoneCode?: string
      password?: string
    }): Promise<LoginState> {
      requireFields(params, 'phoneNumber')
      const { phoneNumber: username, phoneCode: verification_token, password } = params
      return v2.signIn({ username, password, verification_token })
    },

    /** Signs up by a phone number and its code: `POST /auth/v1/signup`. @throws CloudbaseError */
    async signUpWithPhoneCode(
      phoneNumber: string,
      phoneCode: string,
      password?: string,
    ): Promise<LoginState> {
      requireTexts({ phoneNumber, phoneCode })
      return v2.signUp({
        phone_number: phoneNumber,
        verification_code: phoneCode,
        ...(password && { password }),
      })
    },

    /** Sends a code to a phone: `POST /auth/v1/verification`. @throws CloudbaseError as `getVerification` */
    async sendPhoneCode(phoneNumber: string): Promise<boolean> {
      requireTexts({ phoneNumber })
      await v2.getVerification({ phone_number: phoneNumber })
      return true
    },

    /** Sends a code to an e-mail address: `POST /auth/v1/verification`. @throws CloudbaseError as `getVerification` */
    async sendPasswordResetEmail(email: string): Promise<void> {
      requireTexts({ email })
      await v2.getVerification({ email })
    },

    /** Resets a password by the token that proves a code, and signs in. @throws CloudbaseError */
    async forceResetPwdByPhoneCode(params: {
      phoneNumber: string
      phoneCode: string
      password: string
    }): Promise<LoginState> {
      const { phoneNumber: phone_number, phoneCode: verification_token, password } = params
      requireTexts({ phoneNumber: phone_number, phoneCode: verification_token, password })
      const reset = { phone_number, verification_token, new_password: password }
      return session.signIn(async (call) => {
        await call(api.resetPassword, reset)
        await call(api.signIn, { username: phone_number, password })
      })
    },

    /** Returns the groups of the user. @throws CloudbaseError `unauthenticated` when signed out */
    async loginGroups(): Promise<string[]> {
      const { groups } = await client.freshCredentials()
      return groups ?? []
    },

    /** Changes the user and reads them again, when signed in: `POST /auth/v1/user/basic/edit`. @throws CloudbaseError */
    async updateUserBasicInfo(changes: UserEdit): Promise<void> {
      const state = await session.current()
      await state?.user.updateUserBasicInfo(changes)
    },

    /** Calls back when the server has rejected the session. */
    async onLoginStateExpired(callback: () => unknown): Promise<void> {
      session.loginEvents.on((type) => type === 'credentials_error' && callback())
    },

    /** Calls back when the access token was refreshed. */
    async onAccessTokenRefreshed(callback: () => unknown): Promise<void> {
      session.stateEvents.on((event) => event === 'TOKEN_REFRESHED' && callback())
    },

    /** Calls back when the anonymous user has become a registered one. */
    async onAnonymousConverted(callback: () => unknown): Promise<void> {
      let wasGuest = isGuest()
      session.stateEvents.on((event) => {
        const isConverted = event === 'SIGNED_IN' && wasGuest && !isGuest()
        wasGuest = isGuest()
        return isConverted && callback()
      })
    },

    /** Calls back on every sign-in and sign-out. */
    async onLoginTypeChanged(callback: () => unknown): Promise<void> {
      session.stateEvents.on(
        (event) => (event === 'SIGNED_IN' || event === 'SIGNED_OUT') && callback(),
      )
    },
  }
}

function requireTexts(fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string' || !value) throw invalid(`${name} must be a string`)
  }
}
