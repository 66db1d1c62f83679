import type { Clock } from '../clock.ts'
import type { Caller } from '../http/caller.ts'
import { createCaptcha, verifyCaptcha } from '../http/endpoints.ts'
import type { CaptchaToken } from '../http/wire.ts'
import type { Secret } from '../secret.ts'

/** A captcha to show: a picture to read or a page to open. */
export interface CaptchaQuestion {
  /** The picture as a `data:` URL. */
  image?: string
  /** The page; it is opened in a frame, a window or a webview and leads back to `redirect_uri`. */
  url?: string
  /** The token, when the server required no answer. */
  solved?: CaptchaToken
  /** Identifies the picture. */
  token?: Secret
  /** Identifies the page. */
  state?: string
  /** Seconds until the picture or the page expires. */
  expires_in?: number
}

/** The functions that a client offers to a captcha service. */
export interface CaptchaContext {
  /** Calls an endpoint of the server. */
  call: Caller
  /** Returns 128 random bits as hex digits. */
  nonce(): string
  clock: Clock
  /** Aborted when the captcha is no longer needed. */
  signal: AbortSignal
}

/** A way to ask for a captcha and to trade its answer for a token. */
export interface CaptchaService {
  /**
   * Whether `create` itself waits for the answer of the user, who may have closed what it shows: it is
   * then called again for every call that needs a captcha meanwhile.
   */
  readonly asksItself?: boolean
  /**
   * Asks for a captcha.
   *
   * @param purpose what it is for: `METHOD:/v1/path`
   */
  create(purpose: string, context: CaptchaContext): Promise<CaptchaQuestion>
  /**
   * Trades an answer for a captcha token.
   *
   * @param answer the characters of the picture, or the URL the page came back to
   */
  verify(question: CaptchaQuestion, answer: Secret, context: CaptchaContext): Promise<CaptchaToken>
}

/**
 * Asks for a captcha by a picture; the default of `createAuth`.
 *
 * @see `POST /v1/captcha/data` and `POST /v1/captcha/data/verify`
 */
export const captchaPicture: CaptchaService = {
  async create(state, { call, signal }) {
    const request = { state, redirect_uri: '' }
    const { data, token, expires_in } = await call(createCaptcha, request, { signal })
    return { image: data, token, expires_in }
  },
  verify: ({ token }, key, { call, signal }) =>
    call(verifyCaptcha, { token: token!, key }, { signal }),
}
