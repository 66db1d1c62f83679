import type { User, UserInfo, UserProvider, UserUpdate } from './types.ts'

/** The requests behind the methods of `User`. */
export interface UserActions {
  update(userInfo: UserUpdate): Promise<UserInfo>
  refresh(): Promise<UserInfo>
}

/**
 * Creates the current user as a plain object, so that any UI library can observe it; its methods are
 * inherited.
 */
export function toUser(info: UserInfo, actions: UserActions): User {
  const methods = {
    async update(userInfo: UserUpdate) {
      assign(await actions.update(userInfo))
    },
    async refresh() {
      const fresh = await actions.refresh()
      assign(fresh)
      return fresh
    },
  }
  const user = Object.create(methods) as User
  assign(info)
  return user

  function assign(info: UserInfo) {
    for (const name of Object.keys(user)) delete user[name as keyof User]
    Object.assign(user, info, {
      emailVerified: info.email_verified,
      phoneNumber: info.phone_number,
      providers: (info.providers as UserProvider[] | undefined)?.map((provider) => ({
        ...provider,
        providerUserId: provider.provider_user_id,
      })),
    })
  }
}
