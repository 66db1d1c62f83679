/** The screens for a code that was sent, and for getting another one. */
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { maskContact } from '../../ui/contact.ts'
import { fields } from '../../ui/fields.ts'
import type { Host } from '../host.ts'
import { button, form, heading, lead, line } from '../parts.ts'

const LENGTH = 6
const [spec] = fields({ flow: 'signIn', step: 'askingCode' })['code.submit']!

const digitsOf = (typed: string) => typed.normalize('NFKC').replace(/\D/g, '').slice(0, LENGTH)
const isAccount = ({ view }: Host) => view.flow === 'account'
const isEmail = ({ controller }: Host) => controller.state.contact?.email !== undefined

/** The masked contact that the last code was sent to. */
export const lastContact = ({ controller }: Host): string =>
  maskContact(controller.state.contact ?? {})

function submit(host: Host) {
  const { controller: c } = host
  if (!c.can({ type: 'code.submit', code: '' })) return
  const draft = host.draft('code')
  draft.isRefused = draft.value.length < LENGTH
  if (draft.isRefused) return host.focusAfterUpdate('code')
  c.send({ type: 'code.submit', code: draft.value })
}

function workLabel({ view, t }: Host): string {
  const { verifying, signingIn, signingUp, saving, deleting, verify } = t.code
  const labels: Partial<Record<string, string>> = {
    verifyingCode: verifying,
    elevating: verifying,
    signingIn,
    signingUp,
    upgrading: t.upgrade.upgrading,
    settingContact: saving,
    settingPassword: saving,
    deletingUser: deleting,
  }
  return labels[view.step ?? ''] ?? verify
}

/** The button that sends another code. Until that is possible it counts the seconds. */
function resendButton(host: Host, kind: 'primary' | 'secondary') {
  const { controller: c, t, view, secondsLeft } = host
  const isBusy = view.step === 'sendingCode'
  const label = secondsLeft > 0 ? t.code.resendIn(secondsLeft) : t.code.resend
  return button(kind, isBusy ? t.code.resending : label, {
    isUsable: c.can({ type: 'code.resend' }),
    isBusy,
    onClick: () => c.send({ type: 'code.resend' }),
  })
}

/** Goes back to the contact, or cancels the edit of an account. */
function leaveButton(host: Host, kind: 'secondary' | 'link') {
  const { controller: c, t } = host
  const type = isAccount(host) ? 'edit.cancel' : 'contact.change'
  return button(kind, isAccount(host) ? t.cancel : t.code.change(isEmail(host)), {
    isUsable: c.can({ type }),
    onClick: () => (isAccount(host) ? c.cancelEdit() : c.send({ type })),
  })
}

/** Offers the password to a user without a phone; a user with one has to enter a code. */
function passwordButton(host: Host) {
  const { controller: c, t } = host
  if (!isAccount(host) || !isEmail(host) || isForTarget(host)) return nothing
  return button('secondary', t.code.byPassword, {
    isUsable: c.can({ type: 'proof.change' }),
    onClick: () => c.send({ type: 'proof.change' }),
  })
}

/** Whether the code proves the new contact of an account, not its current one. */
function isForTarget({ controller: { state } }: Host): boolean {
  const { phone_number, email } = state.target ?? {}
  const { contact } = state
  return !!contact && contact.phone_number === phone_number && contact.email === email
}

function title(host: Host): string {
  const { t } = host
  if (!isAccount(host)) return t.titles.askingCode
  return isForTarget(host) ? t.code.headingNew(isEmail(host)) : t.titles['account.askingCode']
}

/** Renders the field for a code. */
export function code(host: Host): TemplateResult {
  const { controller: c, t, view } = host
  const draft = host.draft('code')
  const isAsking = c.can({ type: 'code.submit', code: '' })
  const isWorking = view.busy && view.step !== 'sendingCode'
  const error = draft.isRefused ? t.code.missing : host.flowError
  const onInput = (event: Event) => {
    const field = event.target as HTMLInputElement
    field.value = draft.value = digitsOf(field.value)
    draft.isRefused = false
    host.requestUpdate()
    if (draft.value.length === LENGTH) submit(host)
  }
  const next = Math.min(draft.value.length, LENGTH - 1)
  const cells = Array.from(
    { length: LENGTH },
    (_, index) =>
      html`<span class="cell" part="cell" ?data-next=${index === next}
        >${draft.value.charAt(index)}</span
      >`,
  )
  const isWrong = draft.isRefused || host.isWrong(error)
  return html`${heading(title(host))}
    <p class="lead sent" part="lead">
      <span id="code-lead">${t.code.sent(lastContact(host))}</span>
      ${leaveButton(host, 'link')}
    </p>
    ${form(
      host,
      () => submit(host),
      html`<div class="label"><label for="code" part="label">${t.labels.code}</label></div>
        <div class="code" ?data-wrong=${isWrong}>
          <div class="cells" aria-hidden="true">${cells}</div>
          <input
            id="code"
            name="code"
            part="code"
            type="text"
            data-focus
            data-first
            autocomplete=${spec!.autocomplete as 'one-time-code'}
            inputmode=${spec!.inputmode}
            enterkeyhint=${spec!.enterkeyhint}
            maxlength=${spec!.maxlength}
            ?readonly=${!isAsking}
            aria-describedby="code-lead code-line"
            aria-invalid=${isWrong ? 'true' : nothing}
            .value=${live(draft.value)}
            @input=${onInput}
          />
        </div>
        ${line(host, 'code-line', error, t.hints.code)}
        ${button('primary', workLabel(host), { isUsable: isAsking, isBusy: isWorking })}
        ${resendButton(host, 'secondary')}${passwordButton(host)}`,
    )}`
}

/** Renders the button for another code, where the last one cannot be used any more. */
export function resend(host: Host): TemplateResult {
  const { t } = host
  return html`${heading(t.titles.askingResend)}${lead(t.resend.lead(lastContact(host)))}
  ${form(
    host,
    undefined,
    html`${line(host, 'resend-line', host.flowError)}${resendButton(host, 'primary')}${leaveButton(
      host,
      'secondary',
    )}`,
  )}`
}
