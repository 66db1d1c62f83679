import type { View } from '../client/view.ts'
import type { UiFlows } from '../ui/fields.ts'

/** The parts of an account that have a form of their own. */
export const editNames = ['profile', 'password', 'phone', 'email', 'delete'] as const
/** One of {@link editNames}. */
export type EditName = (typeof editNames)[number]

/** What a card shows. */
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
  | `edit-${EditName}`
  | 'elevation'

/** The view of the flows of this package. */
export type UiView = View<UiFlows>

/** The screens of a step: the current screen stays if it is one of them, otherwise the first one is shown. */
type Screens = readonly [Screen, ...Screen[]]

type FlowName = keyof UiFlows
type StepsOf<F extends FlowName> = Record<Extract<UiView, { flow: F }>['step'], Screens>

const edits = editNames.map((name) => `edit-${name}` as const)

/** The steps of verifying a contact that was submitted on one of `forms`. */
const verification = (...forms: Screens) =>
  ({
    starting: [...forms, 'resend', 'code'],
    sendingCode: [...forms, 'resend', 'code'],
    notResent: [...forms, 'resend', 'code'],
    askingCode: ['code'],
    verifyingCode: ['code'],
    askingResend: ['resend'],
    verified: ['code'],
    failed: [...forms, 'resend', 'code'],
  }) as const satisfies Record<string, Screens>

/** The steps of getting the consent at a provider that was chosen on one of `forms`. */
const consent = (...forms: Screens) =>
  ({
    fetchingUri: [...forms, 'provider'],
    askingReturn: ['provider'],
    askingPopup: ['provider'],
    askingClick: ['provider'],
    readingCallback: ['provider'],
    grantingToken: ['provider'],
    granted: ['provider'],
    failed: ['provider', ...forms],
  }) as const satisfies Record<string, Screens>

/** A step without a screen is a type error. */
const steps: { [F in FlowName]: StepsOf<F> } = {
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
  hostedLogin: {
    askingReturn: ['provider'],
    readingUser: ['provider'],
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
    readingUser: ['home'],
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

const screenByStatus: Record<UiView['status'], Screen> = {
  unknown: 'loading',
  signedOut: 'account',
  anonymous: 'home',
  signedIn: 'home',
}

/**
 * Finds the screen for a view.
 *
 * @param current the screen that is shown
 * @param edit the form of the account that is open, which is no state of the flow
 */
export function screenOf(view: UiView, current: Screen, edit?: EditName): Screen {
  const { status, flow, step } = view
  if (!flow) return screenByStatus[status]
  if (step === 'askingEdit') return edit ? `edit-${edit}` : 'settings'
  const screens = (steps[flow] as Record<string, Screens> | undefined)?.[step]
  // A flow of the app's own has no screen here.
  if (!screens) return screenByStatus[status]
  return screens.includes(current) ? current : screens[0]
}
