import * as api from '../../services/http/endpoints.ts'
import { invalid, need, needOne } from './checks.ts'
import type { Core } from './context.ts'
import { CloudbaseError } from './errors.ts'
import type { SudoToken, UserInfo } from './types.ts'

export interface SetContactRequest {
  phone_number?: string
  email?: string
  /** From `auth.sudo`. */
  sudo_token: SudoToken
  /** Proves the new contact; from `auth.verify`. */
  verification_token: string
  /** What becomes of a contact that is somebody else's. Default: it stays theirs. */
  conflict_resolution?: 'DEFAULT' | 'DELETE_ACCOUNT_TRANSFER' | 'TRANSFER'
}

export interface ResetPasswordRequest {
  phone_number?: string
  email?: string
  new_password: string
  verification_token: string
}

export interface QueryUserRequest {
  /** At most 50 uids. */
  id?: readonly string[] | string
  username?: string
  email?: string
  phone_number?: string
}

export interface SimpleUserProfile {
  sub: string
  name?: string
  picture?: string
  gender?: string
  locale?: string
  email?: string
  phone_number?: string
}

const MOST_IDS = 50

/** The account of whoever is signed in, and what changes it. */
export function accountMethods({ door, session }: Core) {
  async function setContact(
    kind: 'phone_number' | 'email',
    { sudo_token, ...params } = {} as SetContactRequest,
  ): Promise<void> {
    need(params, kind, 'verification_token')
    needOne(params, 'phone_number', 'email')
    const request = { ...params, sudo_token: tokenOf(sudo_token) }
    await door.call(api.setContact, request as never)
  }

  return {
    /**
     * Elevates the session: `POST /auth/v1/user/sudo`.
     *
     * @returns `sudo_token` for what changes the account, for `expires_in` seconds; empty for a
     *   user who has nothing to prove themselves by, which is accepted there
     */
    async sudo(params: { password?: string; verification_token?: string }) {
      needOne(params, 'password', 'verification_token')
      const { sudo_token = '', ...sudo } = await door.call(api.sudo, params)
      return { sudo_token, ...sudo }
    },

    /** Gives the user a phone number, or another: `PATCH /auth/v1/user/contact`. */
    bindPhoneNumber: async (params: SetContactRequest & { phone_number: string }) =>
      setContact('phone_number', params),

    /** The same as `bindPhoneNumber`. */
    bindPhone: async (params: SetContactRequest & { phone_number: string }) =>
      setContact('phone_number', params),

    /** Gives the user an e-mail address, or another: `PATCH /auth/v1/user/contact`. */
    bindEmail: async (params: SetContactRequest & { email: string }) => setContact('email', params),

    /** Gives the user a password, or another: `PATCH /auth/v1/user/password`. */
    async setPassword(params: { new_password: string; sudo_token?: SudoToken }): Promise<void> {
      need(params, 'new_password')
      const { new_password, sudo_token } = params
      await door.call(api.setPassword, { new_password, sudo_token: tokenOf(sudo_token) })
    },

    /**
     * Sets a forgotten password by a verified contact: `POST /auth/v1/reset`.
     *
     * @throws CloudbaseError `not_found` when the contact has no account
     */
    async resetPassword(params: ResetPasswordRequest): Promise<void> {
      needOne(params, 'phone_number', 'email')
      need(params, 'new_password', 'verification_token')
      await door.call(api.resetPassword, params as never)
    },

    /** Whether a name is taken: `GET /auth/v1/checkIfUserExist`. */
    async isUsernameRegistered(username: string): Promise<boolean> {
      if (typeof username !== 'string' || !username) throw invalid('username must be a string')
      const { exist } = await door.call(api.isUsernameRegistered, { username })
      return exist
    },

    /**
     * Looks users up: `GET /auth/v1/user/query`.
     *
     * @throws CloudbaseError `permission_denied` for guests and users of custom sign-in
     */
    async queryUser(params: QueryUserRequest) {
      const { id, username, email, phone_number } = params ?? {}
      const ids = typeof id === 'string' ? id.split(',') : id
      if (!ids?.length && !username && !email && !phone_number) {
        throw invalid('id, username, email or phone_number is required')
      }
      if (ids && ids.length > MOST_IDS) throw invalid(`id can name at most ${MOST_IDS} users`)
      const { scope } = await door.freshCredentials()
      if (scope === 'anonymous' || session.peek()?.user.loginType === 'CUSTOM') {
        throw new CloudbaseError('permission_denied', {
          operation: 'queryUser',
          description: 'guests and users of custom sign-in cannot look users up',
        })
      }
      const query = { username, email, phone_number, ...(ids && { id: ids.join(',') }) }
      const { data, total = data.length } = await door.call(api.queryUsers, query)
      return { total, data: data as readonly SimpleUserProfile[] }
    },

    /**
     * Deletes the user for good and ends their session: `DELETE /auth/v1/user/me`.
     *
     * @returns what the user was
     */
    async deleteMe({ sudo_token }: { sudo_token?: SudoToken } = {}): Promise<UserInfo> {
      const deleted = await door.call(api.deleteUser, {
        sudo_token: tokenOf(sudo_token) || undefined,
      })
      await door.end()
      return deleted
    },
  }
}

/** What `auth.sudo` answered is taken whole as well. */
function tokenOf(token: SudoToken = ''): string {
  return typeof token === 'string' ? token : (token.sudo_token ?? '')
}
