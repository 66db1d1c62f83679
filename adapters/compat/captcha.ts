import { captchaPicture, type CaptchaService } from '../../services/captcha/captcha.ts'
import { Secret } from '../../services/secret.ts'
import type { CaptchaToken as WireCaptchaToken } from '../../services/http/wire.ts'
import type { CaptchaToken, OpenURIWithCallback } from './adapters.ts'
import type { CaptchaDialog } from './captchaDialog.ts'
import type { Door } from './client.ts'
import { CloudbaseError } from './errors.ts'

/**
 * By picture, shown through the app's adapter where it has one: the picture goes to it as a URL,
 * and it comes back with a token it has already earned.
 *
 * @param ask the adapter's way to ask, looked up anew for each question
 */
export const captchaThrough = (ask: () => OpenURIWithCallback | undefined): CaptchaService => ({
  ...captchaPicture,
  async create(purpose, means) {
    const question = await captchaPicture.create(purpose, means)
    const open = ask()
    if (!open && typeof document !== 'undefined') return question
    if (!open) throw nobodyToAsk()
    const token = encodeURIComponent(question.token!.reveal())
    const url = `${question.image}?state=${encodeURIComponent(purpose)}&token=${token}`
    try {
      return { solved: toToken(await open(url)) }
    } catch (thrown) {
      throw toRefusal(thrown)
    }
  },
})

/** Shows in a dialog of our own what no adapter has taken. */
export function faceCaptcha(door: Door, language: string) {
  const peer = door.captcha()
  let dialog: Promise<CaptchaDialog> | undefined

  const openDialog = () =>
    (dialog ??= import('./captchaDialog.ts').then(({ captchaDialog }) =>
      captchaDialog({
        language,
        answer: (text) => peer.send({ type: 'captcha.answer', text: new Secret(text) }),
        replace: () => peer.send({ type: 'captcha.replace' }),
        cancel: () => peer.send({ type: 'captcha.cancel' }),
      }),
    ))

  async function show() {
    const { show } = await openDialog()
    const state = peer.getSnapshot()
    const { question, error } = state.context
    const isBusy = state.hasTag('busy')
    show(isBusy || state.hasTag('asking') ? { image: question?.image, isBusy, error } : undefined)
  }

  peer.subscribe((state) => {
    if (dialog || state.hasTag('asking')) void show()
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

/** What the adapter says is what callers hear; what says nothing means that the person gave up. */
function toRefusal(thrown: unknown): CloudbaseError {
  const error = CloudbaseError.from(thrown, 'captcha')
  if (error.error !== 'unknown') return error
  const description = thrown instanceof Error ? thrown.message : undefined
  return new CloudbaseError('cancelled', { operation: 'captcha', description, cause: thrown })
}

const nobodyToAsk = () =>
  new CloudbaseError('captcha_required', {
    operation: 'captcha',
    description: 'give app.auth({ captchaOptions: { openURIWithCallback } }) to ask for captchas',
  })
