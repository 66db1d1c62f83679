import type { State } from './state.ts'

const expiring = [
  'sessions',
  'refreshTokens',
  'verifications',
  'verificationTokens',
  'sudoTokens',
  'providerCodes',
  'providerTokens',
  'pictures',
  'captchaTokens',
  'captchaPages',
  'uploads',
] as const satisfies (keyof State)[]

const maxMessages = 1000

/** Milliseconds after which a counted event no longer matters to any limit. */
export const counterMemoryMs = 86_400_000

/**
 * Creates a purge for every request. It runs once per as many requests as there are entries, so that
 * a request costs the same however large the state is.
 *
 * @param state The state to purge.
 * @param now Returns milliseconds since the epoch.
 * @returns Counts a request, and purges if it is time.
 */
export function createPurge(state: State, now: () => number): () => void {
  let requests = 0
  return () => {
    requests += 1
    const sizes = [...expiring, 'counters' as const].map((name) => state[name].size)
    if (requests < sizes.reduce((sum, size) => sum + size, state.messages.length)) return
    requests = 0
    purge(state, now())
  }
}

/** Deletes expired entries, so that the state of a long-running server stays bounded. */
function purge(state: State, now: number): void {
  for (const name of expiring) {
    const map: Map<string, { expiresAt: number }> = state[name]
    for (const [key, { expiresAt }] of map) if (expiresAt <= now) map.delete(key)
  }
  for (const [key, times] of state.counters) {
    if ((times.at(-1) ?? 0) <= now - counterMemoryMs) state.counters.delete(key)
  }
  state.messages.splice(0, state.messages.length - maxMessages)
}
