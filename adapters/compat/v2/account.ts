import * as api from '../../../services/http/endpoints.ts'
import { invalid, requireFields, requireOneOf } from '../checks.ts'
import type { Context } from '../context.ts'
import { CloudbaseError } from '../errors.ts'
import type { SudoToken, UserInfo } from '../types.ts'

/** Parameters of `bindPhoneNumber` and `bindEmail`. */
export interface SetContactRequest {
  phone_number?: string
  email?: string
  /** From `auth.sudo`. */
  sudo_token: SudoToken
  /** Proves the new contact; from `auth.verify`. */
  verification_token: string
  /** What happens to a contact of another user. Default: the call fails. */
  conflict_resolution?: 'DEFAULT' | 'DELETE_ACCOUNT_TRANSFER' | 'TRANSFER'
}

/** Parameters of `resetPassword`. */
export interface ResetPasswordRequest {
  phone_number?: string
  email?: string
  new_password: string
  verification_token: string
}

/** Parameters of `queryUser`: at least one of them. */
export interface QueryUserRequest {
  /** At most 50 uids. */
  id?: readonly string[] | string
  username?: string
  email?: string
  phone_number?: string
}

/** What `queryUser` returns of a user. */
export interface SimpleUserProfile {
  sub: string
  name?: string
  picture?: string
  gender?: string
  locale?: string
  email?: string
  phone_number?: string
}

const MAX_IDS = 50

/** Creates the methods that change the current user's account, and those that look users up. */
export function createAccountMethods({ client, session }: Context) {
  async function setContact(
    kind: 'phone_number' | 'email',
    { sudo_token, ...params } = {} as SetContactRequest,
  ): Promise<void> {
    requireFields(params, kind, 'verification_token')
    requireOneOf(params, 'phone_number', 'email')
    const request = { ...params, sudo_token: tokenOf(sudo_token) }
    await client.call(api.setContact, request as never)
    await session.reread()
  }

  return {
    /**
     * Authenticates the user again before a change of the account: `POST /auth/v1/user/sudo`.
     *
     * @returns `sudo_token`, valid for `expires_in` seconds; empty for a user without a password or
     *   contact, for whom the server accepts an empty one
     * @throws CloudbaseError `invalid_password`, `unauthenticated`
     */
    async sudo(params: { password?: string; verification_token?: string }) {
      requireOneOf(params, 'password', 'verification_token')
      const { sudo_token = '', ...sudo } = await client.call(api.sudo, params)
      return { sudo_token, ...sudo }
    },

    /** Sets or changes the user's phone number: `PATCH /auth/v1/user/contact`. @throws CloudbaseError */
    bindPhoneNumber: async (params: SetContactRequest & { phone_number: string }) =>
      setContact('phone_number', params),

    /** The same as `bindPhoneNumber`. @throws CloudbaseError */
    bindPhone: async (params: SetContactRequest & { phone_number: string }) =>
      setContact('phone_number', params),

    /** Sets or changes the user's e-mail address: `PATCH /auth/v1/user/contact`. @throws CloudbaseError */
    bindEmail: async (params: SetContactRequest & { email: string }) => setContact('email', params),

    /** Sets or changes the user's password: `PATCH /auth/v1/user/password`. @throws CloudbaseError */
    async setPassword(params: { new_password: string; sudo_token?: SudoToken }): Promise<void> {
      requireFields(params, 'new_password')
      const { new_password, sudo_token } = params
      const user = session.peek()?.user
      await client.call(api.setPassword, { new_password, sudo_token: tokenOf(sudo_token) })
      session.cacheUser({ ...user, hasPassword: true })
    },

    /**
     * Resets a forgotten password by a verified contact: `POST /auth/v1/reset`.
     *
     * @throws CloudbaseError `not_found` when the contact has no account
     */
    async resetPassword(params: ResetPasswordRequest): Promise<void> {
      requireOneOf(params, 'phone_number', 'email')
      requireFields(params, 'new_password', 'verification_token')
      await client.call(api.resetPassword, params as never)
    },

    /** Returns whether a username is taken: `GET /auth/v1/checkIfUserExist`. @throws CloudbaseError */
    async isUsernameRegistered(username: string): Promise<boolean> {
      if (typeof username !== 'string' || !username) throw invalid('username must be a string')
      const { exist } = await client.call(api.isUsernameRegistered, { username })
      return exist
    },

    /**
     * Looks users up: `GET /auth/v1/user/query`.
     *
     * @throws CloudbaseError `permission_denied` for anonymous users and users of custom sign-in
     */
    async queryUser(params: QueryUserRequest) {
      const { id, username, email, phone_number } = params ?? {}
      const ids = typeof id === 'string' ? id.split(',') : id
      if (!ids?.length && !username && !email && !phone_number) {
        throw invalid('id, username, email or phone_number is required')
      }
      if (ids && ids.length > MAX_IDS) throw invalid(`id can name at most ${MAX_IDS} users`)
      const { scope } = await client.freshCredentials()
      if (scope === 'anonymous' || session.peek()?.user.loginType === 'CUSTOM') {
        throw new CloudbaseError('permission_denied', {
          operation: 'queryUser',
          description: 'anonymous users and users of custom sign-in cannot look users up',
        })
      }
      const query = { username, email, phone_number, ...(ids && { id: ids.join(',') }) }
      const { data, total = data.length } = await client.call(api.queryUsers, query)
      return { total, data: data as readonly SimpleUserProfile[] }
    },

    /**
     * Deletes the user permanently and ends the session: `DELETE /auth/v1/user/me`.
     *
     * @returns the record of the deleted user
     * @throws CloudbaseError
     */
    async deleteMe({ sudo_token }: { sudo_token?: SudoToken } = {}): Promise<UserInfo> {
      const deleted = await client.call(api.deleteUser, {
        sudo_token: tokenOf(sudo_token) || undefined,
      })
      await session.end()
      return deleted
    },
  }
}

/** Accepts the whole answer of `auth.sudo`, as a sample of the official documents passes it. */
function tokenOf(token: SudoToken = ''): string {
  return typeof token === 'string' ? token : (token.sudo_token ?? '')
}
