import { auth } from './auth.ts'
import { h } from './live.ts'
import { button, flowError, heading, line, type ScreenPart, t, ui } from './parts.ts'

const canRetry = () => ui.view.can({ type: 'signIn.retry' })
const canChange = () => ui.view.can({ type: 'contact.change' })

export const retry: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().retry.heading),
    h('p', { class: 'lead' }, () => t().retry.lead),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), onsubmit: (event) => event.preventDefault() },
      line('retry-line', flowError),
      button('primary', () => (ui.view.busy ? t().account.signingIn : t().retry.retry), canRetry, {
        isBusy: () => ui.view.busy,
        onclick: () => auth.send({ type: 'signIn.retry' }),
      }),
      button('secondary', () => t().retry.change, canChange, {
        onclick: () => auth.send({ type: 'contact.change' }),
      }),
    ),
  ),
  focus() {
    this.element.querySelector('h1')?.focus()
  },
}
