import type { DemoView } from './auth.ts'

/** What the card shows. A step that waits for the server stays on the screen it began on. */
export type Screen = 'loading' | 'account' | 'code' | 'resend' | 'retry' | 'profile' | 'home'

/** The screen of a view. A step this switch does not know is a type error. */
export function screenOf({ status, step, code }: DemoView, shown: Screen): Screen {
  switch (step) {
    case undefined:
      return { unknown: 'loading', signedOut: 'account', anonymous: 'account', signedIn: 'home' }[
        status
      ] as Screen
    case 'askingAccount':
    case 'checkingPassword':
      return 'account'
    case 'sendingCode':
      if (shown === 'resend' || shown === 'account') return shown
      return code?.expiresAt ? 'code' : 'account'
    case 'askingCode':
    case 'verifyingCode':
      return 'code'
    case 'verified':
    case 'entering':
    case 'signingIn':
    case 'signingUp':
      return shown === 'retry' ? 'retry' : 'code'
    case 'askingResend':
      return 'resend'
    case 'askingRetry':
      return 'retry'
    case 'askingProfile':
    case 'savingProfile':
      return 'profile'
    case 'failed':
    case 'done':
      return shown
    default:
      return step satisfies never
  }
}
