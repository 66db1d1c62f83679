/** A guest upgrades by a contact or a provider, and chooses what to do if that is taken. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Host } from '../host.ts'
import { contactField, takeContact } from '../inputs.ts'
import { back, button, divider, form, heading, lead, line } from '../parts.ts'
import { lastContact } from './code.ts'
import { chosenProvider, hasProviderFailed, providerButtons } from './provider.ts'

/** Renders the ways to upgrade. */
export function upgrade(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = view.flow === 'upgrade' && view.step === 'askingAccount'
  const byProvider = hasProviderFailed(host)
  const submit = () => {
    const typed = isAsking && takeContact(host, 'upgrade-contact', host.only)
    if (!typed) return
    c.save({ upgradeBy: 'contact' })
    c.send({ type: 'contact.submit', ...typed })
  }
  const isSending = view.step === 'sendingCode'
  const choose = (id: string) => {
    c.save({ upgradeBy: 'provider' })
    c.send({ type: 'provider.choose', ...host.consentInput(id) })
  }
  return html`${back(t.upgrade.later, isAsking, () => c.send({ type: 'flow.cancel' }))}
  ${heading(t.titles['upgrade.askingAccount'])}${lead(t.upgrade.lead)}
  ${form(
    host,
    submit,
    html`${contactField(host, 'upgrade-contact', {
      isAsking,
      error: byProvider ? undefined : host.flowError,
      only: host.only,
    })}${button('primary', isSending ? t.contact.sending : t.contact.send, {
      isUsable: isAsking,
      isBusy: isSending,
    })}`,
  )}
  ${
    host.providers.length === 0
      ? nothing
      : html`<div class="others">
          ${divider(t.account.or)}${providerButtons(host, isAsking, choose)}
          ${line(host, 'upgrade-line', byProvider ? host.flowError : undefined)}
        </div>`
  }`
}

/** Renders the choice for a guest whose contact or provider belongs to another account. */
export function choice(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = view.step === 'askingChoice'
  const isBusy = view.step === 'switching' || view.step === 'switchingByProvider'
  // The heading already says that it is taken.
  const isTaken = view.error?.operation === 'upgrade' && view.error.code === 'failed_precondition'
  const byContact = c.state.upgradeBy === 'contact'
  return html`${heading(t.titles.askingChoice)}
    ${lead(byContact ? t.choice.contact(lastContact(host)) : t.choice.provider(chosenProvider(host)))}
    <p class="warning" part="warning">${t.choice.loss}</p>
    ${form(
      host,
      undefined,
      html`${line(host, 'choice-line', isTaken ? undefined : host.flowError)}${button(
        'primary',
        t.choice.other,
        { isUsable: isAsking, onClick: () => c.send({ type: 'contact.change' }) },
      )}${button('secondary', isBusy ? t.choice.switching : t.choice.switch, {
        isUsable: isAsking,
        isBusy,
        onClick: () => c.send({ type: 'account.switch' }),
      })}`,
    )}`
}
