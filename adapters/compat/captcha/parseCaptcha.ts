import { paramsOf } from '../../../services/http/query.ts'

/** The parts of the URL that `openURIWithCallback` receives. */
export interface ParsedCaptcha {
  /** The picture, as a `data:` URL. */
  captchaData: string
  /** What the captcha is for; `auth.createCaptchaData` takes it to create another picture. */
  state: string
  /** The id of the picture for `auth.verifyCaptchaData`. */
  token: string
  error?: undefined
}

/** The result for a malformed URL: `parseCaptcha` does not throw. */
export interface UnparsedCaptcha {
  error: 'invalid_argument' | 'unimplemented'
  error_description: string
  captchaData?: undefined
  state?: undefined
  token?: undefined
}

/** Parses a captcha URL: `data:image/gif;base64,…?state=…&token=…`. */
export function parseCaptcha(url: string): ParsedCaptcha | UnparsedCaptcha {
  if (!url.startsWith('data:')) {
    return { error: 'unimplemented', error_description: 'only data: URLs hold a captcha picture' }
  }
  const [, captchaData = url, query = ''] = /^(.*)\?([^?]*)$/s.exec(url) ?? []
  const params = paramsOf(query)
  const token = params.get('token')
  if (token) return { captchaData, state: params.get('state') ?? '', token }
  return { error: 'invalid_argument', error_description: 'the captcha URL carries no token' }
}
