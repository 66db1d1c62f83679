import type { Secret } from '../../secret.ts'

/** Asks for a captcha. */
export interface CaptchaRequest {
  /** The purpose `METHOD:/v1/path` of a picture; of a page the `state` that it returns. */
  state: string
  redirect_uri?: string
}

/** A captcha to read from a picture. */
export interface CaptchaPicture {
  /** The picture as a `data:` URL. */
  data: string
  /** Identifies the picture when the answer is sent. */
  token: Secret
  /** Seconds until the picture expires. */
  expires_in?: number
}

/** The answer to a picture. */
export interface CaptchaAnswer {
  /** The token of the picture. */
  token: Secret
  /** The characters the user read. */
  key: Secret
}

/** The proof of a solved captcha. */
export interface CaptchaToken {
  captcha_token: Secret
  /** Seconds until the token expires. */
  expires_in: number
}

/** A page that shows the captcha, or at once the token. */
export interface CaptchaPage {
  url?: string
  captcha_token?: Secret
  /** Seconds until the page or the token expires. */
  expires_in: number
}
