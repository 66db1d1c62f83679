import { isHttpUrl } from '../platform/destination.ts'
import type { CaptchaService } from './captcha.ts'
import { initCaptcha } from '../http/endpoints.ts'
import { AuthError } from '../error.ts'
import { queryOf } from '../http/query.ts'
import { Secret } from '../secret.ts'

/**
 * By page: `POST captcha/init` answers a page to visit, or a token at once. The page leads back to
 * `redirect_uri` with `state`, `captcha_token` and `expires_in`, or with `error` and
 * `error_description`; that whole address is the answer.
 */
export const captchaPage = ({ redirect_uri }: { redirect_uri: string }): CaptchaService => ({
  async create(_purpose, { call, nonce, signal }) {
    const state = nonce()
    const { url, captcha_token, expires_in } = await call(
      initCaptcha,
      { redirect_uri, state },
      { signal },
    )
    if (captcha_token) return { solved: { captcha_token, expires_in } }
    if (url && isHttpUrl(url)) return { url, state }
    throw malformed('url')
  },
  async verify({ state }, answer) {
    const params = queryOf(answer.reveal())
    if (params?.get('state') !== state) {
      throw new AuthError('foreign_callback', { operation: 'verifyCaptcha' })
    }
    const token = params?.get('captcha_token')
    const expires_in = Number(params?.get('expires_in'))
    if (token && expires_in > 0) return { captcha_token: new Secret(token), expires_in }
    const error = params?.get('error')
    // What is said beside a token might repeat it.
    if (token || !error || !/^\w{1,64}$/.test(error)) throw malformed('captcha_token')
    throw new AuthError(error, {
      operation: 'verifyCaptcha',
      description: params?.get('error_description')?.slice(0, 300),
    })
  },
})

const malformed = (field: string) =>
  new AuthError('invalid_response', {
    operation: 'initCaptcha',
    description: `${field} is missing or malformed`,
  })
