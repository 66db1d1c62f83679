import type { AnyActorRef } from 'xstate'

/**
 * Keeps a session in step with its page: reads the stored session again when the page is shown again,
 * and refreshes an expired token when the page is seen or online.
 *
 * @param wake is called when the server may be reachable again
 * @returns how to stop
 */
export function watchPage(system: AnyActorRef['system'], wake: () => void): () => void {
  const reload = () => system.get('tokens').send({ type: 'tokens.reload' })
  const seen = () => {
    if (document.visibilityState !== 'visible') return
    // A page that was frozen or in the back-forward cache has missed what other tabs did.
    reload()
    wake()
  }
  document.addEventListener('visibilitychange', seen)
  window.addEventListener('online', seen)
  window.addEventListener('pageshow', seen)
  return () => {
    document.removeEventListener('visibilitychange', seen)
    window.removeEventListener('online', seen)
    window.removeEventListener('pageshow', seen)
  }
}
