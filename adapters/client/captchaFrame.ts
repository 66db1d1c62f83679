import type { Flows } from '../../machines/core/session.ts'
import type { Auth } from './options.ts'

/**
 * Shows the captcha page of the view (see `captchaPage`) in a frame, and sends the URL it redirects to
 * as the answer. To close the frame without an answer, send `captcha.cancel`. The frame is sandboxed:
 * its pages can neither navigate this one nor open windows.
 *
 * @param auth a client whose `captcha` option is `captchaPage({ redirect_uri })`, with a
 *   `redirect_uri` of this origin: the URL of a frame of another origin cannot be read
 * @param container the element that receives the frame
 * @param options settings of the frame
 * @param options.title the accessible name of the frame
 * @returns a function that unsubscribes and removes the frame
 * @example
 *   const captcha = captchaPage({ redirect_uri: `${location.origin}/captcha` })
 *   const auth = createAuth({ env: 'my-env', flows: { signIn }, captcha })
 *   const dispose = captchaFrame(auth, document.querySelector('#captcha')!)
 */
export function captchaFrame<F extends Flows>(
  auth: Pick<Auth<F>, 'subscribe' | 'send'>,
  container: HTMLElement,
  { title = '图形验证 Captcha' } = {},
): () => void {
  let frame: HTMLIFrameElement | undefined
  // As the server wrote it: `src` is another spelling of the same address.
  let shown: string | undefined
  const close = () => {
    frame?.remove()
    frame = undefined
  }
  const unsubscribe = auth.subscribe(({ captcha }) => {
    if (shown === captcha?.url) return
    close()
    shown = captcha?.url
    if (!shown) return
    frame = document.createElement('iframe')
    frame.title = title
    // The page needs its own origin for its requests, and this one to be read at `redirect_uri`.
    frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-same-origin')
    frame.src = shown
    frame.addEventListener('load', onLoad)
    container.append(frame)
  })

  function onLoad(this: HTMLIFrameElement) {
    const url = readUrl(this)
    if (url?.startsWith('http')) auth.send({ type: 'captcha.answer', text: url })
  }

  return () => {
    unsubscribe()
    close()
  }
}

/** Returns the frame's URL, or `undefined` while it shows a page of another origin. */
function readUrl(frame: HTMLIFrameElement): string | undefined {
  try {
    return frame.contentWindow?.location.href
  } catch {
    return undefined
  }
}
