import { ApiError } from '../error.ts'
import type { Route, EndpointGroup } from '../http/route.ts'
import { parseSignOutUri, toRedirect } from '../http/redirect.ts'

/**
 * Creates the endpoints that refresh tokens and end sessions.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/token` (RFC 6749, section 6)
 * @see `POST /auth/v2/token`
 * @see `POST /auth/v1/revoke` (RFC 7009)
 * @see `POST /auth/v1/user/signout`
 */
export const tokens: EndpointGroup = (core) => [
  ...['v1', 'v2'].map((version): Route => ({
    method: 'POST',
    path: `/auth/${version}/token`,
    access: 'client',
    isCaptchaFree: true,
    handle: ({ body, issuer }) => {
      if (body.requireText('grant_type') !== 'refresh_token') {
        throw new ApiError('invalid_argument', 'grant_type must be refresh_token')
      }
      return core.sessions.refresh(body.requireText('refresh_token'), issuer)
    },
  })),
  {
    method: 'POST',
    path: '/auth/v1/revoke',
    access: 'client',
    isCaptchaFree: true,
    handle: async ({ body }) => {
      await core.sessions.revoke(body.requireText('token'))
      return {}
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/user/signout',
    access: 'bearer',
    handle: ({ body, issuer, requireBearer }) => {
      const redirectUri = body.text('redirect_uri')
      const state = body.text('state')
      const target =
        redirectUri &&
        toRedirect(
          parseSignOutUri(redirectUri, core.config(), issuer.origin).href,
          state === undefined ? {} : { state },
        )
      requireBearer().session.ended = 'revoked'
      return target ? { redirect_uri: target } : {}
    },
  },
]
