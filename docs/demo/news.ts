import type { DemoView, News } from './auth.ts'

/** What a flow that has just ended has achieved, where the next screen does not say it by itself. */
export function newsOf(before: DemoView, now: DemoView): News | undefined {
  const hasEnded = before.flow !== undefined && before.flow !== now.flow
  if (!hasEnded || !before.busy) return undefined
  if (now.status === 'signedIn' && before.flow === 'upgrade') {
    return now.user?.uid === before.user?.uid ? 'upgraded' : 'switched'
  }
  if (now.status !== 'signedOut') return undefined
  // The new password is set, but it alone does not sign in.
  if (before.flow === 'resetPassword' && before.step === 'signingIn') return 'passwordReset'
  return before.flow === 'account' && before.step === 'deletingUser' ? 'delete' : undefined
}
