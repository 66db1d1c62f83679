/** Which screen a step is drawn on. A step without a place here is a type error. */
import type { DemoView } from './auth.ts'
import { editNames, place } from './place.ts'

/** What the card shows. */
export type Screen =
  | 'loading'
  | 'account'
  | 'secondFactor'
  | 'code'
  | 'resend'
  | 'retry'
  | 'profile'
  | 'provider'
  | 'forgotten'
  | 'newPassword'
  | 'upgrade'
  | 'choice'
  | 'home'
  | 'settings'
  | `edit-${(typeof editNames)[number]}`
  | 'elevation'

/** A step stays on the screen that is shown if it is one of these, else it goes to the first. */
type Places = readonly [Screen, ...Screen[]]

type Flow = NonNullable<DemoView['flow']>
type StepsOf<F extends Flow> = Record<Extract<DemoView, { flow: F }>['step'], Places>

const edits = editNames.map((name) => `edit-${name}` as const)

/** The steps of proving a contact that was given on one of `forms`. */
const verification = (...forms: Places) =>
  ({
    starting: [...forms, 'resend', 'code'],
    sendingCode: [...forms, 'resend', 'code'],

    notResent: [...forms, 'resend', 'code'],
    askingCode: ['code'],
    verifyingCode: ['code'],
    askingResend: ['resend'],
    verified: ['code'],
    failed: [...forms, 'resend', 'code'],
  }) as const satisfies Record<string, Places>

/** The steps of a visit to a provider that begins on one of `forms`. */
const consent = (...forms: Places) =>
  ({
    fetchingUri: [...forms, 'provider'],
    askingReturn: ['provider'],
    askingPopup: ['provider'],
    askingClick: ['provider'],
    readingCallback: ['provider'],
    grantingToken: ['provider'],
    granted: ['provider'],
    failed: ['provider', ...forms],
  }) as const satisfies Record<string, Places>

const steps: { [F in Flow]: StepsOf<F> } = {
  signIn: {
    askingAccount: ['account'],
    checkingPassword: ['account'],
    signingInAsGuest: ['account'],
    redeemingTicket: ['account'],
    signingInByProvider: ['account'],
    askingSecondFactor: ['secondFactor'],
    ...verification('account', 'secondFactor'),
    choosingWay: ['code', 'retry'],
    signingIn: ['code', 'retry'],
    signingUp: ['code', 'retry'],
    askingRetry: ['retry'],
    askingProfile: ['profile'],
    savingProfile: ['profile'],
    done: ['code', 'retry', 'profile', 'account'],
  },
  provider: {
    ...consent('account', 'provider'),
    choosingPurpose: ['provider'],
    signingIn: ['provider'],
    askingSecondFactor: ['provider'],
    bindingProvider: ['provider'],
    askingRetry: ['provider'],
    done: ['provider'],
  },
  resetPassword: {
    askingContact: ['forgotten'],
    ...verification('forgotten'),
    askingPassword: ['newPassword'],
    resettingPassword: ['newPassword'],
    signingIn: ['newPassword', 'retry'],
    askingRetry: ['retry'],
    done: ['newPassword', 'retry'],
  },
  upgrade: {
    askingAccount: ['upgrade'],
    ...consent('upgrade'),
    ...verification('upgrade'),
    upgrading: ['code', 'provider', 'retry'],
    askingRetry: ['retry'],
    askingChoice: ['choice'],
    switching: ['choice'],
    switchingByProvider: ['choice'],
    done: ['code', 'provider', 'retry', 'choice'],
  },
  account: {
    askingEdit: ['settings', ...edits],
    gating: ['settings', ...edits, 'retry'],
    loadingUser: ['elevation', 'retry', ...edits],
    choosingProof: ['elevation', ...edits, 'code', 'resend', 'retry'],
    askingCodeRequest: ['elevation'],
    askingProof: ['elevation'],
    ...consent('settings'),
    ...verification('elevation', ...edits, 'retry'),
    elevating: ['elevation', 'code', 'retry'],
    elevated: ['elevation', 'code', 'retry'],
    choosingEdit: ['elevation', 'code', 'retry', ...edits],
    settingContact: ['code', 'elevation', 'retry'],
    checkingContact: ['code', 'elevation', 'retry'],
    settingPassword: ['edit-password', 'code', 'elevation', 'retry'],
    deletingUser: ['edit-delete', 'code', 'elevation', 'retry'],
    askingRetry: ['retry'],
    left: ['settings', ...edits, 'code', 'elevation', 'retry'],
    savingProfile: ['edit-profile'],
    bindingProvider: ['provider'],
    unbindingProvider: ['settings'],
    done: ['settings', ...edits, 'code', 'elevation'],
  },
}

const resting: Record<DemoView['status'], Screen> = {
  unknown: 'loading',
  signedOut: 'account',
  anonymous: 'home',
  signedIn: 'home',
}

/** The screen of a view, after the one that is `shown`. */
export function screenOf({ status, flow, step }: DemoView, shown: Screen): Screen {
  if (!flow) return resting[status]
  // The form of the account that is open is the page's own matter.
  if (step === 'askingEdit') return place.edit ? `edit-${place.edit}` : 'settings'
  const places = (steps[flow] as Record<string, Places>)[step]!
  return places.includes(shown) ? shown : places[0]
}
