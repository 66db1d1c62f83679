import type { AnyActorRef } from 'xstate'

/**
 * Keeps a session in step with its page and the other tabs: reads the stored session again when
 * another tab has changed it, and renews an expired token when the page is seen or online again.
 *
 * @param key where the session is stored
 * @returns how to stop
 */
export function watchPage(
  system: AnyActorRef['system'],
  renew: () => void,
  key: string,
): () => void {
  const reload = () => system.get('tokens').send({ type: 'tokens.reload' })
  const stop = new AbortController()
  const { signal } = stop
  window.addEventListener(
    'storage',
    (change) => {
      // Without a key everything was cleared.
      if (change.key === key || change.key === null) reload()
    },
    { signal },
  )
  const wake = () => {
    if (document.visibilityState === 'visible') renew()
  }
  document.addEventListener('visibilitychange', wake, { signal })
  window.addEventListener('online', wake, { signal })
  // A page in the back-forward cache has missed what other tabs did.
  const back = ({ persisted }: PageTransitionEvent) => (persisted ? reload() : wake())
  window.addEventListener('pageshow', back, { signal })
  return () => stop.abort()
}
