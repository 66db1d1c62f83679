import type { DemoView, Success } from './auth.ts'

/** Names what the flow that has just ended achieved, where the next screen does not show it. */
export function successOf(before: DemoView, now: DemoView): Success | undefined {
  const hasEnded = before.flow !== undefined && before.flow !== now.flow
  if (!hasEnded || !before.busy) return undefined
  if (now.status === 'signedIn' && before.flow === 'upgrade') {
    return now.user?.uid === before.user?.uid ? 'upgraded' : 'switched'
  }
  if (now.status !== 'signedOut') return undefined
  // The new password is set, but signing in with it needs a second factor.
  if (before.flow === 'resetPassword' && before.step === 'signingIn') return 'passwordReset'
  return before.flow === 'account' && before.step === 'deletingUser' ? 'delete' : undefined
}
