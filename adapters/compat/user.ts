import type { User, UserEdit, UserInfo, UserProvider, UserUpdate } from './types.ts'

/** The requests behind the methods of `User`. */
export interface UserActions {
  update(userInfo: UserUpdate): Promise<UserInfo>
  refresh(): Promise<UserInfo>
  updatePassword(newPassword: string, oldPassword: string): Promise<void>
  editUser(changes: UserEdit): Promise<void>
}

/**
 * Creates the current user as a plain object, so that any UI library can observe it; its methods are
 * inherited. A method called on a reactive proxy changes the fields through that proxy.
 */
export function toUser(info: UserInfo, actions: UserActions): User {
  const methods: ThisType<User> & Pick<User, Methods> = {
    async update(userInfo) {
      assign(this, await actions.update(userInfo))
    },
    async refresh() {
      const fresh = await actions.refresh()
      assign(this, fresh)
      return fresh
    },
    updatePassword: async (newPassword, oldPassword) =>
      actions.updatePassword(newPassword, oldPassword),
    async updateUsername(username) {
      await this.update({ username })
    },
    async updateEmail(email) {
      await this.updateUserBasicInfo({ email })
    },
    async updateUserBasicInfo(changes) {
      await actions.editUser(changes)
      await this.refresh()
    },
  }
  const user = Object.create(methods) as User
  assign(user, info)
  return user
}

type Methods =
  'update' | 'refresh' | 'updatePassword' | 'updateUsername' | 'updateEmail' | 'updateUserBasicInfo'

function assign(user: User, info: UserInfo) {
  const fields = {
    ...info,
    emailVerified: info.email_verified,
    phoneNumber: info.phone_number,
    providers: (info.providers as UserProvider[] | undefined)?.map((provider) => ({
      ...provider,
      providerUserId: provider.provider_user_id,
    })),
  }
  for (const name of Object.keys(user)) if (!(name in fields)) delete user[name as keyof User]
  Object.assign(user, fields)
}
