import {
  captchaPicture,
  type CaptchaQuestion,
  type CaptchaService,
} from '../../../services/captcha/captcha.ts'
import type { Clock } from '../../../services/clock.ts'
import type { CaptchaToken as WireCaptchaToken } from '../../../services/http/wire.ts'
import { Secret } from '../../../services/secret.ts'
import type { CaptchaToken, OpenURIWithCallback } from '../adapters.ts'
import type { CaptchaControls } from '../client.ts'
import { CloudbaseError } from '../errors.ts'
import { importInTime } from '../lazyMethods.ts'
import type { CaptchaDialog } from './captchaDialog.ts'

/**
 * Creates the captcha service of the compat API: the app's `openURIWithCallback`, if there is one,
 * receives the picture as a URL and returns a captcha token; else the page shows a dialog. The app may
 * have closed its box without an answer, so it is asked again for every call, whichever box is
 * answered counts, and a box without an answer ends when its picture expires.
 *
 * @param getOpener returns the `openURIWithCallback` to use, looked up for each captcha
 */
export function createCaptchaService(
  getOpener: () => OpenURIWithCallback | undefined,
): CaptchaService {
  const boxes = new Set<Promise<CaptchaToken>>()

  /** Waits for the newest box, or for the answer of an older one. */
  async function firstAnswer(box: Promise<CaptchaToken>, expiry: Promise<never>) {
    const older = [...boxes].map((each) => each.catch(() => new Promise<never>(() => undefined)))
    boxes.add(box)
    return Promise.race([box, ...older, expiry])
  }

  return {
    ...captchaPicture,
    get asksItself() {
      return !!getOpener()
    },
    async create(purpose, context) {
      const question = await captchaPicture.create(purpose, context)
      const open = getOpener()
      if (!open && typeof document !== 'undefined') {
        await importDialog()
        return question
      }
      if (!open) throw noDialog()
      const token = encodeURIComponent(question.token!.reveal())
      const url = `${question.image}?state=${encodeURIComponent(purpose)}&token=${token}`
      const { signal } = context
      const settled = new AbortController()
      signal.addEventListener('abort', () => settled.abort())
      try {
        const expiry = failAtExpiry(question, context.clock, settled.signal)
        return { solved: toToken(await firstAnswer(Promise.resolve(open(url)), expiry)) }
      } catch (thrown) {
        throw toDialogError(thrown)
      } finally {
        settled.abort()
        // An aborted question was asked again, and its box may still be answered.
        if (!signal.aborted) boxes.clear()
      }
    },
  }
}

/** Seconds that a picture lives when the server does not say. */
const PICTURE_LIFETIME = 300

async function failAtExpiry(
  { expires_in = PICTURE_LIFETIME }: CaptchaQuestion,
  clock: Clock,
  signal: AbortSignal,
): Promise<never> {
  await clock.until(clock.now() + expires_in * 1000, signal)
  throw new CloudbaseError('captcha_expired', { operation: 'captcha' })
}

/** Imports the dialog in the page. */
const importDialog = () => importInTime(() => import('./captchaDialog.ts'), 'captcha')

/** Shows the questions that no `openURIWithCallback` has answered in a dialog in the page. */
export function showCaptchaDialog(captcha: CaptchaControls, language: string): void {
  let dialog: Promise<CaptchaDialog> | undefined

  async function show() {
    dialog ??= importDialog().then(({ createCaptchaDialog }) =>
      createCaptchaDialog({ language, ...captcha }),
    )
    const { show } = await dialog
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
