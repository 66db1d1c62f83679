/** Everything is proven; only the last step did not get through. */
import { h } from '../live.ts'
import { button, either, flowError, focusHeading, heading, line } from '../parts.ts'
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

function leave(): void {
  if (isAccount()) return cancelEdit()
  either({ type: 'contact.change' }, { type: 'flow.cancel' })
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
          either(
            { type: 'signIn.retry' },
            { type: 'upgrade.retry' },
            { type: 'elevation.retry' },
            { type: 'edit.retry' },
          ),
      }),
      button('secondary', changeLabel, isAsking, {
        onclick: leave,
      }),
    ),
  ),
  focus: focusHeading,
}
