/** The second factor: a code to the phone of the account. */
import { auth } from '../auth.ts'
import { contactField } from '../fields.ts'
import { h } from '../dom.ts'
import { back, button, flowError, focusHeading, heading } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'

const isHere = () => ui.view.flow === 'signIn'
const isAsking = () => ui.view.step === 'askingSecondFactor'

/** The screen itself says that a second factor is needed. */
const error = () => (ui.view.error?.code === 'mfa_phone_required' ? undefined : flowError())

const contact = contactField('factor', { isAsking, isOpen: isHere, error, only: 'phone' })

function submit(event: Event): void {
  event.preventDefault()
  const typed = isAsking() && contact.take()
  if (typed) auth.send({ type: 'contact.submit', ...typed })
}

export const secondFactor: ScreenPart = {
  element: h(
    'div',
    {},
    back(
      () => t().back,
      isAsking,
      () => auth.send({ type: 'contact.change' }),
    ),
    heading(() => t().secondFactor.heading),
    h('p', { class: 'lead' }, () => t().secondFactor.lead),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), novalidate: true, onsubmit: submit },
      ...contact.nodes,
      button('primary', () => (ui.view.busy ? t().contact.sending : t().contact.send), isAsking, {
        isBusy: () => ui.view.busy,
      }),
    ),
  ),
  focus: focusHeading,
}
