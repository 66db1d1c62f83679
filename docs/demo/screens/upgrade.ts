/** A guest upgrades by a contact or a provider, and chooses what to do if that is taken. */
import { auth } from '../auth.ts'
import { contactField } from '../fields.ts'
import { h } from '../dom.ts'
import { back, button, flowError, focusHeading, heading, lastContact } from '../parts.ts'
import { line, type ScreenPart, t, ui } from '../parts.ts'
import { pageState, savePageState } from '../pageState.ts'
import { hasProviderFailed, providerButtons, consentInput } from './provider.ts'

const isHere = () => ui.view.flow === 'upgrade'
const isAsking = () => isHere() && ui.view.step === 'askingAccount'
const isChoosing = () => ui.view.step === 'askingChoice'
const isSwitching = () => ui.view.step === 'switching' || ui.view.step === 'switchingByProvider'

const contact = contactField('upgrade-contact', {
  isAsking,
  isOpen: isHere,
  error: () => (hasProviderFailed() ? undefined : flowError()),
})

export const upgrade: ScreenPart = {
  element: h(
    'div',
    {},
    back(
      () => t().upgrade.later,
      isAsking,
      () => auth.send({ type: 'flow.cancel' }),
    ),
    heading(() => t().upgrade.heading),
    h('p', { class: 'lead' }, () => t().upgrade.lead),
    h(
      'form',
      {
        'aria-busy': () => String(ui.view.busy),
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          const typed = isAsking() && contact.take()
          if (!typed) return
          savePageState({ upgradeBy: 'contact' })
          auth.send({ type: 'contact.submit', ...typed })
        },
      },
      ...contact.nodes,
      button(
        'primary',
        () => (ui.view.step === 'sendingCode' ? t().contact.sending : t().contact.send),
        isAsking,
        { isBusy: () => ui.view.step === 'sendingCode' },
      ),
    ),
    h(
      'div',
      { class: 'others' },
      h(
        'p',
        { class: 'divider' },
        h('span', {}, () => t().account.or),
      ),
      ...providerButtons(isAsking, (id) => {
        savePageState({ upgradeBy: 'provider' })
        auth.send({ type: 'provider.choose', ...consentInput(id) })
      }),
      line('upgrade-line', () => (hasProviderFailed() ? flowError() : undefined)),
    ),
  ),
  focus() {
    if (ui.view.error && !hasProviderFailed()) return contact.input.focus()
    focusHeading.call(this)
  },
}

/** After a redirect the state is lost, and only a provider redirects. */
const isByProvider = () => pageState.upgradeBy !== 'contact'

export const choice: ScreenPart = {
  element: h(
    'div',
    {},
    heading(() => t().choice.heading),
    h('p', { class: 'lead' }, () =>
      isByProvider()
        ? t().choice.provider(pageState.provider && t().providers[pageState.provider])
        : t().choice.contact(lastContact()),
    ),
    h('p', { class: 'warning' }, () => t().choice.loss),
    h(
      'form',
      { 'aria-busy': () => String(ui.view.busy), onsubmit: (event) => event.preventDefault() },
      line('choice-line', () => (isTakenError() ? undefined : flowError())),
      button('primary', () => t().choice.other, isChoosing, {
        onclick: () => auth.send({ type: 'contact.change' }),
      }),
      button(
        'secondary',
        () => (isSwitching() ? t().choice.switching : t().choice.switch),
        isChoosing,
        { isBusy: isSwitching, onclick: () => auth.send({ type: 'account.switch' }) },
      ),
    ),
  ),
  focus: focusHeading,
}

/** The heading already says this. */
function isTakenError(): boolean {
  return ui.view.error?.operation === 'upgrade' && ui.view.error.code === 'failed_precondition'
}
