import { AuthError } from '../error.ts'
import { initCaptcha } from '../http/endpoints.ts'
import { maskContacts } from '../http/maskContacts.ts'
import { queryOf } from '../http/query.ts'
import { destinationOf, isHttpUrl } from '../platform/destination.ts'
import { Secret } from '../secret.ts'
import type { CaptchaService } from './captcha.ts'

/**
 * Asks for a captcha by a page of the server, which comes back to `redirect_uri` with `state`,
 * `captcha_token` and `expires_in`, or with `error` and `error_description`. The answer of the
 * captcha is that whole URL.
 *
 * @param redirect_uri the URL the page comes back to; in a web page, of the origin of the app
 * @throws AuthError, from `verify`: `foreign_callback` for the URL of another captcha, else the code
 *   of the page
 * @see `POST /v1/captcha/init`
 * @example createAuth({ env, flows, captcha: captchaPage({ redirect_uri: `${location.origin}/captcha` }) })
 */
export const captchaPage = ({ redirect_uri }: { redirect_uri: string }): CaptchaService => ({
  async create(_purpose, { call, nonce, signal }) {
    destinationOf({ redirect_uri })
    const state = nonce()
    const request = { redirect_uri, state }
    const { url, captcha_token, expires_in } = await call(initCaptcha, request, { signal })
    if (captcha_token) return { solved: { captcha_token, expires_in } }
    if (url && isHttpUrl(url)) return { url, state, expires_in }
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
    const description = params?.get('error_description')
    // A description next to a token could repeat the token.
    if (token || !error || !/^\w{1,64}$/.test(error)) throw malformed('captcha_token')
    throw new AuthError(error, {
      operation: 'verifyCaptcha',
      description: description && maskContacts(description),
    })
  },
})

function malformed(field: string): AuthError {
  return new AuthError('invalid_response', {
    operation: 'initCaptcha',
    description: `${field} is missing or malformed`,
  })
}
