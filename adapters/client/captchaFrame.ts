import type { Flows } from '../../machines/core/session.ts'
import type { Auth } from './options.ts'

/**
 * Shows a captcha page in a frame inside `container` for as long as the view asks for one
 * (`captchaPage`), and answers with the address it leads back to. The `redirect_uri` must be of
 * this origin, or the frame cannot be read. Closing is the app's: send `captcha.cancel`.
 *
 * @returns how to stop watching; removes the frame
 */
export function captchaFrame<F extends Flows>(
  auth: Pick<Auth<F>, 'subscribe' | 'send'>,
  container: HTMLElement,
  { title = '图形验证 Captcha' } = {},
): () => void {
  let frame: HTMLIFrameElement | undefined
  const close = () => {
    frame?.remove()
    frame = undefined
  }
  const unsubscribe = auth.subscribe(({ captcha }) => {
    if (frame?.src === captcha?.url) return
    close()
    if (!captcha?.url) return
    frame = document.createElement('iframe')
    frame.title = title
    frame.src = captcha.url
    frame.addEventListener('load', answer)
    container.append(frame)
  })

  function answer(this: HTMLIFrameElement) {
    const address = addressOf(this)
    if (address?.startsWith('http')) auth.send({ type: 'captcha.answer', text: address })
  }

  return () => {
    unsubscribe()
    close()
  }
}

/** Undefined while the frame is on the captcha's own origin. */
function addressOf(frame: HTMLIFrameElement): string | undefined {
  try {
    return frame.contentWindow?.location.href
  } catch {
    return undefined
  }
}
