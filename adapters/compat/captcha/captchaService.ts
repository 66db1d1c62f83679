import { captchaPicture, type CaptchaService } from '../../../services/captcha/captcha.ts'
import type { Clock } from '../../../services/clock.ts'
import { createCaptcha } from '../../../services/http/endpoints.ts'
import type { CaptchaToken as WireCaptchaToken } from '../../../services/http/wire.ts'
import { Secret } from '../../../services/secret.ts'
import type { CaptchaToken, OpenURIWithCallback } from '../adapters.ts'
import type { CaptchaControls } from '../client.ts'
import { CloudbaseError } from '../errors.ts'
import type { CaptchaDialog } from './captchaDialog.ts'

/** Seconds for which a picture is valid where the server does not say it. */
const PICTURE_SECONDS = 300

const AGAIN = Symbol('again')

/** The captcha service of the compat API. */
export interface CompatCaptcha extends CaptchaService {
  /** Asks the app for the open captcha once more, because the user may have closed its box. */
  askAgain(): void
}

/**
 * Creates the captcha service of the compat API: the app's `openURIWithCallback`, if there is one,
 * receives the picture as a URL and returns a captcha token; else the page shows a dialog. An app
 * that never answers ends the question when its picture expires.
 *
 * @param getOpener returns the `openURIWithCallback` to use, looked up for each captcha
 */
export function createCaptchaService(
  getOpener: () => OpenURIWithCallback | undefined,
  clock: Clock,
): CompatCaptcha {
  let askAgain = () => {}

  return {
    ...captchaPicture,
    askAgain: () => askAgain(),
    async create(purpose, means) {
      const open = getOpener()
      if (!open) {
        if (typeof document !== 'undefined') return captchaPicture.create(purpose, means)
        throw noDialog()
      }
      const question = new AbortController()
      means.signal.addEventListener('abort', () => question.abort())
      /** The boxes that the app has opened for this question; an earlier one can still answer. */
      const boxes: Promise<CaptchaToken>[] = []
      try {
        for (;;) {
          const {
            data,
            token,
            expires_in = PICTURE_SECONDS,
          } = await means.call(
            createCaptcha,
            { state: purpose, redirect_uri: '' },
            { signal: means.signal },
          )
          const id = encodeURIComponent(token.reveal())
          const url = `${data}?state=${encodeURIComponent(purpose)}&token=${id}`
          boxes.unshift(Promise.resolve(open(url)))
          const again = new Promise<typeof AGAIN>((resolve) => (askAgain = () => resolve(AGAIN)))
          const expiry = clock.until(clock.now() + expires_in * 1000, question.signal).then(() => {
            throw unanswered()
          })
          const answer = await Promise.race([...boxes.map(toAnswer), again, expiry])
          if (answer !== AGAIN) return { solved: toToken(answer) }
        }
      } catch (thrown) {
        throw toDialogError(thrown)
      } finally {
        question.abort()
        askAgain = () => {}
      }
    },
  }
}

/** Of the boxes, newest first, only the newest one can fail. */
const toAnswer = (box: Promise<CaptchaToken>, age: number) =>
  age === 0 ? box : box.catch(() => new Promise<never>(() => {}))

/** Shows the questions that no `openURIWithCallback` has answered in a dialog in the page. */
export function showCaptchaDialog(captcha: CaptchaControls, language: string): void {
  let dialog: Promise<CaptchaDialog> | undefined

  const importDialog = () =>
    (dialog ??= import('./captchaDialog.ts').then(({ createCaptchaDialog }) =>
      createCaptchaDialog({ language, ...captcha }),
    ))

  async function show() {
    const { show } = await importDialog()
    show(captcha.get())
  }

  captcha.subscribe(() => {
    if (dialog || captcha.get()?.isBusy === false) void show()
  })
}

function toToken({ captcha_token, expires_in }: CaptchaToken): WireCaptchaToken {
  if (typeof captcha_token !== 'string' || !captcha_token) {
    throw new CloudbaseError('captcha_invalid', {
      description: 'openURIWithCallback must answer { captcha_token, expires_in }',
    })
  }
  const seconds = Number(expires_in) > 0 ? Number(expires_in) : 0
  return { captcha_token: new Secret(captcha_token), expires_in: seconds }
}

/** Passes on an error with a code; any other means that the user has closed the dialog. */
function toDialogError(thrown: unknown): CloudbaseError {
  const error = CloudbaseError.from(thrown, 'captcha')
  if (error.error !== 'unknown') return error
  const description = thrown instanceof Error ? thrown.message : undefined
  return new CloudbaseError('cancelled', { operation: 'captcha', description, cause: thrown })
}

const noDialog = () =>
  new CloudbaseError('captcha_required', {
    operation: 'captcha',
    description: 'give app.auth({ captchaOptions: { openURIWithCallback } }) to ask for captchas',
  })

const unanswered = () =>
  new CloudbaseError('deadline_exceeded', {
    operation: 'captcha',
    description: 'openURIWithCallback has not answered before the captcha expired',
  })
