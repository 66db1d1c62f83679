import type { EndpointGroup } from '../http/route.ts'

/**
 * Creates the endpoints for captcha pictures.
 *
 * @param core The server's core.
 * @returns The routes.
 * @see `POST /auth/v1/captcha/data`
 * @see `POST /auth/v1/captcha/data/verify`
 */
export const captcha: EndpointGroup = (core) => [
  {
    method: 'POST',
    path: '/auth/v1/captcha/data',
    access: 'client',
    isCaptchaFree: true,
    handle: ({ body }) => {
      body.text('state')
      body.text('redirect_uri')
      const { data, token } = core.captchas.create()
      return { data, type: 'image', token, expires_in: core.config().captchaSeconds }
    },
  },
  {
    method: 'POST',
    path: '/auth/v1/captcha/data/verify',
    access: 'client',
    isCaptchaFree: true,
    handle: ({ body }) => ({
      captcha_token: core.captchas.solve(body.requireText('token'), body.requireText('key')),
      expires_in: core.config().captchaTokenSeconds,
    }),
  },
]
