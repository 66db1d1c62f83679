/** What each step of the flows asks for. A step that is missing here does not compile. */
import { type AskingStep, type AuthEvent, isAsking } from 'cloudbase-authflow'
import { auth, type AuthView, type flows } from './auth.ts'

type Event = AuthEvent<typeof flows>

export interface Field {
  name: string
  label: string
  autocomplete: AutoFill
  type?: 'password'
  inputmode?: 'numeric'
}

/** A button below the form: it sends an event, or shows another form of the same step. */
export interface Action {
  label: string
  event?: Event
  shows?: Part
  /** When the button works, in milliseconds since 1970. */
  at?: number
}

export interface Form {
  title: string
  note?: string
  fields?: Field[]
  submit?: string
  event?(values: Record<string, string>): Event
  actions?: Action[]
}

/** Forms of one step between which the user chooses. */
type Part = 'password' | 'newContact' | 'newPassword'

/** The form on the screen: of the step that asked last, also while the machine works. */
export interface Shown {
  view: AuthView
  part?: Part
  wasBusy?: boolean
}

export function nextShown(before: Shown | undefined, view: AuthView): Shown | undefined {
  if (!view.flow) return undefined
  if (!isAsking(view)) return before && { ...before, wasBusy: true }
  const isSameStep = before?.view.flow === view.flow && before.view.step === view.step
  const isDone = before?.wasBusy && !view.error
  return { view, part: isSameStep && !isDone ? before.part : undefined }
}

/** Changes when another form is on the screen, and not while the user types. */
export const keyOf = ({ view: { flow, step, code }, part }: Shown): string =>
  [flow, step, part, ...Object.values(code?.contact ?? {})].join()

export function formOf({ view, part }: Shown): Form {
  const form = part ? parts[part] : forms[view.step as AskingStep<typeof flows>](view)
  const actions = [...(form.actions ?? []), ...waysBack(view)]
  return {
    ...form,
    actions: actions.filter(({ event, at }) => at !== undefined || !event || view.can(event)),
  }
}

const contact: Field = { name: 'contact', label: 'Phone or e-mail', autocomplete: 'username' }
const username: Field = {
  name: 'username',
  label: 'User name, phone or e-mail',
  autocomplete: 'username',
}
const password: Field = {
  name: 'password',
  label: 'Password',
  autocomplete: 'current-password',
  type: 'password',
}
const newPassword: Field = { ...password, label: 'New password', autocomplete: 'new-password' }
const code: Field = {
  name: 'code',
  label: 'Code',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
}

const toContact = (text = '') => (text.includes('@') ? { email: text } : { phone_number: text })

const submitContact = (values: Record<string, string>): Event => ({
  type: 'contact.submit',
  ...toContact(values.contact),
})

const wechat = () => ({
  provider_id: 'wx_open',
  redirect_uri: `${location.origin}/callback`,
  isPopup: true,
})

const sentTo = ({ code }: AuthView) => {
  const { phone_number, email } = code?.contact ?? {}
  return `We sent it to ${phone_number ?? email}.`
}

const resend = ({ code }: AuthView): Action => ({
  label: 'Send another code',
  event: { type: 'code.resend' },
  at: code?.resendAt ?? 0,
})

/** The event that repeats what has failed differs by flow. */
const retryOf = ({ can }: AuthView): Event => {
  const types = ['signIn', 'upgrade', 'edit', 'elevation', 'provider'] as const
  const events = types.map((type) => ({ type: `${type}.retry` }) as const)
  return events.find(can) ?? { type: 'flow.cancel' }
}

function waysBack({ flow }: AuthView): Action[] {
  return [
    { label: 'Use another phone or e-mail', event: { type: 'contact.change' } },
    { label: 'Confirm another way', event: { type: 'proof.change' } },
    { label: 'Cancel', event: { type: 'edit.cancel' } },
    ...(flow === 'resetPassword' || flow === 'provider'
      ? [{ label: 'Back to sign-in', event: { type: 'flow.start', flow: 'signIn' } } as const]
      : []),
  ]
}

