/** The last request did not reach the server and can be sent again. */
import { h } from '../dom.ts'
import { button, sendFirst, flowError, focusHeading, heading, line } from '../parts.ts'
import { type ScreenPart, t, ui } from '../parts.ts'
import { cancelEdit } from './edit.ts'

const isAsking = () => ui.view.step === 'askingRetry'
const isUpgrade = () => ui.view.flow === 'upgrade'
const isReset = () => ui.view.flow === 'resetPassword'

const isAccount = () => ui.view.flow === 'account'

function changeLabel(): string {
  if (isAccount()) return t().cancel
  if (isReset()) return t().reset.leave
  return isUpgrade() ? t().upgrade.again : t().retry.change
}

function cancel(): void {
  if (isAccount()) return cancelEdit()
  sendFirst({ type: 'contact.change' }, { type: 'flow.cancel' })
}

export const retry: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().retry.heading),
    h('p', { class: 'lead' }, () => (isReset() ? t().retry.leadReset : t().retry.lead)),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), onsubmit: (event) => event.preventDefault() },
      line('retry-line', flowError),
      button('primary', () => (ui.view.busy ? t().edit.working : t().retry.retry), isAsking, {
        isBusy: () => ui.view.busy,
        onclick: () =>
          sendFirst(
            { type: 'signIn.retry' },
            { type: 'upgrade.retry' },
            { type: 'elevation.retry' },
            { type: 'edit.retry' },
          ),
      }),
      button('secondary', changeLabel, isAsking, {
        onclick: cancel,
      }),
    ),
  ),
  focus: focusHeading,
}
