import { captchaPicture, type CaptchaService } from '../../../services/captcha/captcha.ts'
import type { Clock } from '../../../services/clock.ts'
import type { OpenURIWithCallback } from '../adapters.ts'
import type { CaptchaControls } from '../client.ts'
import { CloudbaseError } from '../errors.ts'
import type { AppQuestion } from './appQuestion.ts'
import type { CaptchaDialog } from './captchaDialog.ts'

/** The captcha service of the compat API. */
export interface CompatCaptcha extends CaptchaService {
  /** Asks the app for the open captcha once more, because the user may have closed its box. */
  askAgain(): void
}

/**
 * Creates the captcha service of the compat API: the app's `openURIWithCallback`, if there is one,
 * receives the picture as a URL and returns a captcha token; else the page shows a dialog.
 *
 * @param getOpener returns the `openURIWithCallback` to use, looked up for each captcha
 */
export function createCaptchaService(
  getOpener: () => OpenURIWithCallback | undefined,
  clock: Clock,
): CompatCaptcha {
  let question: AppQuestion | undefined

  return {
    ...captchaPicture,
    askAgain: () => question?.askAgain(),
    async create(purpose, means) {
      const open = getOpener()
      if (open) {
        const { createAppQuestion } = await import('./appQuestion.ts')
        question = createAppQuestion(open, clock)
        return question.ask(purpose, means)
      }
      if (typeof document !== 'undefined') return captchaPicture.create(purpose, means)
      throw new CloudbaseError('captcha_required', {
        operation: 'captcha',
        description:
          'give app.auth({ captchaOptions: { openURIWithCallback } }) to ask for captchas',
      })
    },
  }
}

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
