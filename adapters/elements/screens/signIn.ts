/** The other screens of signing in: the second factor, a retry and the profile of a new account. */
import { html, type TemplateResult } from 'lit'
import { eventOf } from '../../ui/fields.ts'
import type { Host } from '../host.ts'
import { contactField, takeContact, textField } from '../inputs.ts'
import { back, button, form, heading, lead, line } from '../parts.ts'

/** Renders the form for the phone of an account with two factors. */
export function secondFactor(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = view.step === 'askingSecondFactor'
  // The screen itself says that a second factor is needed.
  const error = view.error?.code === 'mfa_phone_required' ? undefined : host.flowError
  const submit = () => {
    const typed = isAsking && takeContact(host, 'factor', 'phone')
    if (typed) c.send({ type: 'contact.submit', ...typed })
  }
  return html`${back(t.back, isAsking, () => c.send({ type: 'contact.change' }))}
  ${heading(t.titles.askingSecondFactor)}${lead(t.secondFactor.lead)}
  ${form(
    host,
    submit,
    html`${contactField(host, 'factor', { isAsking, error, only: 'phone' })}${button(
      'primary',
      view.busy ? t.contact.sending : t.contact.send,
      { isUsable: isAsking, isBusy: view.busy },
    )}`,
  )}`
}

/** Renders the retry of a last request that did not reach the server. */
export function retry(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const { flow, busy } = view
  const isAsking = view.step === 'askingRetry'
  const labels: Partial<Record<string, string>> = {
    account: t.cancel,
    resetPassword: t.reset.leave,
    upgrade: t.upgrade.again,
  }
  const cancel = () =>
    flow === 'account'
      ? c.cancelEdit()
      : c.sendFirst({ type: 'contact.change' }, { type: 'flow.cancel' })
  const send = () =>
    c.sendFirst(
      { type: 'signIn.retry' },
      { type: 'upgrade.retry' },
      { type: 'elevation.retry' },
      { type: 'edit.retry' },
    )
  return html`${heading(t.titles.askingRetry)}
  ${lead(flow === 'resetPassword' ? t.retry.leadReset : t.retry.lead)}
  ${form(
    host,
    undefined,
    html`${line(host, 'retry-line', host.flowError)}${button(
      'primary',
      busy ? t.edit.working : t.retry.retry,
      { isUsable: isAsking, isBusy: busy, onClick: send },
    )}${button('secondary', labels[flow ?? ''] ?? t.retry.change, {
      isUsable: isAsking,
      onClick: cancel,
    })}`,
  )}`
}

/** Renders the optional profile of a new account. */
export function profile(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const isAsking = c.can({ type: 'profile.skip' })
  const error = view.error?.operation === 'updateProfile' ? host.flowError : undefined
  const skip = () => c.send({ type: 'profile.skip' })
  const submit = () => {
    if (!isAsking) return
    const given = { name: host.draft('nickname').value, username: host.draft('new-username').value }
    if (Object.values(given).every((value) => !value.trim())) return skip()
    c.send(eventOf('profile.submit', given))
  }
  const field = { isAsking, describedBy: 'profile-line', isOptional: true }
  const isWrong = host.isWrong(error)
  return html`${heading(t.titles.askingProfile)}${lead(t.profile.lead)}
  ${form(
    host,
    submit,
    html`${textField(host, 'nickname', 'nickname', field)}${textField(
      host,
      'new-username',
      'username',
      { ...field, isWrong },
    )}${line(host, 'profile-line', error ?? host.flowError, t.hints.username)}${button(
      'primary',
      view.busy ? t.profile.saving : t.profile.save,
      { isUsable: isAsking, isBusy: view.busy },
    )}${button('secondary', t.profile.skip, { isUsable: isAsking, onClick: skip })}`,
  )}`
}
