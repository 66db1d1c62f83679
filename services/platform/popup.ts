import { AuthError } from '../error.ts'
import { POPUP_PREFIX, STATE_PREFIX } from './stateMark.ts'

// A popup flow needs both, so they are loaded as one chunk.
export { readCallback } from './platform.ts'

const POPUP_TIMEOUT_MS = 10 * 60_000

/** An encrypted callback URL, as the popup posts it to the window that waits. */
interface EncryptedUrl {
  iv: Uint8Array<ArrayBuffer>
  ciphertext: ArrayBuffer
}

/**
 * Opens the provider in a popup and waits until `takeReturn`, called by the page at `redirect_uri`,
 * posts the callback URL. The URL arrives on a `BroadcastChannel` of this origin, encrypted with a
 * key derived from `state`, so no other tab can read it.
 *
 * `window.closed` is not polled: a provider's page with a Cross-Origin-Opener-Policy cuts the popup
 * off from its opener, and then `closed` is true while the user is still signing in. The wait ends
 * when the flow is cancelled, the popup is opened again, or the time is over.
 *
 * @param url the provider's authorization URL
 * @param state the OAuth `state` in that URL
 * @param signal aborts the wait and closes the popup
 * @returns the callback URL
 * @throws AuthError `failed_precondition` when the browser blocked the popup, `unimplemented` on a
 *   page without https, `cancelled` when aborted, `deadline_exceeded` after ten minutes
 */
export async function openPopup(url: string, state: string, signal: AbortSignal): Promise<string> {
  const operation = 'openPopup'
  // Browsers offer `crypto.subtle` in secure contexts only.
  if (!crypto.subtle) {
    throw new AuthError('unimplemented', { operation, description: 'a popup requires https' })
  }
  const popup = window.open(url, state, 'popup,width=480,height=640')
  if (!popup) {
    const description = 'the popup was blocked: open it from a click'
    throw new AuthError('failed_precondition', { operation, description })
  }
  let channel: BroadcastChannel | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new AuthError(code, { operation }))
      channel = new BroadcastChannel(STATE_PREFIX)
      channel.onmessage = ({ data }: MessageEvent<EncryptedUrl>) =>
        // A message that cannot be decrypted is for another tab.
        void decrypt(data, state).then(resolve, () => undefined)
      signal.addEventListener('abort', () => fail('cancelled'))
      timer = setTimeout(() => fail('deadline_exceeded'), POPUP_TIMEOUT_MS)
    })
  } finally {
    clearTimeout(timer)
    channel?.close()
    popup.close()
  }
}

/**
 * Takes this library's authorization response out of the address bar. The page at `redirect_uri`
 * calls it first, before any router or other library runs. In a popup the response goes to the window
 * that waits for it, and the popup closes. Every other part of the URL, and every response to another
 * library, stays unchanged.
 *
 * @returns the callback URL, to be sent as `provider.return`; `undefined` when there is none for this
 *   window
 * @see RFC 6749 §4.1.2
 * @example
 *   const url = takeReturn()
 *   const auth = createAuth({ env, flows: { provider } })
 *   auth.start()
 *   if (url) auth.send({ type: 'provider.return', url })
 */
export function takeReturn(): string | undefined {
  const { href } = window.location
  const address = new URL(href)
  const params = address.searchParams
  const state = params.get('state')
  if (!state?.startsWith(STATE_PREFIX) || !(params.has('code') || params.has('error')))
    return undefined
  // `URLSearchParams` would rewrite the parameters that stay, so the text itself is filtered.
  const rest = address.search
    .slice(1)
    .split('&')
    .filter((pair) => !RESPONSE_PARAMETER.test(pair))
  address.search = rest.join('&')
  window.history.replaceState(window.history.state, '', address)
  if (!state.startsWith(POPUP_PREFIX)) return href
  void postCallback(href, state)
  return undefined
}

const RESPONSE_PARAMETER = /^(state|code|error|error_description|error_uri)(=|$)/

async function postCallback(url: string, state: string) {
  const channel = new BroadcastChannel(STATE_PREFIX)
  channel.postMessage(await encrypt(url, state))
  channel.close()
  window.close()
}

const CIPHER = 'AES-GCM'

async function encrypt(url: string, state: string): Promise<EncryptedUrl> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const algorithm = { name: CIPHER, iv }
  const text = new TextEncoder().encode(url)
  return { iv, ciphertext: await crypto.subtle.encrypt(algorithm, await keyOf(state), text) }
}

async function decrypt({ iv, ciphertext }: EncryptedUrl, state: string): Promise<string> {
  const algorithm = { name: CIPHER, iv }
  const text = await crypto.subtle.decrypt(algorithm, await keyOf(state), ciphertext)
  return new TextDecoder().decode(text)
}

/** `state` has 128 random bits, so a plain hash is strong enough as a key. */
async function keyOf(state: string): Promise<CryptoKey> {
  const bits = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(state))
  return crypto.subtle.importKey('raw', bits, CIPHER, false, ['encrypt', 'decrypt'])
}
