import type { Credentials, UserInfo, UserProvider } from '../types.ts'

/** The user in the form of SDK 3.x. */
export interface AuthUser {
  /** The uid. */
  id: string
  aud: string
  role: string[]
  email: string
  email_confirmed_at?: string
  phone: string
  phone_confirmed_at?: string
  confirmed_at?: string
  created_at?: string
  app_metadata: { provider: string; providers: string[] }
  user_metadata: {
    uid?: string
    name?: string
    nickName?: string
    username?: string
    gender?: string
    picture?: string
    avatarUrl?: string
    locale?: string
    hasPassword: boolean
    open_id?: string
  }
  identities: AuthIdentity[]
  is_anonymous: boolean
}

/** A third-party identity in the form of SDK 3.x. */
export interface AuthIdentity {
  id: string
  identity_id: string
  user_id: string
  provider: string
  created_at?: string
  identity_data: { provider_id?: string; provider_user_id?: string; name?: string }
}

/** The session in the form of SDK 3.x. */
export interface AuthSession extends Credentials {
  user: AuthUser
}

/** The user and the session. */
export interface SignedIn {
  user: AuthUser
  session: AuthSession
}

/**
 * Converts a user to the form of SDK 3.x.
 *
 * @param scope the scope of the session; `anonymous` for an anonymous user
 */
export function toAuthUser(info: UserInfo, scope?: string | null): AuthUser {
  const { sub = '', name, username, gender, picture, locale, created_at } = info
  const provider = info.loginType?.toLowerCase() ?? 'cloudbase'
  const { email = '', phone_number: phone = '', groups = [], providers = [] } = info
  return {
    id: sub,
    aud: 'authenticated',
    role: (groups as (string | { id: string })[]).map((group) =>
      typeof group === 'string' ? group : group.id,
    ),
    email,
    email_confirmed_at: info.email_verified ? created_at : undefined,
    phone,
    phone_confirmed_at: phone ? created_at : undefined,
    confirmed_at: created_at,
    created_at,
    app_metadata: { provider, providers: [provider] },
    user_metadata: {
      uid: sub,
      name,
      nickName: name,
      username,
      gender,
      picture,
      avatarUrl: picture,
      locale,
      hasPassword: !!info.hasPassword,
      open_id: info.open_id,
    },
    identities: (providers as UserProvider[]).map((provider) => ({
      ...toIdentity(provider, sub),
      created_at,
    })),
    is_anonymous: scope === 'anonymous',
  }
}

function toIdentity({ id = '', provider_user_id, name }: UserProvider, user_id: string) {
  const identity_data = { provider_id: id, provider_user_id, name }
  return { id, identity_id: id, user_id, provider: id, identity_data }
}
