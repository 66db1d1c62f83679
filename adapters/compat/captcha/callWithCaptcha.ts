import { type ActorRefFrom, waitFor } from 'xstate'
import type { CaptchaMachine } from '../../../machines/core/captcha.ts'
import type { Endpoint } from '../../../services/http/endpoint.ts'
import type { Secret } from '../../../services/secret.ts'
import { orderOf } from '../../../services/system.ts'
import { CloudbaseError } from '../errors.ts'

/** An endpoint that names what sends its requests. */
type SentEndpoint<Input, Output> = Endpoint<Input, Output> & { fetch: typeof globalThis.fetch }

/**
 * Asks for a captcha, then makes a call with its token.
 *
 * @param call makes the call to the endpoint that it is given
 * @throws CloudbaseError `cancelled` when the user gives no answer
 */
export async function callWithCaptcha<Input, Output, Result>(
  captcha: ActorRefFrom<CaptchaMachine>,
  endpoint: SentEndpoint<Input, Output>,
  call: (endpoint: Endpoint<Input, Output>) => Promise<Result>,
): Promise<Result> {
  const purpose = `${endpoint.method}:${endpoint.path}`
  captcha.send({ type: 'captcha.require', purpose, order: orderOf(captcha.system) })
  const { context } = await waitFor(captcha, (state) => state.hasTag('settled'))
  const { token, error } = context
  if (!token) throw CloudbaseError.from(error)
  // Browsers refuse a `fetch` that is called as a method of anything but the window.
  const { fetch: send } = endpoint
  const fetch: typeof send = (input, init) => send(withToken(input as string, token), init)
  const result = await call({ ...endpoint, fetch })
  captcha.send({ type: 'captcha.accept', token })
  return result
}

/** Adds a captcha token to a URL without one. */
function withToken(url: string, token: Secret): string {
  if (url.includes('captcha_token=')) return url
  return `${url}${url.includes('?') ? '&' : '?'}captcha_token=${encodeURIComponent(token.reveal())}`
}
