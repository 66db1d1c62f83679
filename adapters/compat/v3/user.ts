import * as api from '../../../services/http/endpoints.ts'
import { invalid, need, needGender } from '../checks.ts'
import type { Core } from '../context.ts'
import type { OlderMethods } from '../v2.ts'
import { type Answer, answer } from './answer.ts'
import type { AuthUser, SignedIn } from './shapes.ts'
import { type NewerContact, toAddress, toContact } from './signIn.ts'

export interface UpdateUserRequest extends NewerContact {
  username?: string
  nickname?: string
  description?: string
  avatar_url?: string
  gender?: 'MALE' | 'FEMALE' | 'UNKNOWN'
  password?: string
  new_password?: string
}

/** A new contact waits for the code that was sent to it. */
export interface UpdatedUser {
  user: AuthUser
  messageId?: string
  verifyOtp?(params: NewerContact & { token: string }): Promise<Answer<{ user: AuthUser }>>
}

export interface PasswordUpdate {
  /** What the person has read. */
  nonce: string
  /** The new password. */
  password: string
}

/** The account, by the newer names. */
export function newerUserMethods(
  { door, session }: Core,
  older: OlderMethods,
  signedIn: () => Promise<SignedIn>,
) {
  const user = async () => ({ user: (await signedIn()).user })

  /** What `POST /auth/v1/user/basic/edit` changes is read back from `GET /auth/v1/user/me`. */
  async function edit(changes: object): Promise<{ user: AuthUser }> {
    await door.call(api.editUser, changes)
    await session.refresh()
    session.stateEvents.fire('USER_UPDATED')
    return user()
  }

  /** Sends a code to the user; `updateUser({ nonce, password })` goes on with its answer. */
  const withCode = (
    send: () => Promise<{ verification_id: string }>,
    finish: (verification_token: string, password: string) => Promise<SignedIn>,
  ) =>
    answer(async () => {
      const { verification_id } = await send()
      return {
        updateUser: (attributes: PasswordUpdate) =>
          answer(async () => {
            need(attributes, 'nonce', 'password')
            const { nonce: verification_code, password } = attributes
            const { verification_token } = await older.verify({
              verification_id,
              verification_code,
            })
            return finish(verification_token, password)
          }),
      }
    })

  return {
    /** The user, read anew: `GET /auth/v1/user/me`. */
    getUser: () =>
      answer(async () => {
        await session.refresh()
        return user()
      }),

    /** The same as `getUser`, with the session. */
    refreshUser: () =>
      answer(async () => {
        await session.refresh()
        return signedIn()
      }),

    /**
     * Changes the user: `POST /auth/v1/user/basic/edit`. A new e-mail address or phone is sent a
     * code first; `data.verifyOtp({ token })` makes the change.
     */
    updateUser: (params: UpdateUserRequest) =>
      answer(async (): Promise<UpdatedUser> => {
        const { email, phone, ...changes } = params
        const isChange = Object.values(changes).some(Boolean)
        if (!isChange && !email && !phone) throw invalid('at least one field is required')
        needGender(changes)
        if (!email && !phone) return edit(changes)
        const contact = email ? { email } : { phone: phone! }
        const { verification_id } = await older.getVerification(
          toAddress(contact, 'reauthentication'),
        )
        const { user: current } = isChange ? await edit(changes) : await user()
        return {
          user: current,
          messageId: verification_id,
          verifyOtp: ({ token }) =>
            answer(async () => {
              need({ token }, 'token')
              await older.verify({ verification_id, verification_code: token })
              return edit(contact)
            }),
        }
      }),

    /** Sends a code for a new password; `data.updateUser({ nonce, password })` sets it and signs in. */
    resetPasswordForEmail(emailOrPhone: string, { redirectTo = '' } = {}) {
      const isEmail = String(emailOrPhone).includes('@')
      const address = isEmail ? { email: emailOrPhone } : { phone: emailOrPhone }
      return withCode(
        async () => {
          need({ emailOrPhone }, 'emailOrPhone')
          return older.getVerification({ ...toAddress(address, 'recovery'), target: 'USER' })
        },
        async (verification_token, new_password) => {
          await older.resetPassword({ ...toContact(address), new_password, verification_token })
          session.stateEvents.fire('PASSWORD_RECOVERY')
          await older.signIn({ username: emailOrPhone, password: new_password })
          if (redirectTo && typeof location !== 'undefined') location.assign(redirectTo)
          return signedIn()
        },
      )
    },

    /** Sets a new password by the old one: `POST /auth/v1/user/sudo`, `PATCH /auth/v1/user/password`. */
    resetPasswordForOld: (params: { old_password: string; new_password: string }) =>
      answer(async () => {
        need(params, 'old_password', 'new_password')
        const { sudo_token } = await older.sudo({ password: params.old_password })
        await older.setPassword({ new_password: params.new_password, sudo_token })
        return signedIn()
      }),

    /** Sends a code to the user; `data.updateUser({ nonce, password })` sets a new password. */
    reauthenticate: () =>
      withCode(
        async () => {
          const { email, phone } = (await signedIn()).user
          if (!email && !phone) throw invalid('the user has neither an email nor a phone')
          return older.getVerification(toAddress({ email, phone }, 'reauthentication'))
        },
        async (verification_token, new_password) => {
          const { sudo_token } = await older.sudo({ verification_token })
          await older.setPassword({ new_password, sudo_token })
          return signedIn()
        },
      ),

    /** Deletes the user for good and ends their session. */
    deleteUser: (params: { password: string }) =>
      answer(async () => {
        need(params, 'password')
        await older.deleteMe(await older.sudo(params))
        return {}
      }),
  }
}
