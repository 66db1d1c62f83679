/** What each step of the sign-in shows. A step that is missing here does not compile. */
import { type AskingStep, type AuthEvent, isAsking } from 'cloudbase-authflow'
import type { AuthView, flows } from './client'

type Event = AuthEvent<typeof flows>

export interface Action {
  label: string
  event: Event
  /** When the button works, in milliseconds since 1970. */
  at?: number
}

export interface Screen {
  title: string
  note?: string
  /** The address of a picture above the field. */
  picture?: string
  field?: { label: string; type?: 'number' }
  submit: string
  event(text: string): Event
  actions?: Action[]
}

const submitContact = (text: string): Event => ({
  type: 'contact.submit',
  ...(text.includes('@') ? { email: text } : { phone_number: text }),
})

const changeContact: Action = {
  label: 'Use another phone or e-mail',
  event: { type: 'contact.change' },
}

const screens: Record<AskingStep<typeof flows>, (view: AuthView) => Screen> = {
  askingAccount: () => ({
    title: 'Sign in',
    note: 'A new phone or e-mail gets a new account.',
    field: { label: 'Phone or e-mail' },
    submit: 'Send code',
    event: submitContact,
  }),
  askingSecondFactor: () => ({
    title: 'One more step',
    note: 'Your account needs a code sent to its phone.',
    field: { label: 'Phone of your account' },
    submit: 'Send code',
    event: submitContact,
    actions: [changeContact],
  }),
  askingCode: ({ code }) => ({
    title: 'Enter the code',
    note: `We sent it to ${code?.contact.phone_number ?? code?.contact.email}.`,
    field: { label: 'Code', type: 'number' },
    submit: 'Continue',
    event: (text) => ({ type: 'code.submit', code: text }),
    actions: [
      { label: 'Send another code', event: { type: 'code.resend' }, at: code?.resendAt ?? 0 },
      changeContact,
    ],
  }),
  askingResend: () => ({
    title: 'Get a new code',
    note: 'The last one can no longer be used.',
    submit: 'Send a new code',
    event: () => ({ type: 'code.resend' }),
    actions: [changeContact],
  }),
  askingRetry: () => ({
    title: 'That did not work',
    submit: 'Try again',
    event: () => ({ type: 'signIn.retry' }),
    actions: [changeContact],
  }),
  askingProfile: () => ({
    title: 'Your profile',
    field: { label: 'Name' },
    submit: 'Save',
    event: (name) => ({ type: 'profile.submit', profile: { name } }),
    actions: [{ label: 'Skip', event: { type: 'profile.skip' } }],
  }),
}

const captchaScreen = (picture?: string): Screen => ({
  title: 'Are you human?',
  picture,
  field: { label: 'Characters in the picture' },
  submit: 'Confirm',
  event: (text) => ({ type: 'captcha.answer', text }),
  actions: [
    { label: 'Another picture', event: { type: 'captcha.replace' } },
    { label: 'Cancel', event: { type: 'captcha.cancel' } },
  ],
})

/**
 * The screen of a view; while the machine works, the one before stays.
 *
 * @returns nothing when no flow asks for anything
 */
export function nextScreen(before: Screen | undefined, view: AuthView): Screen | undefined {
  if (view.captcha) return captchaScreen(view.captcha.image)
  if (!view.flow) return undefined
  if (!isAsking(view)) return before
  const screen = screens[view.step](view)
  const canSend = ({ event, at }: Action) => at !== undefined || view.can(event)
  return { ...screen, actions: screen.actions?.filter(canSend) }
}

/** The seconds until the time of an action. */
export const secondsUntil = (at = 0, now = Date.now()): number =>
  Math.max(0, Math.ceil((at - now) / 1000))
