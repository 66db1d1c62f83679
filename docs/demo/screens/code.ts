/** The code that was sent, and how to get another one. */
import { auth } from '../auth.ts'
import { beforeDrawing, h, live, refresh } from '../live.ts'
import { button, flowError, focusHeading, heading, isCancelled } from '../parts.ts'
import { lastContact, line, type ScreenPart, t, ui } from '../parts.ts'
import { keep, place } from '../place.ts'
import { cancelEdit } from './edit.ts'

const LENGTH = 6

const isAsking = () => ui.view.can({ type: 'code.submit', code: '' })
const canResend = () => ui.view.can({ type: 'code.resend' })
const isAccount = () => ui.view.flow === 'account'
const canLeave = () => ui.view.can({ type: isAccount() ? 'edit.cancel' : 'contact.change' })
const isEmail = () => place.contact?.email !== undefined

let isMissing = false
let failure = ui.view.error

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

/** Sends again, once it may be; until then it says how long that takes. */
export function resendButton(kind: 'primary' | 'secondary'): HTMLButtonElement {
  return button(kind, resendLabel, canResend, {
    isBusy: () => ui.view.step === 'sendingCode',
    onclick: () => auth.send({ type: 'code.resend' }),
  })
}

function resendLabel(): string {
  if (ui.view.step === 'sendingCode') return t().code.resending
  const seconds = Math.ceil(left() / 1000)
  return seconds > 0 ? t().code.resendIn(seconds) : t().code.resend
}

/** Milliseconds until the code may be sent again. */
function left(): number {
  return Math.max(0, (ui.view.code?.resendAt ?? 0) - Date.now())
}

/** The other way: another contact, or, in the account, none. */
const leaveButton = (kind: 'secondary' | 'link') =>
  button(kind, () => (isAccount() ? t().cancel : t().code.change(isEmail())), canLeave, {
    onclick: () => (isAccount() ? cancelEdit() : auth.send({ type: 'contact.change' })),
  })

/** The other proof, for who has an e-mail alone; a phone has to be proven by a code. */
function passwordButton(): HTMLButtonElement {
  const isOffered = () => isAccount() && !!place.contact?.email && !isForTarget()
  const canChange = () => ui.view.can({ type: 'proof.change' })
  return button('secondary', () => t().code.byPassword, canChange, {
    isHidden: () => !isOffered(),
    onclick: () => auth.send({ type: 'proof.change' }),
  })
}

/** The countdown is a matter of the screen alone: the machine keeps the deadline. */
let timer: number | undefined
live(() => {
  window.clearTimeout(timer)
  if (left() > 0) timer = window.setTimeout(refresh, left() % 1000 || 1000)
})

beforeDrawing(() => {
  const { code, error, step } = ui.view
  // Another code is typed from the start.
  if (code && code.contact !== place.contact) input.value = ''
  if (code) keep({ contact: code.contact })
  if (step !== 'askingCode' && step !== 'verifyingCode' && !ui.view.busy) input.value = ''
  if (error === failure || step !== 'askingCode') return
  failure = error
  isMissing = false
  // A wrong code is typed anew; one that did not get through is sent again as it is.
  if (error?.operation === 'verify' && error.code === 'invalid_argument') input.value = ''
  if (error) input.focus()
})

/** Types a code in, as if it had been pasted. Answers whether there was room for it. */
export function fillCode(code: string): boolean {
  if (!isAsking()) return false
  input.value = code
  input.focus()
  typed()
  return true
}

/** Whether the code is for the contact that is to become the account's, not for one it has. */
function isForTarget(): boolean {
  const { phone_number, email } = place.target ?? {}
  const now = place.contact
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
  // There is one thing to do here, and it says by itself what it is about.
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
