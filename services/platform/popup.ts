import { AuthError } from '../error.ts'
import { POPUP_PREFIX, STATE_PREFIX } from './stateMark.ts'

// Both are needed for an authorization response, so they are loaded as one chunk.
export { readCallback } from './platform.ts'

/** Milliseconds after which a popup is given up. */
const POPUP_TIMEOUT_MS = 10 * 60_000

/** An encrypted URL that one window sends to another. */
interface Encrypted {
  iv: Uint8Array<ArrayBuffer>
  box: ArrayBuffer
}

/**
 * Opens a provider's page in a popup and waits for the authorization response, which `takeReturn`
 * posts from the popup. The two windows share a broadcast channel of this origin and encrypt what
 * they post with the `state`.
 *
 * `closed` of the popup is not watched: it is true as soon as a page in the popup separates itself
 * from its opener (COOP), while the user is still typing there. The user can always cancel the flow
 * or open the popup again.
 *
 * @param url the authorization page
 * @param state the OAuth `state` of the request; it also names the popup
 * @param signal aborted when the response is no longer needed
 * @returns the URL that the provider came back to
 * @throws AuthError `failed_precondition` when the popup is blocked, `unimplemented` on a page
 *   without https, `cancelled` when the signal aborts, `deadline_exceeded` after ten minutes
 */
export async function openPopup(url: string, state: string, signal: AbortSignal): Promise<string> {
  // Without encryption no response can be posted.
  const isSecure = !!crypto.subtle
  const opened = isSecure && window.open(url, state, 'popup,width=480,height=640')
  if (!opened) {
    throw new AuthError(isSecure ? 'failed_precondition' : 'unimplemented', {
      operation: 'openPopup',
      description: 'open it by a click, on https',
    })
  }
  let channel: BroadcastChannel | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let cancel: (() => void) | undefined
  try {
    return await new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new AuthError(code, { operation: 'openPopup' }))
      cancel = () => fail('cancelled')
      channel = new BroadcastChannel(STATE_PREFIX)
      channel.onmessage = ({ data }: MessageEvent<Encrypted>) =>
        // A message that cannot be decrypted is for another tab.
        void decrypt(data, state).then(resolve, () => undefined)
      signal.addEventListener('abort', cancel)
      timer = setTimeout(() => fail('deadline_exceeded'), POPUP_TIMEOUT_MS)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel!)
    channel?.close()
    opened.close()
  }
}

/**
 * Removes the authorization response from the address bar and passes it on. Call it first on the page
 * of the `redirect_uri`. The response of a popup is posted to the window that waits for it, and the
 * popup closes. Other parameters and the responses to other libraries stay as they are.
 *
 * @returns the URL with the response to this page's own flow, or undefined
 * @example
 *   const url = takeReturn()
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
  // The other parameters are not rewritten: `URLSearchParams` would encode them differently.
  const rest = address.search
    .slice(1)
    .split('&')
    .filter((pair) => !RESPONSE.test(pair))
  address.search = rest.join('&')
  window.history.replaceState(window.history.state, '', address)
  if (!state.startsWith(POPUP_PREFIX)) return href
  void postCallback(href, state)
  return undefined
}

/** The parameters of an authorization response (RFC 6749 §4.1.2). */
const RESPONSE = /^(state|code|error|error_description|error_uri)(=|$)/

async function postCallback(address: string, state: string) {
  const channel = new BroadcastChannel(STATE_PREFIX)
  channel.postMessage(await encrypt(address, state))
  channel.close()
  window.close()
}

async function encrypt(address: string, state: string): Promise<Encrypted> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const text = new TextEncoder().encode(address)
  return { iv, box: await crypto.subtle.encrypt({ name: CIPHER, iv }, await keyOf(state), text) }
}

async function decrypt({ iv, box }: Encrypted, state: string): Promise<string> {
  const text = await crypto.subtle.decrypt({ name: CIPHER, iv }, await keyOf(state), box)
  return new TextDecoder().decode(text)
}

const CIPHER = 'AES-GCM'

/** Only the two windows know the state. Its 128 random bits need no key derivation function. */
async function keyOf(state: string): Promise<CryptoKey> {
  const bits = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(state))
  return crypto.subtle.importKey('raw', bits, CIPHER, false, ['encrypt', 'decrypt'])
}
