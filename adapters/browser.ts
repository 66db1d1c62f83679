import { POPUP } from '../machines/consent.ts'
import { AuthError } from '../services/error.ts'

// On the way back from a provider both are needed: they are fetched as one.
export { readCallback } from '../services/platform.ts'

/** Milliseconds after which nobody is waited for any more. */
const LONGEST_VISIT = 10 * 60_000

interface Return {
  authflow: 'return'
  state: string
  url: string
}

/**
 * Opens a provider's page in a window of its own and waits for the page it comes back to, which
 * calls `takeReturn`. The two find each other by `state` over a channel of this origin.
 *
 * Nobody looks whether the window is `closed`: one that a provider's page cuts off from its opener
 * (COOP), be it the first page or a later one, is `closed` from then on though the person types in
 * it, and nothing else tells the two apart. Only the person knows, and can always say so: leave the
 * flow, or have the window opened again.
 *
 * @throws AuthError `failed_precondition` when the window is blocked, `cancelled` when nobody waits
 *   for it any more, `deadline_exceeded` after ten minutes
 */
export async function visit(url: string, state: string, signal: AbortSignal): Promise<string> {
  const opened = window.open(url, state, 'popup,width=480,height=640')
  if (!opened) {
    throw new AuthError('failed_precondition', {
      operation: 'visit',
      description: 'the window was blocked: open it from a click, or leave the page instead',
    })
  }
  const channel = new BroadcastChannel('authflow')
  try {
    return await new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new AuthError(code, { operation: 'visit' }))
      channel.onmessage = ({ data }: MessageEvent<Partial<Return>>) => {
        if (data.authflow === 'return' && data.state === state && data.url) resolve(data.url)
      }
      signal.addEventListener('abort', () => fail('cancelled'))
      AbortSignal.timeout(LONGEST_VISIT).addEventListener('abort', () => fail('deadline_exceeded'))
    })
  } finally {
    channel.close()
    opened.close()
  }
}

/**
 * For the page a provider sends people back to, before anything else runs there: takes the answer
 * out of the address bar and hands it to the window that waits for it, or answers it to be sent to
 * this page's own flow as `provider.return`.
 *
 * @returns the address with the answer, or undefined when there is none for this page
 */
export function takeReturn(): string | undefined {
  const { href, search } = window.location
  const params = new URLSearchParams(search)
  const state = params.get('state')
  if (!state || !(params.has('code') || params.has('error'))) return undefined
  for (const name of ['state', 'code', 'error', 'error_description']) params.delete(name)
  const rest = params.size > 0 ? `?${params}` : ''
  window.history.replaceState(window.history.state, '', window.location.pathname + rest)
  if (!state.startsWith(POPUP)) return href
  const channel = new BroadcastChannel('authflow')
  channel.postMessage({ authflow: 'return', state, url: href } satisfies Return)
  channel.close()
  window.close()
  return undefined
}
