/** The screens for a code that was sent, and for getting another one. */
import { auth } from '../auth.ts'
import { beforeRefresh, h, onRefresh, refresh } from '../dom.ts'
import { button, flowError, focusHeading, heading, isCancelled } from '../parts.ts'
import { lastContact, line, type ScreenPart, t, ui } from '../parts.ts'
import { pageState, savePageState } from '../pageState.ts'
import { cancelEdit } from './edit.ts'

const LENGTH = 6

const isAsking = () => ui.view.can({ type: 'code.submit', code: '' })
const canResend = () => ui.view.can({ type: 'code.resend' })
const isAccount = () => ui.view.flow === 'account'
const canLeave = () => ui.view.can({ type: isAccount() ? 'edit.cancel' : 'contact.change' })
const isEmail = () => pageState.contact?.email !== undefined

let isMissing = false
let lastError = ui.view.error

const input = h('input', {
  id: 'code',
  name: 'code',
  type: 'text',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
  readonly: () => !isAsking(),
  'aria-describedby': 'code-lead code-line',
  'aria-invalid': () => (errorText() !== undefined && !isCancelled() ? 'true' : undefined),
  oninput: typed,
})

const cells = Array.from({ length: LENGTH }, (_, index) =>
  h(
    'span',
    { class: 'cell', 'data-next': () => index === Math.min(digits().length, LENGTH - 1) },
    () => digits().charAt(index),
  ),
)

function digits(): string {
  return input.value.normalize('NFKC').replace(/\D/g, '').slice(0, LENGTH)
}

function errorText(): string | undefined {
  return isMissing ? t().code.missing : flowError()
}

function typed(): void {
  input.value = digits()
  isMissing = false
  refresh()
  if (digits().length === LENGTH) submit()
}

function submit(): void {
  if (!isAsking()) return
  isMissing = digits().length < LENGTH
  if (!isMissing) return auth.send({ type: 'code.submit', code: digits() })
  refresh()
  input.focus()
}

const form = h(
  'form',
  {
    'aria-busy': () => String(ui.view.busy),
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault()
      submit()
    },
  },
  h(
    'div',
    { class: 'label' },
    h('label', { for: 'code' }, () => t().code.label),
  ),
  h('div', { class: 'code' }, h('div', { class: 'cells', 'aria-hidden': 'true' }, ...cells), input),
  line('code-line', errorText, () => t().code.hint),
  button('primary', workLabel, isAsking, { isBusy: isWorking }),
  resendButton('secondary'),
  passwordButton(),
)

function isWorking(): boolean {
  return ui.view.busy && ui.view.step !== 'sendingCode'
}

function workLabel(): string {
  const { verifying, signingIn, signingUp, saving, deleting, verify } = t().code
  const labels: Partial<Record<string, string>> = {
    verifyingCode: verifying,
    elevating: verifying,
    signingIn,
    signingUp,
    upgrading: t().upgrade.upgrading,
    settingContact: saving,
    settingPassword: saving,
    deletingUser: deleting,
  }
  return labels[ui.view.step ?? ''] ?? verify
}

/** Creates the button that sends another code. Until that is possible it counts the seconds. */
export function resendButton(kind: 'primary' | 'secondary'): HTMLButtonElement {
  return button(kind, resendLabel, canResend, {
    isBusy: () => ui.view.step === 'sendingCode',
    onclick: () => auth.send({ type: 'code.resend' }),
  })
}

function resendLabel(): string {
  if (ui.view.step === 'sendingCode') return t().code.resending
  const seconds = Math.ceil(millisecondsLeft() / 1000)
  return seconds > 0 ? t().code.resendIn(seconds) : t().code.resend
}

/** Returns the milliseconds until another code can be sent. */
function millisecondsLeft(): number {
  return Math.max(0, (ui.view.code?.resendAt ?? 0) - Date.now())
}

/** Goes back to the contact, or cancels the edit of an account. */
const leaveButton = (kind: 'secondary' | 'link') =>
  button(kind, () => (isAccount() ? t().cancel : t().code.change(isEmail())), canLeave, {
    onclick: () => (isAccount() ? cancelEdit() : auth.send({ type: 'contact.change' })),
  })

/** Offers the password to a user without a phone; a user with one has to enter a code. */
function passwordButton(): HTMLButtonElement {
  const isOffered = () => isAccount() && !!pageState.contact?.email && !isForTarget()
  const canChange = () => ui.view.can({ type: 'proof.change' })
  return button('secondary', () => t().code.byPassword, canChange, {
    isHidden: () => !isOffered(),
    onclick: () => auth.send({ type: 'proof.change' }),
  })
}

// The screen counts the seconds; the machine keeps the deadline.
let timer: number | undefined
onRefresh(() => {
  window.clearTimeout(timer)
  if (millisecondsLeft() > 0) timer = window.setTimeout(refresh, millisecondsLeft() % 1000 || 1000)
})

beforeRefresh(() => {
  const { code, error, step } = ui.view
  // Another contact gets another code.
  if (code && code.contact !== pageState.contact) input.value = ''
  if (code) savePageState({ contact: code.contact })
  if (step !== 'askingCode' && step !== 'verifyingCode' && !ui.view.busy) input.value = ''
  if (error === lastError || step !== 'askingCode') return
  lastError = error
  isMissing = false
  // A wrong code is typed again. A code that did not reach the server stays, to be sent again.
  if (error?.operation === 'verify' && error.code === 'invalid_argument') input.value = ''
  if (error) input.focus()
})

/** Fills the code in, as a paste would, if a code is asked for. Returns whether it is. */
export function fillCode(code: string): boolean {
  if (!isAsking()) return false
  input.value = code
  input.focus()
  typed()
  return true
}

/** Whether the code proves the new contact of an account, not its current one. */
function isForTarget(): boolean {
  const { phone_number, email } = pageState.target ?? {}
  const now = pageState.contact
  return !!now && now.phone_number === phone_number && now.email === email
}

function headingText(): string {
  if (!isAccount()) return t().code.heading
  return isForTarget() ? t().code.headingNew(isEmail()) : t().code.headingSelf
}

export const code: ScreenPart = {
  element: h(
    'div',
    {},
    heading(headingText),
    h(
      'p',
      { class: 'lead sent' },
      h('span', { id: 'code-lead', 'aria-live': 'polite' }, () => t().code.sent(lastContact())),
      leaveButton('link'),
    ),
    form,
  ),
  // The description of the field says what the screen is about.
  focus: () => input.focus(),
}

export const resend: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().resend.heading),
    h('p', { class: 'lead' }, () => t().resend.lead(lastContact())),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), onsubmit: (event) => event.preventDefault() },
      line('resend-line', flowError),
      resendButton('primary'),
      leaveButton('secondary'),
    ),
  ),
  focus: focusHeading,
}