const forms: Record<AskingStep<typeof flows>, (view: AuthView) => Form> = {
  askingAccount: ({ flow }) =>
    flow === 'upgrade'
      ? {
          title: 'Keep your data',
          note: 'Confirm a phone or e-mail, and this guest becomes your account.',
          fields: [contact],
          submit: 'Send code',
          event: submitContact,
          actions: [
            { label: 'Continue with WeChat', event: { type: 'provider.choose', ...wechat() } },
          ],
        }
      : {
          title: 'Sign in',
          note: 'A new phone or e-mail gets a new account.',
          fields: [contact],
          submit: 'Send code',
          event: submitContact,
          actions: [
            { label: 'Use a password', shows: 'password' },
            {
              label: 'Continue with WeChat',
              event: { type: 'flow.start', flow: 'provider', input: wechat() },
            },
            { label: 'Continue as a guest', event: { type: 'guest.enter' } },
          ],
        },
  askingSecondFactor: ({ flow }) =>
    flow === 'provider'
      ? {
          title: 'One more step',
          note: 'This account needs your password or a code, too.',
          submit: 'Use another WeChat account',
          event: () => ({ type: 'provider.retry' }),
        }
      : {
          title: 'One more step',
          note: 'Your account needs a code sent to its phone.',
          fields: [{ ...contact, label: 'Phone of your account', autocomplete: 'tel' }],
          submit: 'Send code',
          event: submitContact,
        },
  askingCode: (view) => ({
    title: 'Enter the code',
    note: sentTo(view),
    fields: [code],
    submit: 'Continue',
    event: ({ code = '' }) => ({ type: 'code.submit', code }),
    actions: [resend(view)],
  }),
  askingResend: () => ({
    title: 'Get a new code',
    note: 'The last one can no longer be used.',
    submit: 'Send a new code',
    event: () => ({ type: 'code.resend' }),
  }),
  askingRetry: (view) => ({
    title: 'That did not work',
    submit: 'Try again',
    event: () => retryOf(view),
  }),
  askingProfile: () => ({
    title: 'Your profile',
    fields: [{ name: 'name', label: 'Name', autocomplete: 'name' }],
    submit: 'Save',
    event: ({ name = '' }) => ({ type: 'profile.submit', profile: { name } }),
    actions: [{ label: 'Skip', event: { type: 'profile.skip' } }],
  }),
  askingContact: () => ({
    title: 'Reset your password',
    fields: [contact],
    submit: 'Send code',
    event: submitContact,
  }),
  askingPassword: () => ({
    title: 'Set a new password',
    fields: [newPassword],
    submit: 'Save',
    event: ({ password = '' }) => ({ type: 'password.submit', password }),
  }),
  askingEdit: () => ({
    title: 'Your account',
    actions: [
      { label: 'Change phone or e-mail', shows: 'newContact' },
      { label: 'Change password', shows: 'newPassword' },
      { label: 'Delete account', event: { type: 'account.delete' } },
    ],
  }),
  askingCodeRequest: () => ({
    title: 'Confirm that it is you',
    note: 'We send a code to the phone of your account.',
    submit: 'Send code',
    event: () => ({ type: 'code.request' }),
  }),
  askingProof: () => ({
    title: 'Confirm that it is you',
    fields: [password],
    submit: 'Continue',
    event: ({ password = '' }) => ({ type: 'password.submit', password }),
    actions: [{ label: 'Use a code instead', event: { type: 'code.request' } }],
  }),
  askingReturn: () => ({
    title: 'Continue at WeChat',
    submit: 'Open WeChat again',
    event: () => ({ type: 'provider.retry' }),
  }),
  askingPopup: () => ({
    title: 'Continue in the window of WeChat',
    submit: 'Open it again',
    event: () => ({ type: 'provider.retry' }),
  }),
  askingClick: () => ({
    title: 'Your browser blocked the window of WeChat',
    submit: 'Open it',
    event: () => ({ type: 'provider.retry' }),
  }),
  askingChoice: () => ({
    title: 'This account exists already',
    note: 'Sign in to it, and what you did as a guest stays behind.',
    submit: 'Sign in to that account',
    event: () => ({ type: 'account.switch' }),
  }),
}

const parts: Record<Part, Form> = {
  password: {
    title: 'Sign in',
    fields: [username, password],
    submit: 'Sign in',
    event: ({ username = '', password = '' }) => ({ type: 'password.submit', username, password }),
    actions: [
      { label: 'Use a code', shows: undefined },
      {
        label: 'Forgot your password?',
        event: { type: 'flow.start', flow: 'resetPassword' },
      },
    ],
  },
  newContact: {
    title: 'Change phone or e-mail',
    fields: [{ ...contact, label: 'New phone or e-mail' }],
    submit: 'Change',
    event: ({ contact }) => ({ type: 'contact.replace', ...toContact(contact) }),
    actions: [{ label: 'Back', shows: undefined }],
  },
  newPassword: {
    title: 'Change password',
    fields: [newPassword],
    submit: 'Change',
    event: ({ password = '' }) => ({ type: 'password.change', password }),
    actions: [{ label: 'Back', shows: undefined }],
  },
}

/** Sends what the user typed into the form. */
export function submitForm(shown: Shown, element: HTMLFormElement): void {
  const values = Object.fromEntries(new FormData(element)) as Record<string, string>
  const event = formOf(shown).event?.(values)
  if (event) auth.send(event)
}

/** The seconds until the time of an action. */
export const secondsUntil = (at = 0, now = Date.now()): number =>
  Math.max(0, Math.ceil((at - now) / 1000))

/** Lets the user type at once: into the first field of a new form, or into the one that was refused. */
export function focusForm(element: HTMLFormElement): void {
  const first =
    element.querySelector<HTMLElement>('input') ?? element.querySelector<HTMLElement>('button')
  first?.focus()
  if (first instanceof HTMLInputElement) first.select()
}
