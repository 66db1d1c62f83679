import { STATE_PREFIX, POPUP_PREFIX } from './stateMark.ts'
import { AuthError } from '../error.ts'

// On the way back from a provider both are needed: they are fetched as one.
export { readCallback } from './platform.ts'

/** Milliseconds after which nobody is waited for any more. */
const LONGEST_VISIT = 10 * 60_000

/** An address on its way from one window to another. */
interface Encrypted {
  iv: Uint8Array<ArrayBuffer>
  box: ArrayBuffer
}

/**
 * Opens a provider's page in a window of its own and waits for the page it comes back to, which
 * calls `takeReturn`. The two talk over a channel of this origin, for which nothing needs to tie
 * them together; what is said there only they can read.
 *
 * Nobody looks whether the window is `closed`: one that a provider's page cuts off from its opener
 * (COOP), be it the first page or a later one, is `closed` from then on though the person types in
 * it, and nothing else tells the two apart. Only the person knows, and can always say so: leave the
 * flow, or have the window opened again.
 *
 * @throws AuthError `failed_precondition` when the window is blocked, `unimplemented` on a page
 *   without https, `cancelled` when nobody waits for it any more, `deadline_exceeded` after ten minutes
 */
export async function openPopup(url: string, state: string, signal: AbortSignal): Promise<string> {
  // Without encryption nothing could be handed over.
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
  try {
    return await new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new AuthError(code, { operation: 'openPopup' }))
      channel = new BroadcastChannel(STATE_PREFIX)
      channel.onmessage = ({ data }: MessageEvent<Encrypted>) =>
        // What cannot be opened is for another tab.
        void decrypt(data, state).then(resolve, () => undefined)
      signal.addEventListener('abort', () => fail('cancelled'))
      timer = setTimeout(() => fail('deadline_exceeded'), LONGEST_VISIT)
    })
  } finally {
    clearTimeout(timer)
    channel?.close()
    opened.close()
  }
}

/**
 * For the page a provider sends people back to, before anything else runs there: takes the answer
 * out of the address bar and hands it to the window that waits for it, or answers it to be sent to
 * this page's own flow as `provider.return`. Whatever else the address bears stays, and so does an
 * answer to somebody else: to another library, or to nobody.
 *
 * @returns the address with the answer, or undefined when there is none for this page
 */
export function takeReturn(): string | undefined {
  const { href } = window.location
  const address = new URL(href)
  const params = address.searchParams
  const state = params.get('state')
  if (!state?.startsWith(STATE_PREFIX) || !(params.has('code') || params.has('error')))
    return undefined
  // As it was written: an app may read its query in another way than `URLSearchParams` would write it.
  const rest = address.search
    .slice(1)
    .split('&')
    .filter((pair) => !ANSWER.test(pair))
  address.search = rest.join('&')
  window.history.replaceState(window.history.state, '', address)
  if (!state.startsWith(POPUP_PREFIX)) return href
  void handOver(href, state)
  return undefined
}

/** What a provider adds to the address (RFC 6749 §4.1.2). */
const ANSWER = /^(state|code|error|error_description|error_uri)(=|$)/

async function handOver(address: string, state: string) {
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

/** Only the two windows know the state: 128 random bits, which need no stretching. */
async function keyOf(state: string): Promise<CryptoKey> {
  const bits = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(state))
  return crypto.subtle.importKey('raw', bits, CIPHER, false, ['encrypt', 'decrypt'])
}
