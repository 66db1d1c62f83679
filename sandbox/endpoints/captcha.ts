import type { Topic } from '../http/route.ts'

/** `POST /auth/v1/captcha/data` and `/auth/v1/captcha/data/verify`. */
export const captcha: Topic = (core) => [
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
      captcha_token: core.captchas.solve(body.need('token'), body.need('key')),
      expires_in: core.config().captchaTokenSeconds,
    }),
  },
]
