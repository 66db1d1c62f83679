import { ApiError } from '../error.ts'
import type { Route, Topic } from '../http/route.ts'
import { toRedirect } from '../http/redirect.ts'

/** `POST /auth/v1/token` and its twin in v2, `/auth/v1/revoke` and `/auth/v1/user/signout`. */
export const tokens: Topic = (core) => [
  ...['v1', 'v2'].map((version): Route => ({
    method: 'POST',
    path: `/auth/${version}/token`,
    access: 'client',
    isCaptchaFree: true,
    handle: ({ body, issuer }) => {
      if (body.need('grant_type') !== 'refresh_token') {
        throw new ApiError('invalid_argument', 'grant_type must be refresh_token')
      }
      return core.sessions.refresh(body.need('refresh_token'), issuer)
    },
  })),
  {
    method: 'POST',
    path: '/auth/v1/revoke',
    access: 'client',
    isCaptchaFree: true,
    handle: async ({ body }) => {
      await core.sessions.revoke(body.need('token'))
      return {}
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/user/signout',
    access: 'bearer',
    handle: ({ body, needBearer }) => {
      const redirectUri = body.text('redirect_uri')
      const state = body.text('state')
      const target = redirectUri && toRedirect(redirectUri, state === undefined ? {} : { state })
      needBearer().session.ended = 'revoked'
      return target ? { redirect_uri: target } : {}
    },
  },
]
