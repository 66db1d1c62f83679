import type { UiTexts } from '../ui/en.ts'
import type { EditName, UiView } from './screens.ts'

/** What the user has just achieved. */
export type Success = keyof UiTexts['success']

/** Names what a flow achieved that has just ended, where the next screen does not show it. */
export function successOf(before: UiView, now: UiView): Success | undefined {
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

/** Names what an edit of the account achieved, given the step before `askingEdit`. */
export function editSuccessOf(step: string, edit?: EditName): Success | undefined {
  const byStep: Partial<Record<string, Success>> = {
    savingProfile: 'profile',
    settingPassword: 'password',
    settingContact: edit === 'email' ? 'email' : 'phone',
    checkingContact: edit === 'email' ? 'email' : 'phone',
    bindingProvider: 'bind',
  }
  return byStep[step]
}
