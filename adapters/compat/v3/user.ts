import * as api from '../../../services/http/endpoints.ts'
import { invalid, requireAllowed, requireFields, requireGender } from '../checks.ts'
import { signInByCode } from '../codeSignIn.ts'
import { type Answer, answer, NO_SESSION } from './answer.ts'
import type { CloudbaseError } from '../errors.ts'
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
  /** Refused: `resetPasswordForOld` changes it. */
  password?: never
  /** Refused: `resetPasswordForOld` changes it. */
  new_password?: never
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
  password?: string
}

/** A code that was sent, and what the user has typed. */
interface SentCode {
  verification_id: string
  verification_code: string
}

const NO_CLAIMS = { claims: null, header: null, signature: null }

/** Creates the account methods of SDK 3.x. They never reject: `error` is part of the answer. */
export function createUserMethods(context: V3Context) {
  const { client, session, options, v2, getSignedIn } = context
  const getUser = async () => ({ user: (await getSignedIn()).user })

  /**
   * Changes the user by `POST /auth/v1/user/basic/edit` and reads them by `GET /auth/v1/user/me`.
   *
   * @param uid the user who asked for it: another one may have signed in since
   */
  async function edit(changes: object, uid?: string | null): Promise<{ user: AuthUser }> {
    await client.call(api.editUser, { ...changes, uid: uid ?? '' })
    await session.reread()
    session.announce('USER_UPDATED')
    return getUser()
  }

  /** The contact that receives the code of `reauthenticate`. */
  async function currentContact(): Promise<ContactParams> {
    const { email, phone } = (await getSignedIn()).user
    if (!email && !phone) throw invalid('the user has neither an email nor a phone')
    return { email, phone }
  }

  /** Sends a code to the user; `updateUser({ nonce, password })` uses it. */
  const withCode = (
    method: string,
    send: () => Promise<{ verification_id: string }>,
    finish: (code: SentCode, password?: string) => Promise<SignedIn>,
  ) =>
    answer(method, { updateUser: null }, async () => {
      const { verification_id } = await send()
      return {
        updateUser: (attributes: PasswordUpdate) =>
          answer(method, NO_SESSION, async () => {
            requireFields(attributes, 'nonce')
            if (attributes.password !== undefined) requireFields(attributes, 'password')
            const { nonce: verification_code, password } = attributes
            return finish({ verification_id, verification_code }, password)
          }),
      }
    })

  return {
    /**
     * Reads the user: `GET /auth/v1/user/me`; the one read last while the server cannot be reached.
     * `null` with an `accessKey` alone.
     */
    getUser: () =>
      answer('getUser', { user: null }, async (): Promise<{ user: AuthUser | null }> => {
        if (options.accessKey && !(await client.credentials())) return { user: null }
        await session.refresh().catch((error: CloudbaseError) => {
          if (error.code === 'unauthenticated') throw error
        })
        return getUser()
      }),

    /** Reads the user: `GET /auth/v1/user/me`; the answer has the session as well. */
    refreshUser: () =>
      answer('refreshUser', NO_SESSION, async () => {
        await session.refresh()
        return getSignedIn()
      }),

    /**
     * Changes the user: `POST /auth/v1/user/basic/edit`. A new e-mail address or phone number receives
     * a code first; `data.verifyOtp({ token })` makes the change.
     */
    updateUser: (params: UpdateUserRequest) =>
      answer('updateUser', { user: null }, async (): Promise<UpdatedUser> => {
        const { email, phone, ...changes } = params
        const password = (['password', 'new_password'] as const).find((name) => params[name])
        if (password) {
          throw invalid(
            `updateUser does not change ${password}: use resetPasswordForOld, resetPasswordForEmail or reauthenticate`,
          )
        }
        const isChange = Object.values(changes).some(Boolean)
        if (!isChange && !email && !phone) throw invalid('at least one field is required')
        requireGender(changes)
        const uid = (await client.credentials())?.sub
        if (!email && !phone) return edit(changes, uid)
        const contact = email ? { email } : { phone: phone! }
        const { verification_id } = await v2.getVerification(toAddress(contact, 'reauthentication'))
        const { user: current } = isChange ? await edit(changes, uid) : await getUser()
        return {
          user: current,
          messageId: verification_id,
          verifyOtp: ({ token }) =>
            answer('updateUser', NO_SESSION, async () => {
              requireFields({ token }, 'token')
              await v2.verify({ verification_id, verification_code: token })
              return edit(contact, uid)
            }),
        }
      }),

    /**
     * Sends a code to reset the password: `POST /auth/v1/verification`.
     * `data.updateUser({ nonce, password })` sets the password by `POST /auth/v1/reset` and signs in; the
     * browser then goes to `redirectTo`, of this origin or in `returnOrigins` of `init`.
     */
    resetPasswordForEmail(emailOrPhone: string, { redirectTo = '' } = {}) {
      const isEmail = /[@＠]/.test(emailOrPhone)
      const address = isEmail ? { email: emailOrPhone } : { phone: emailOrPhone }
      return withCode(
        'resetPasswordForEmail',
        async () => {
          requireFields({ emailOrPhone }, 'emailOrPhone')
          requireAllowed({ redirectTo }, options.auth?.returnOrigins)
          return v2.getVerification({ ...toAddress(address, 'recovery'), target: 'USER' })
        },
        async (code, new_password = '') => {
          requireFields({ password: new_password }, 'password')
          await session.signIn(async (call) => {
            const { verification_token } = await call(api.verify, code)
            await call(api.resetPassword, {
              ...toContact(address),
              new_password,
              verification_token,
            })
            session.stateEvents.emit('PASSWORD_RECOVERY')
            await call(api.signIn, { username: emailOrPhone, password: new_password })
          })
          if (redirectTo && typeof location !== 'undefined') location.assign(redirectTo)
          return getSignedIn()
        },
      )
    },

    /** Changes the password by the old one: `POST /auth/v1/user/sudo`, `PATCH /auth/v1/user/password`. */
    resetPasswordForOld: (params: { old_password: string; new_password: string }) =>
      answer('resetPasswordForOld', NO_SESSION, async () => {
        requireFields(params, 'old_password', 'new_password')
        const { sudo_token } = await v2.sudo({ password: params.old_password })
        await v2.setPassword({ new_password: params.new_password, sudo_token })
        return getSignedIn()
      }),

    /**
     * Sends a code to the current user: `POST /auth/v1/verification`.
     * `data.updateUser({ nonce, password })` sets a new password; without a password it signs the user
     * in again.
     */
    reauthenticate: () =>
      withCode(
        'reauthenticate',
        async () => v2.getVerification(toAddress(await currentContact(), 'reauthentication')),
        async (code, new_password) => {
          if (new_password) {
            const { verification_token } = await v2.verify(code)
            const { sudo_token } = await v2.sudo({ verification_token })
            await v2.setPassword({ new_password, sudo_token })
          } else {
            const contact = toContact(await currentContact())
            await signInByCode(context, { contact, ...code, isOnlyForUsers: true })
          }
          return getSignedIn()
        },
      ),

    /** Returns the claims of the access token, decoded but not verified. */
    getClaims: () =>
      answer('getClaims', NO_CLAIMS, async (): Promise<Claims> => {
        const claims = claimsOf(await client.getAccessToken())
        if (!claims) throw invalid('the access token is not a JSON Web Token')
        return claims
      }),

    /** Deletes the user permanently and ends the session: `DELETE /auth/v1/user/me`. */
    deleteUser: (params: { password: string }) =>
      answer('deleteUser', {}, async () => {
        requireFields(params, 'password')
        await v2.deleteMe(await v2.sudo(params))
        return {}
      }),
  }
}
