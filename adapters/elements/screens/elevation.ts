/** Step-up authentication: another proof before an important edit. */
import { html, nothing, type TemplateResult } from 'lit'
import { maskContact } from '../../ui/contact.ts'
import type { Host } from '../host.ts'
import { passwordField, takePassword, usernameField } from '../inputs.ts'
import { back, button, form, heading, lead, line } from '../parts.ts'
import { loginNameOf } from './edit.ts'

/** Renders the proof by password or by a code. */
export function elevation(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const { step } = view
  const byPassword = c.can({ type: 'password.submit', password: '' })
  const byCode = c.can({ type: 'code.request' })
  const isAsking = step === 'askingProof' || step === 'askingCodeRequest'
  const isSending = step === 'sendingCode'
  const isConfirming = view.busy && !isSending
  // The password form stays while the proof is checked.
  if (isAsking) host.isByPassword = byPassword
  const hasPassword = host.isByPassword
  const { phone_number, email } = c.user.value ?? {}
  const to = phone_number ? maskContact({ phone_number }) : email ? maskContact({ email }) : ''
  const requestCode = () => c.send({ type: 'code.request' })
  const submit = () => {
    const typed = byPassword && takePassword(host, 'own-password')
    if (typed) c.send({ type: 'password.submit', password: typed })
  }
  const passwordForm = () =>
    form(
      host,
      submit,
      html`${usernameField(loginNameOf(host))}${passwordField(host, 'own-password', {
        isAsking: byPassword,
        error: host.flowError,
        hint: t.hints.ownPassword,
        hasFocus: true,
      })}${button('primary', isConfirming ? t.elevation.confirming : t.elevation.confirm, {
        isUsable: byPassword,
        isBusy: isConfirming,
      })}${
        byCode || isSending
          ? button('secondary', isSending ? t.contact.sending : t.elevation.byCode(to), {
              isUsable: byCode,
              isBusy: isSending,
              onClick: requestCode,
            })
          : nothing
      }`,
    )
  const codeForm = () =>
    form(
      host,
      undefined,
      html`<p>${c.user.value ? t.elevation.codeTo(to) : ''}</p>
        ${line(host, 'elevation-line', host.flowError)}${button(
          'primary',
          isSending ? t.contact.sending : t.elevation.send,
          { isUsable: byCode, isBusy: view.busy, onClick: requestCode },
        )}`,
    )
  return html`${back(t.cancel, isAsking, c.cancelEdit)}${heading(t.titles.askingProof)}
  ${lead(t.elevation.lead[c.state.edit ?? 'profile'])}${hasPassword ? passwordForm() : codeForm()}`
}
