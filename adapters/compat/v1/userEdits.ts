import * as api from '../../../services/http/endpoints.ts'
import { requireFields } from '../checks.ts'
import type { CompatClient } from '../client.ts'
import type { UserEdit } from '../types.ts'

/** Creates the requests behind the methods of `User` that come from SDK 1.x. */
export function createUserEdits(client: CompatClient) {
  return {
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
