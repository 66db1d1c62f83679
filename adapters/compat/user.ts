import type { User, UserInfo, UserProvider, UserUpdate } from './types.ts'

/** What a user can do about themselves. */
export interface UserActions {
  update(userInfo: UserUpdate): Promise<UserInfo>
  refresh(): Promise<UserInfo>
}

/** The current user as a plain object, so that any UI can watch it; its methods are inherited. */
export function toUser(info: UserInfo, actions: UserActions): User {
  const methods = {
    async update(userInfo: UserUpdate) {
      show(await actions.update(userInfo))
    },
    async refresh() {
      const fresh = await actions.refresh()
      show(fresh)
      return fresh
    },
  }
  const user = Object.create(methods) as User
  show(info)
  return user

  function show(info: UserInfo) {
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
