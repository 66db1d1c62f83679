/** Step-up authentication: another proof before an important edit. */
import { auth } from '../auth.ts'
import { usernameField, passwordField } from '../fields.ts'
import { beforeRefresh, h } from '../dom.ts'
import { back, button, flowError, focusHeading, heading, line, masked } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'
import { pageState } from '../pageState.ts'
import { user } from '../user.ts'
import { cancelEdit } from './edit.ts'

const isHere = () => ui.view.flow === 'account'
const byPassword = () => ui.view.can({ type: 'password.submit', password: '' })
const byCode = () => ui.view.can({ type: 'code.request' })
const isAsking = () => ui.view.step === 'askingProof' || ui.view.step === 'askingCodeRequest'
const isSending = () => ui.view.step === 'sendingCode'
const isConfirming = () => ui.view.busy && !isSending()

/** Whether the password form is shown; it stays while the proof is checked. */
let hasPassword = false
beforeRefresh(() => {
  if (isAsking()) hasPassword = isHere() && byPassword()
})

const password = passwordField('own-password', {
  isAsking: () => isHere() && byPassword(),
  isOpen: () => isHere() && (isAsking() || ui.view.step === 'elevating'),
  error: flowError,
  label: () => t().password.label,
  hint: () => t().elevation.hint,
})

/** The last error, so that a wrong password is emptied once. */
let lastError = ui.view.error
beforeRefresh(() => {
  const { error } = ui.view
  if (error === lastError || !isAsking()) return
  lastError = error
  if (error?.operation !== 'sudo' || !hasPassword) return
  password.clear()
  password.input.focus()
})

const contact = () => {
  const { phone_number, email } = user.value ?? {}
  return masked(phone_number ? { phone_number } : { email: email ?? '' })
}

const form = h(
  'form',
  {
    'aria-busy': () => String(ui.view.busy),
    novalidate: true,
    hidden: () => !hasPassword,
    onsubmit: (event) => {
      event.preventDefault()
      const typed = byPassword() && password.take()
      if (typed) auth.send({ type: 'password.submit', password: typed })
    },
  },
  usernameField(),
  ...password.nodes,
  button(
    'primary',
    () => (isConfirming() ? t().elevation.confirming : t().elevation.confirm),
    byPassword,
    { isBusy: isConfirming },
  ),
  button(
    'secondary',
    () => (isSending() ? t().contact.sending : t().elevation.byCode(contact())),
    byCode,
    {
      isBusy: isSending,
      isHidden: () => !byCode() && !isSending(),
      onclick: () => auth.send({ type: 'code.request' }),
    },
  ),
)

const codeForm = h(
  'form',
  {
    'aria-busy': () => String(ui.view.busy),
    hidden: () => hasPassword,
    onsubmit: (event) => event.preventDefault(),
  },
  h('p', {}, () => (user.value ? t().elevation.codeTo(contact()) : '')),
  line('elevation-line', () => (hasPassword ? undefined : flowError())),
  button('primary', () => (isSending() ? t().contact.sending : t().elevation.send), byCode, {
    isBusy: () => ui.view.busy,
    onclick: () => auth.send({ type: 'code.request' }),
  }),
)

export const elevation: ScreenPart = {
  element: h(
    'div',
    {},
    back(() => t().cancel, isAsking, cancelEdit),
    heading(() => t().elevation.heading),
    h('p', { class: 'lead' }, () => t().elevation.lead[pageState.edit ?? 'profile']),
    form,
    codeForm,
  ),
  focus() {
    if (byPassword()) return password.input.focus()
    focusHeading.call(this)
  },
}
