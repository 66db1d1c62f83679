/** Password reset. */
import { html, type TemplateResult } from 'lit'
import type { Host } from '../host.ts'
import { contactField, passwordField, takeContact, takePassword, usernameField } from '../inputs.ts'
import { back, button, form, heading, lead } from '../parts.ts'

/** Renders the form for the contact of a forgotten password. */
export function forgotten(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = view.step === 'askingContact'
  const submit = () => {
    const typed = isAsking && takeContact(host, 'reset-contact', host.only)
    if (typed) c.send({ type: 'contact.submit', ...typed })
  }
  return html`${back(t.reset.leave, isAsking, () => c.send({ type: 'flow.cancel' }))}
  ${heading(t.titles.askingContact)}${lead(t.reset.lead)}
  ${form(
    host,
    submit,
    html`${contactField(host, 'reset-contact', { isAsking, error: host.flowError, only: host.only })}${button(
      'primary',
      view.busy ? t.contact.sending : t.contact.send,
      { isUsable: isAsking, isBusy: view.busy },
    )}`,
  )}`
}

/** Renders the form for the new password. */
export function newPassword(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = c.can({ type: 'password.submit', password: '', username: '' })
  const isSaving = view.step === 'resettingPassword' || view.step === 'signingIn'
  const submit = () => {
    const typed = isAsking && takePassword(host, 'reset-password', true)
    if (typed) c.send({ type: 'password.submit', password: typed })
  }
  const { phone_number, email } = c.state.contact ?? {}
  return html`${heading(t.titles.askingPassword)}${lead(t.reset.leadNew)}
  ${form(
    host,
    submit,
    html`${usernameField(phone_number ?? email)}${passwordField(host, 'reset-password', {
      isAsking,
      error: host.flowError,
      hint: t.hints.newPassword,
      isNew: true,
      hasFocus: true,
    })}${button('primary', isSaving ? t.reset.saving : t.reset.save, {
      isUsable: isAsking,
      isBusy: isSaving,
    })}${button('secondary', t.reset.change, {
      isUsable: isAsking,
      onClick: () => c.send({ type: 'contact.change' }),
    })}`,
  )}`
}
