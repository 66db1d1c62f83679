import * as api from '../../services/http/endpoints.ts'
import { invalid, requireFields, requireGender } from './checks.ts'
import type { CompatClient } from './client.ts'
import type { UserEdit, UserUpdate } from './types.ts'

/** The fields that `User.update` does not change, and the methods that do. */
const CONTACTS = { phone_number: 'bindPhoneNumber', email: 'bindEmail' }

/**
 * Creates the requests behind the methods of `User` that change the user.
 *
 * @param shape the fields to read of the user
 */
export function createUserEdits(client: CompatClient, shape: typeof api.getUser.shape) {
  const updateProfile: typeof api.updateProfile = { ...api.updateProfile, shape }

  return {
    /** Changes the profile: `PATCH /auth/v1/user/profile`. @throws CloudbaseError */
    async updateProfile(userInfo: UserUpdate) {
      requireGender(userInfo)
      for (const [name, method] of Object.entries(CONTACTS)) {
        if (name in userInfo) throw invalid(`update does not change ${name}: use auth.${method}`)
      }
      return client.call(updateProfile, userInfo)
    },

    /** Changes the password: `POST /auth/v1/user/sudo`, `PATCH /auth/v1/user/password`. @throws CloudbaseError */
    async updatePassword(new_password: string, oldPassword: string): Promise<void> {
      requireFields({ new_password, oldPassword }, 'new_password', 'oldPassword')
      const { sudo_token } = await client.call(api.sudo, { password: oldPassword })
      await client.call(api.setPassword, { new_password, sudo_token })
    },

    /** Changes the user: `POST /auth/v1/user/basic/edit`. @throws CloudbaseError */
    async editUser(changes: UserEdit): Promise<void> {
      await client.call(api.editUser, changes)
    },
  }
}
