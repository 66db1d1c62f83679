import type { Core } from '../core.ts'
import type { EndpointGroup } from '../http/route.ts'
import { bindIdentity, checkBindable, identitiesOf, unbindIdentity } from '../rules/identities.ts'
import type { User } from '../state.ts'

/**
 * Creates the endpoints that list, bind and unbind identities.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `GET /auth/v1/user/provider`
 * @see `POST /auth/v1/user/provider/bind`
 * @see `DELETE /auth/v1/user/provider/:provider_id`
 */
export const identities: EndpointGroup = (core) => [
  {
    method: 'GET',
    path: '/auth/v1/user/provider',
    access: 'bearer',
    handle: ({ requireBearer }) => {
      const data = list(core, requireBearer().user)
      return { total: data.length, data }
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/user/provider/bind',
    access: 'bearer',
    handle: ({ body, requireRegistered }) => {
      const { user } = requireRegistered()
      const { token, spend } = core.providers.check(body.requireText('provider_token'))
      checkBindable(core.state, token.profile, user)
      spend()
      bindIdentity(core.state, user, token.profile)
      return {}
    },
  },
  {
    method: 'DELETE',
    path: '/auth/v1/user/provider/:provider_id',
    access: 'bearer',
    handle: ({ params, requireRegistered }) => {
      unbindIdentity(requireRegistered().user, params['provider_id'] ?? '')
      return {}
    },
  },
]

/** Lists all configured providers, and bound ones that are no longer configured. */
function list(core: Core, user: User): object[] {
  const { providers } = core.config()
  const bound = new Map(identitiesOf(user).map((each) => [each.provider_id, each]))
  return [...new Set([...Object.keys(providers), ...bound.keys()])].map((id) => ({
    id,
    name: providers[id]?.name ?? id,
    provider_user_id: bound.get(id)?.sub,
    provider_user_name: bound.get(id)?.name,
    bind: bound.has(id),
  }))
}
