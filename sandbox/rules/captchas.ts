import { alphabet } from '../captcha/glyphs.ts'
import { drawPicture } from '../captcha/picture.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, isSame, newToken, randomText } from '../secret.ts'
import type { State } from '../state.ts'

/** A captcha picture. */
export interface CaptchaData {
  /** A `data:` URL. */
  data: string
  /** Identifies the picture. */
  token: string
}

/** Draws captcha pictures and exchanges correct answers for captcha tokens. */
export interface Captchas {
  /** Draws a new picture. */
  create(): CaptchaData
  /**
   * Exchanges an answer for a captcha token.
   *
   * @throws ApiError `invalid_argument` for a wrong answer, because the official client opens a
   *   second picture over the first on `captcha_invalid`.
   */
  solve(pictureToken: string, answer: string): string
  /** Returns the text of a picture. Default: of the newest one that is not solved. */
  answer(pictureToken?: string): string | undefined
  /**
   * Redeems a captcha token, which works once.
   *
   * @throws ApiError `captcha_required` without a token, `captcha_invalid` for an invalid one.
   */
  redeem(captchaToken: string | undefined): void
}

/**
 * Creates captchas that are stored in the state.
 *
 * @param state The server's state.
 * @param clock The server's clock.
 * @param config Returns the current settings.
 * @returns The captchas.
 */
export function createCaptchas(state: State, clock: Clock, config: () => Config): Captchas {
  return {
    create() {
      const answer = randomText(alphabet, config().captchaLength)
      const token = newToken('p.')
      const expiresAt = clock.now() + config().captchaSeconds * 1000
      state.pictures.set(token, { answer, wrongTries: 0, expiresAt })
      return { data: drawPicture(answer), token }
    },
    solve(pictureToken, answer) {
      const picture = state.pictures.get(pictureToken)
      if (!picture || picture.expiresAt <= clock.now()) {
        throw new ApiError('invalid_argument', 'The picture has expired')
      }
      if (!isSame(picture.answer, answer.trim().toUpperCase())) {
        picture.wrongTries += 1
        if (picture.wrongTries >= config().captchaTries) state.pictures.delete(pictureToken)
        throw new ApiError('invalid_argument', 'The characters do not match the picture')
      }
      state.pictures.delete(pictureToken)
      const token = newToken('c.')
      const expiresAt = clock.now() + config().captchaTokenSeconds * 1000
      state.captchaTokens.set(digest(token), { expiresAt })
      return token
    },
    answer(pictureToken = [...state.pictures.keys()].at(-1)) {
      return state.pictures.get(pictureToken ?? '')?.answer
    },
    redeem(captchaToken) {
      if (captchaToken === undefined) throw new ApiError('captcha_required')
      const key = digest(captchaToken)
      const token = state.captchaTokens.get(key)
      state.captchaTokens.delete(key)
      if (!token || token.expiresAt <= clock.now()) throw new ApiError('captcha_invalid')
    },
  }
}
