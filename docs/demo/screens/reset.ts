/** Password reset. */
import { auth } from '../auth.ts'
import { contactField, passwordField } from '../fields.ts'
import { beforeRefresh, h } from '../dom.ts'
import { back, button, flowError, focusHeading, heading, type ScreenPart } from '../parts.ts'
import { t, ui } from '../parts.ts'
import { pageState } from '../pageState.ts'

const isHere = () => ui.view.flow === 'resetPassword'
const isAsking = () => ui.view.step === 'askingContact'
const isAskingPassword = () => isHere() && ui.view.can({ type: 'password.submit', password: '' })
const isSaving = () => ui.view.step === 'resettingPassword' || ui.view.step === 'signingIn'

const contact = contactField('reset-contact', { isAsking, isOpen: isHere, error: flowError })

const password = passwordField('reset-password', {
  isAsking: isAskingPassword,
  isOpen: () => isHere() && (isAskingPassword() || isSaving()),
  error: flowError,
  label: () => t().password.new,
  hint: () => t().password.hint,
  isNew: true,
})

/** Shows password managers which user the new password is for. */
const username = h('input', {
  type: 'text',
  class: 'username',
  autocomplete: 'username',
  tabindex: '-1',
  'aria-hidden': 'true',
  readonly: true,
})
beforeRefresh(() => {
  username.value = pageState.contact?.phone_number ?? pageState.contact?.email ?? ''
})

export const forgotten: ScreenPart = {
  element: h(
    'div',
    {},
    back(
      () => t().reset.leave,
      isAsking,
      () => auth.send({ type: 'flow.cancel' }),
    ),
    heading(() => t().reset.heading),
    h('p', { class: 'lead' }, () => t().reset.lead),
    h(
      'form',
      {
        'aria-busy': () => String(ui.view.busy),
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          const typed = isAsking() && contact.take()
          if (typed) auth.send({ type: 'contact.submit', ...typed })
        },
      },
      ...contact.nodes,
      button('primary', () => (ui.view.busy ? t().contact.sending : t().contact.send), isAsking, {
        isBusy: () => ui.view.busy,
      }),
    ),
  ),
  focus() {
    if (ui.view.error) return contact.input.focus()
    focusHeading.call(this)
  },
}

export const newPassword: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().reset.headingNew),
    h('p', { class: 'lead' }, () => t().reset.leadNew),
    h(
      'form',
      {
        'aria-busy': () => String(ui.view.busy),
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          const typed = isAskingPassword() && password.take()
          if (typed) auth.send({ type: 'password.submit', password: typed })
        },
      },
      username,
      ...password.nodes,
      button('primary', () => (isSaving() ? t().reset.saving : t().reset.save), isAskingPassword, {
        isBusy: isSaving,
      }),
      button('secondary', () => t().reset.change, isAskingPassword, {
        onclick: () => auth.send({ type: 'contact.change' }),
      }),
    ),
  ),
  focus: () => password.input.focus(),
}
