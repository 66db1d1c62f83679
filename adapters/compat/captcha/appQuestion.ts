import type { CaptchaContext, CaptchaQuestion } from '../../../services/captcha/captcha.ts'
import type { Clock } from '../../../services/clock.ts'
import { createCaptcha } from '../../../services/http/endpoints.ts'
import type { CaptchaToken as WireCaptchaToken } from '../../../services/http/wire.ts'
import { Secret } from '../../../services/secret.ts'
import type { CaptchaToken, OpenURIWithCallback } from '../adapters.ts'
import { CloudbaseError } from '../errors.ts'

/** Seconds for which a picture is valid where the server does not say it. */
const PICTURE_SECONDS = 300

/** A captcha that the app shows in a box of its own. */
export interface AppQuestion {
  /** Asks the app with a picture. @throws CloudbaseError when the app fails, or does not answer in time */
  ask(purpose: string, context: CaptchaContext): Promise<CaptchaQuestion>
  /** Asks the app with another picture, because the user may have closed its box. */
  askAgain(): void
}

const AGAIN = Symbol('again')

/**
 * Creates a question for the app. It ends when its picture expires.
 *
 * @param open the app's `openURIWithCallback`
 */
export function createAppQuestion(open: OpenURIWithCallback, clock: Clock): AppQuestion {
  const end = new AbortController()
  /** The boxes that the app has opened, newest first; an earlier one can still answer. */
  const boxes: Promise<CaptchaToken>[] = []
  let askAgain = () => {}

  /** Opens a box with a new picture; resolves to the answer of any box. */
  async function openBox(purpose: string, { call, signal }: CaptchaContext) {
    const request = { state: purpose, redirect_uri: '' }
    const {
      data,
      token,
      expires_in = PICTURE_SECONDS,
    } = await call(createCaptcha, request, {
      signal,
    })
    const query = `state=${encodeURIComponent(purpose)}&token=${encodeURIComponent(token.reveal())}`
    boxes.unshift(Promise.resolve(open(`${data}?${query}`)))
    const again = new Promise<typeof AGAIN>((resolve) => (askAgain = () => resolve(AGAIN)))
    const expiry = clock.until(clock.now() + expires_in * 1000, end.signal).then(() => {
      throw unanswered()
    })
    return Promise.race([...boxes.map(toAnswer), again, expiry])
  }

  return {
    askAgain: () => askAgain(),
    async ask(purpose, context) {
      context.signal.addEventListener('abort', () => end.abort())
      try {
        let answer: CaptchaToken | typeof AGAIN = AGAIN
        while (answer === AGAIN) answer = await openBox(purpose, context)
        return { solved: toToken(answer) }
      } catch (thrown) {
        throw toQuestionError(thrown)
      } finally {
        end.abort()
      }
    },
  }
}

/** Only the newest box can fail: an earlier one may have been closed by the app for it. */
const toAnswer = (box: Promise<CaptchaToken>, age: number) =>
  age === 0 ? box : box.catch(() => new Promise<never>(() => {}))

function toToken({ captcha_token, expires_in }: CaptchaToken): WireCaptchaToken {
  if (typeof captcha_token !== 'string' || !captcha_token) {
    throw new CloudbaseError('captcha_invalid', {
      description: 'openURIWithCallback must answer { captcha_token, expires_in }',
    })
  }
  const seconds = Number(expires_in) > 0 ? Number(expires_in) : 0
  return { captcha_token: new Secret(captcha_token), expires_in: seconds }
}

/** Passes on an error with a code; any other means that the user has closed the box. */
function toQuestionError(thrown: unknown): CloudbaseError {
  const error = CloudbaseError.from(thrown, 'captcha')
  if (error.error !== 'unknown') return error
  const description = thrown instanceof Error ? thrown.message : undefined
  return new CloudbaseError('cancelled', { operation: 'captcha', description, cause: thrown })
}

const unanswered = () =>
  new CloudbaseError('deadline_exceeded', {
    operation: 'captcha',
    description: 'openURIWithCallback has not answered before the captcha expired',
  })
