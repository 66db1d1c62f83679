import type { Core } from '../core.ts'
import type { Topic } from '../http/route.ts'
import { bindIdentity, checkBindable, identitiesOf, unbindIdentity } from '../rules/identities.ts'
import type { User } from '../state.ts'

/** The user's identities at third parties: `user/provider`. */
export const identities: Topic = (core) => [
  {
    method: 'GET',
    path: '/auth/v1/user/provider',
    access: 'bearer',
    handle: ({ needBearer }) => {
      const data = list(core, needBearer().user)
      return { total: data.length, data }
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/user/provider/bind',
    access: 'bearer',
    handle: ({ body, needMember }) => {
      const { user } = needMember()
      const { token, spend } = core.providers.check(body.need('provider_token'))
      checkBindable(core.state, token.profile, user)
      spend()
      bindIdentity(user, token.profile)
      return {}
    },
  },
  {
    method: 'DELETE',
    path: '/auth/v1/user/provider/:provider_id',
    access: 'bearer',
    handle: ({ params, needMember }) => {
      unbindIdentity(needMember().user, params['provider_id'] ?? '')
      return {}
    },
  },
]

/** Every provider there is, and those that are bound though they are there no longer. */
function list(core: Core, user: User): object[] {
  const { providers } = core.config()
  const bound = new Map(identitiesOf(user).map((each) => [each.provider_id, each.name]))
  return [...new Set([...Object.keys(providers), ...bound.keys()])].map((id) => ({
    id,
    name: providers[id]?.name ?? id,
    provider_user_name: bound.get(id),
    bind: bound.has(id),
  }))
}
