import { AuthError } from '../error.ts'
import { LOGIN_PREFIX, POPUP_PREFIX, STATE_PREFIX } from './stateMark.ts'

// A popup flow needs both, so they are loaded as one chunk.
export { readCallback } from './platform.ts'

const POPUP_TIMEOUT_MS = 10 * 60_000

/** An encrypted callback URL, as the popup posts it to the window that waits. */
interface EncryptedUrl {
  iv: Uint8Array<ArrayBuffer>
  ciphertext: ArrayBuffer
}

/** Milliseconds between two greetings of a popup by a window in a frame. */
const GREETING_MS = 200

/** Milliseconds that a popup waits for the window that opened it. */
const PICKUP_MS = 10_000

/** Asks a popup for its callback URL. */
const GREETING = `${STATE_PREFIX}.greeting`

/** Confirms to a popup, encrypted, that its callback URL has arrived. */
const RECEIVED = 'received'

/**
 * Opens the provider in a popup and waits until `takeReturn`, called by the page at `redirect_uri`,
 * posts the callback URL. The URL is encrypted with a key derived from `state`, so no other tab can
 * read it. It arrives on a `BroadcastChannel` of this origin. A frame of another site has channels of
 * its own, so a window in a frame also asks the popup with `postMessage`, once it is on this origin.
 *
 * The popup has no `opener`: the provider's page gets no hold of this one.
 *
 * `window.closed` is not polled: a provider's page with a Cross-Origin-Opener-Policy cuts the popup
 * off from this window, and then `closed` is true while the user is still signing in. The wait ends
 * when the flow is cancelled, the popup is opened again, or the time is over.
 *
 * @param url the provider's authorization URL
 * @param state the OAuth `state` in that URL
 * @param signal aborts the wait and closes the popup, unless it shows a page of the provider
 * @returns the callback URL
 * @throws AuthError `failed_precondition` when the browser blocked the popup, `unimplemented` on a
 *   page without https, `cancelled` when aborted, `deadline_exceeded` after ten minutes
 */
export async function openPopup(url: string, state: string, signal: AbortSignal): Promise<string> {
  const operation = 'openPopup'
  // Browsers offer `crypto.subtle` in secure contexts only, and Safari has channels from 15.4 on.
  if (!canReceive()) {
    const description = 'a popup requires https and BroadcastChannel: leave out isPopup'
    throw new AuthError('unimplemented', { operation, description })
  }
  const popup = window.open('', '_blank', 'popup,width=480,height=640')
  if (!popup) {
    const description = 'the popup was blocked: open it from a click'
    throw new AuthError('failed_precondition', { operation, description })
  }
  const settled = new AbortController()
  let channel: BroadcastChannel | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    disown(popup)
    popup.location.replace(url)
    const received = await new Promise<string>((resolve, reject) => {
      const fail = (code: string) => reject(new AuthError(code, { operation }))
      const receive = ({ data }: MessageEvent<EncryptedUrl>) =>
        // A message that cannot be decrypted is for another tab.
        void decrypt(data, state).then(
          (text) => text !== RECEIVED && resolve(text),
          () => undefined,
        )
      channel = new BroadcastChannel(STATE_PREFIX)
      channel.onmessage = receive
      if (window.parent !== window) askPopup(popup, receive, settled.signal)
      signal.addEventListener('abort', () => fail('cancelled'))
      timer = setTimeout(() => fail('deadline_exceeded'), POPUP_TIMEOUT_MS)
    })
    channel!.postMessage(await encrypt(RECEIVED, state))
    return received
  } finally {
    clearTimeout(timer)
    settled.abort()
    channel?.close()
    close(popup)
  }
}

/** Whether a callback URL can be handed from one window to another. */
const canReceive = () => !!crypto.subtle && typeof BroadcastChannel !== 'undefined'

/** Takes this window and the copy of its stored flows from a popup that is still blank. */
function disown(popup: Window) {
  popup.opener = null
  try {
    const { sessionStorage } = popup
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith(`${STATE_PREFIX}_`)) sessionStorage.removeItem(key)
  } catch {
    // A browser without storage has copied nothing.
  }
}

/** Closes a popup. A page of the provider stays open: without an opener it is out of reach. */
function close(popup: Window) {
  try {
    void popup.location.href
    popup.close()
  } catch {
    // It shows a page of the provider.
  }
}

/** Asks a popup for its callback URL as soon as it shows a page of this origin. */
function askPopup(
  popup: Window,
  receive: (message: MessageEvent<EncryptedUrl>) => void,
  signal: AbortSignal,
) {
  const { origin } = window.location
  const greeter = setInterval(() => {
    try {
      if (popup.location.origin === origin) popup.postMessage(GREETING, origin)
    } catch {
      // It shows a page of the provider.
    }
  }, GREETING_MS)
  const onMessage = (message: MessageEvent<EncryptedUrl>) => {
    if (message.origin === origin && message.source === popup) receive(message)
  }
  window.addEventListener('message', onMessage)
  signal.addEventListener('abort', () => {
    clearInterval(greeter)
    window.removeEventListener('message', onMessage)
  })
}

/**
 * Takes this library's authorization response, or its return from the hosted login page, out of the
 * address bar. The page at `redirect_uri`
 * calls it first, before any router or other library runs. In a popup the response goes to the window
 * that waits for it, which closes the popup. Every other part of the URL, and every response to another
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
  if (!state?.startsWith(STATE_PREFIX)) return undefined
  // The hosted login page adds nothing to the address: other parameters are those of the app.
  const isLogin = state.startsWith(LOGIN_PREFIX)
  if (!(isLogin || params.has('code') || params.has('error'))) return undefined
  // `URLSearchParams` would rewrite the parameters that stay, so the text itself is filtered.
  const rest = address.search
    .slice(1)
    .split('&')
    .filter((pair) => (isLogin ? pair !== `state=${state}` : !RESPONSE_PARAMETER.test(pair)))
  address.search = rest.join('&')
  window.history.replaceState(window.history.state, '', address)
  if (!state.startsWith(POPUP_PREFIX) || !canReceive()) return href
  void postCallback(href, state)
  return undefined
}

const RESPONSE_PARAMETER = /^(state|code|error|error_description|error_uri)(=|$)/

/**
 * Hands the callback URL to the window that waits for it, which then closes this one. Where no window
 * waits, such as for a made-up response, the page stays open.
 */
async function postCallback(url: string, state: string) {
  const encrypted = await encrypt(url, state)
  const { origin } = window.location
  const channel = new BroadcastChannel(STATE_PREFIX)
  // A popup that a provider's page has cut off can only be closed by itself.
  channel.onmessage = ({ data }: MessageEvent<EncryptedUrl>) =>
    void decrypt(data, state).then(
      () => window.close(),
      () => undefined,
    )
  const onMessage = ({ data, origin: sender, source }: MessageEvent) => {
    if (data === GREETING && sender === origin)
      source!.postMessage(encrypted, { targetOrigin: origin })
  }
  window.addEventListener('message', onMessage)
  setTimeout(() => {
    channel.close()
    window.removeEventListener('message', onMessage)
  }, PICKUP_MS)
  channel.postMessage(encrypted)
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
