import type { Caller } from '../http/caller.ts'
import { createCaptcha, verifyCaptcha } from '../http/endpoints.ts'
import type { Secret } from '../secret.ts'
import type { CaptchaToken } from '../http/wire.ts'

/** What a person is shown: a picture to read, or a page to visit. */
export interface CaptchaQuestion {
  /** A `data:` URL. */
  image?: string
  /** Opened in a frame, a window or a webview; it leads back to the `redirect_uri`. */
  url?: string
  /** The server asked for nothing and gave a token at once. */
  solved?: CaptchaToken
  /** Names the picture. */
  token?: Secret
  /** Names the visit. */
  state?: string
}

/** What an instance lends a captcha service. */
export interface CaptchaMeans {
  call: Caller
  /** 128 random bits as hex. */
  nonce(): string
  signal: AbortSignal
}

/** One way to ask a person whether they are one. */
export interface CaptchaService {
  /** @param purpose what it is for: `METHOD:/v1/path` */
  create(purpose: string, means: CaptchaMeans): Promise<CaptchaQuestion>
  /** @param answer the text of the picture, or the address the page came back to */
  verify(question: CaptchaQuestion, answer: Secret, means: CaptchaMeans): Promise<CaptchaToken>
}

/** By picture: `POST captcha/data` and `POST captcha/data/verify`. */
export const captchaPicture: CaptchaService = {
  async create(state, { call, signal }) {
    const { data, token } = await call(createCaptcha, { state, redirect_uri: '' }, { signal })
    return { image: data, token }
  },
  verify: ({ token }, key, { call, signal }) =>
    call(verifyCaptcha, { token: token!, key }, { signal }),
}
