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

/** Forgets what has expired, so that a long-running server does not grow. */
export function sweep(state: State, now: number): void {
  for (const name of expiring) {
    const map: Map<string, { expiresAt: number }> = state[name]
    for (const [key, { expiresAt }] of map) if (expiresAt <= now) map.delete(key)
  }
  for (const [key, times] of state.tallies) {
    if ((times.at(-1) ?? 0) <= now - tallyMemory) state.tallies.delete(key)
  }
  state.messages.splice(0, state.messages.length - messageMemory)
}

/** Milliseconds after which a counted event no longer matters to any limit. */
export const tallyMemory = 86_400_000
const messageMemory = 1000
