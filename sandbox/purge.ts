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
] as const satisfies (keyof State)[]

const maxMessages = 1000

/** Milliseconds after which a counted event no longer matters to any limit. */
export const counterMemoryMs = 86_400_000

/**
 * Deletes expired entries, so that the state of a long-running server stays bounded.
 *
 * @param state The state to purge.
 * @param now Milliseconds since the epoch.
 */
export function purge(state: State, now: number): void {
  for (const name of expiring) {
    const map: Map<string, { expiresAt: number }> = state[name]
    for (const [key, { expiresAt }] of map) if (expiresAt <= now) map.delete(key)
  }
  for (const [key, times] of state.counters) {
    if ((times.at(-1) ?? 0) <= now - counterMemoryMs) state.counters.delete(key)
  }
  state.messages.splice(0, state.messages.length - maxMessages)
}
