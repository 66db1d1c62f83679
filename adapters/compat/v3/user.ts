import * as api from '../../../services/http/endpoints.ts'
import { invalid, requireFields, requireGender } from '../checks.ts'
import { type Answer, answer } from './answer.ts'
import { type Claims, claimsOf } from './claims.ts'
import type { V3Context } from './context.ts'
import type { AuthUser, SignedIn } from './shapes.ts'
import { type ContactParams, toAddress, toContact } from './signIn.ts'

/** Parameters of `updateUser`: at least one of them. */
export interface UpdateUserRequest extends ContactParams {
  username?: string
  nickname?: string
  description?: string
  avatar_url?: string
  gender?: 'MALE' | 'FEMALE' | 'UNKNOWN'
  password?: string
  new_password?: string
}

/** The answer of `updateUser`; `verifyOtp` sets a new contact by the code that was sent to it. */
export interface UpdatedUser {
  user: AuthUser
  messageId?: string
  verifyOtp?(params: ContactParams & { token: string }): Promise<Answer<{ user: AuthUser }>>
}

/** Parameters of the `updateUser` that `resetPasswordForEmail` and `reauthenticate` return. */
export interface PasswordUpdate {
  /** The code that the user received. */
  nonce: string
  /** The new password. */
  password: string
}

/** Creates the account methods of SDK 3.x. They never reject: `error` is part of the answer. */
export function createUserMethods({ client, session, v2, getSignedIn }: V3Context) {
  const getUser = async () => ({ user: (await getSignedIn()).user })

  /** Changes the user by `POST /auth/v1/user/basic/edit` and reads them by `GET /auth/v1/user/me`. */
  async function edit(changes: object): Promise<{ user: AuthUser }> {
    await client.call(api.editUser, changes)
    await session.refresh()
    session.stateEvents.emit('USER_UPDATED')
    return getUser()
  }

  /** Sends a code to the user; `updateUser({ nonce, password })` verifies it and sets the password. */
  const withCode = (
    send: () => Promise<{ verification_id: string }>,
    finish: (verification_token: string, password: string) => Promise<SignedIn>,
  ) =>
    answer(async () => {
      const { verification_id } = await send()
      return {
        updateUser: (attributes: PasswordUpdate) =>
          answer(async () => {
            requireFields(attributes, 'nonce', 'password')
            const { nonce: verification_code, password } = attributes
            const { verification_token } = await v2.verify({
              verification_id,
              verification_code,
            })
            return finish(verification_token, password)
          }),
      }
    })

  return {
    /** Reads the user: `GET /auth/v1/user/me`. */
    getUser: () =>
      answer(async () => {
        await session.refresh()
        return getUser()
      }),

    /** Reads the user: `GET /auth/v1/user/me`; the answer has the session as well. */
    refreshUser: () =>
      answer(async () => {
        await session.refresh()
        return getSignedIn()
      }),

    /**
     * Changes the user: `POST /auth/v1/user/basic/edit`. A new e-mail address or phone number receives
     * a code first; `data.verifyOtp({ token })` makes the change.
     */
    updateUser: (params: UpdateUserRequest) =>
      answer(async (): Promise<UpdatedUser> => {
        const { email, phone, ...changes } = params
        const isChange = Object.values(changes).some(Boolean)
        if (!isChange && !email && !phone) throw invalid('at least one field is required')
        requireGender(changes)
        if (!email && !phone) return edit(changes)
        const contact = email ? { email } : { phone: phone! }
        const { verification_id } = await v2.getVerification(toAddress(contact, 'reauthentication'))
        const { user: current } = isChange ? await edit(changes) : await getUser()
        return {
          user: current,
          messageId: verification_id,
          verifyOtp: ({ token }) =>
            answer(async () => {
              requireFields({ token }, 'token')
              await v2.verify({ verification_id, verification_code: token })
              return edit(contact)
            }),
        }
      }),

    /**
     * Sends a code to reset the password: `POST /auth/v1/verification`.
     * `data.updateUser({ nonce, password })` sets the password by `POST /auth/v1/reset` and signs in.
     */
    resetPasswordForEmail(emailOrPhone: string, { redirectTo = '' } = {}) {
      const isEmail = String(emailOrPhone).includes('@')
      const address = isEmail ? { email: emailOrPhone } : { phone: emailOrPhone }
      return withCode(
        async () => {
          requireFields({ emailOrPhone }, 'emailOrPhone')
          return v2.getVerification({ ...toAddress(address, 'recovery'), target: 'USER' })
        },
        async (verification_token, new_password) => {
          await v2.resetPassword({ ...toContact(address), new_password, verification_token })
          session.stateEvents.emit('PASSWORD_RECOVERY')
          await v2.signIn({ username: emailOrPhone, password: new_password })
          if (redirectTo && typeof location !== 'undefined') location.assign(redirectTo)
          return getSignedIn()
        },
      )
    },

    /** Changes the password by the old one: `POST /auth/v1/user/sudo`, `PATCH /auth/v1/user/password`. */
    resetPasswordForOld: (params: { old_password: string; new_password: string }) =>
      answer(async () => {
        requireFields(params, 'old_password', 'new_password')
        const { sudo_token } = await v2.sudo({ password: params.old_password })
        await v2.setPassword({ new_password: params.new_password, sudo_token })
        return getSignedIn()
      }),

    /**
     * Sends a code to the current user: `POST /auth/v1/verification`.
     * `data.updateUser({ nonce, password })` sets a new password.
     */
    reauthenticate: () =>
      withCode(
        async () => {
          const { email, phone } = (await getSignedIn()).user
          if (!email && !phone) throw invalid('the user has neither an email nor a phone')
          return v2.getVerification(toAddress({ email, phone }, 'reauthentication'))
        },
        async (verification_token, new_password) => {
          const { sudo_token } = await v2.sudo({ verification_token })
          await v2.setPassword({ new_password, sudo_token })
          return getSignedIn()
        },
      ),

    /** Returns the claims of the access token, decoded but not verified. */
    getClaims: () =>
      answer(async (): Promise<Claims> => {
        const claims = claimsOf(await client.getAccessToken())
        if (!claims) throw invalid('the access token is not a JSON Web Token')
        return claims
      }),

    /** Deletes the user permanently and ends the session: `DELETE /auth/v1/user/me`. */
    deleteUser: (params: { password: string }) =>
      answer(async () => {
        requireFields(params, 'password')
        await v2.deleteMe(await v2.sudo(params))
        return {}
      }),
  }
}
