import { alphabet } from '../captcha/glyphs.ts'
import { drawPicture } from '../captcha/picture.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../error.ts'
import { digest, isSame, newToken, randomText } from '../secret.ts'
import type { State } from '../state.ts'

/** A picture to be read by a person. */
export interface CaptchaData {
  /** A `data:` URL. */
  data: string
  token: string
}

/** Shows pictures and trades right answers for captcha tokens. */
export interface Captchas {
  create(): CaptchaData
  /**
   * Trades an answer for a captcha token. A wrong one is `invalid_argument`: at `captcha_invalid`
   * the official client would open a second picture on top of the first.
   */
  solve(pictureToken: string, answer: string): string
  /** What a picture says, for tests. */
  answer(pictureToken: string): string | undefined
  /** Spends a captcha token; none is `captcha_required`, a bad one `captcha_invalid`. */
  redeem(captchaToken: string | undefined): void
}

/** Keeps pictures and captcha tokens in `state`. */
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
    answer: (pictureToken) => state.pictures.get(pictureToken)?.answer,
    redeem(captchaToken) {
      if (captchaToken === undefined) throw new ApiError('captcha_required')
      const key = digest(captchaToken)
      const token = state.captchaTokens.get(key)
      state.captchaTokens.delete(key)
      if (!token || token.expiresAt <= clock.now()) throw new ApiError('captcha_invalid')
    },
  }
}
