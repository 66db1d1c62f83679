/** Form fields that several screens have. */
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Contact } from '../../services/http/wire.ts'
import { contactOf } from '../ui/contact.ts'
import { fields, type Field } from '../ui/fields.ts'
import { countryPicker, regionOf } from './countryPicker.ts'
import type { Draft, Host } from './host.ts'
import { button, icon, line } from './parts.ts'

const spec = {
  phone: fields({ flow: 'signIn', step: 'askingAccount' })['contact.submit']![0]!,
  email: fields({ flow: 'signIn', step: 'askingAccount' })['contact.submit']![1]!,
  loginName: fields({ flow: 'signIn', step: 'askingAccount' })['password.submit']![0]!,
  password: fields({ flow: 'account', step: 'askingProof' })['password.submit']![0]!,
  newPassword: fields({ flow: 'resetPassword', step: 'askingPassword' })['password.submit']![0]!,
  nickname: fields({ flow: 'signIn', step: 'askingProfile' })['profile.submit']![0]!,
  username: fields({ flow: 'signIn', step: 'askingProfile' })['profile.submit']![1]!,
}

interface InputOptions {
  isAsking: boolean
  isWrong: boolean
  describedBy: string
  placeholder?: string
  type?: string
  /** Takes the focus when the form was refused. */
  isFirst?: boolean
  /** Takes the focus when its screen appears. */
  hasFocus?: boolean
}

/** Creates the input of a field. */
function input(
  host: Host,
  id: string,
  { type, autocomplete, inputmode, enterkeyhint, maxlength }: Field,
  options: InputOptions,
): TemplateResult {
  const draft = host.draft(id)
  return html`<input
    id=${id}
    name=${id}
    part="input"
    type=${options.type ?? type}
    autocomplete=${autocomplete as 'on'}
    inputmode=${inputmode}
    enterkeyhint=${enterkeyhint}
    maxlength=${maxlength}
    autocapitalize="none"
    spellcheck="false"
    placeholder=${options.placeholder ?? nothing}
    ?readonly=${!options.isAsking}
    ?data-first=${options.isFirst}
    ?data-focus=${options.hasFocus}
    aria-describedby=${options.describedBy}
    aria-invalid=${options.isWrong ? 'true' : nothing}
    .value=${live(draft.value)}
    @input=${(event: Event) => {
      draft.value = (event.target as HTMLInputElement).value
      draft.isRefused = false
      host.requestUpdate()
    }}
  />`
}

const labelFor = (id: string, text: string, more: unknown = nothing) =>
  html`<div class="label"><label for=${id} part="label">${text}</label>${more}</div>`

/** Whether a text field holds an e-mail address rather than a phone number. */
export function isEmail({ value, isEmail }: Draft, only?: 'phone' | 'email'): boolean {
  const typed = value.trim()
  if (only) return only === 'email'
  if (typed === '') return isEmail
  return /[@＠\p{Letter}]/u.test(typed) || (isEmail && !/^\+|\d{11}/.test(typed))
}

interface ContactOptions {
  isAsking: boolean
  error: string | undefined
  only?: 'phone' | 'email' | undefined
}

/** A field for a phone number or an e-mail address, or for `only` one of them. */
export function contactField(
  host: Host,
  id: string,
  { isAsking, error, only }: ContactOptions,
): TemplateResult {
  const { t } = host
  const draft = host.draft(id)
  const byEmail = isEmail(draft, only)
  const missing = byEmail ? t.contact.missingEmail : t.contact.missingPhone
  const problem = draft.isRefused ? missing : error
  const usage = byEmail ? t.contact.usePhone : t.contact.useEmail
  const swap = () => {
    draft.value = ''
    draft.isEmail = !byEmail
    draft.isRefused = false
    host.focusAfterUpdate(id)
  }
  const kind = byEmail ? spec.email : spec.phone
  // An address may be pasted while a number is wanted.
  const { maxlength } = only === 'phone' ? spec.phone : spec.email
  const field = input(
    host,
    id,
    { ...kind, maxlength },
    {
      isAsking,
      isWrong: draft.isRefused || host.isWrong(error),
      describedBy: `${id}-line`,
      placeholder: byEmail ? 'name@example.com' : '138 0000 0000',
      type: 'text',
    },
  )
  return html`${labelFor(
      id,
      byEmail ? t.labels.email : t.labels.phone,
      only ? nothing : button('link', usage, { isUsable: isAsking, onClick: swap }),
    )}
    <div class="field" ?data-wrong=${draft.isRefused || host.isWrong(error)}>
      ${byEmail ? nothing : countryPicker(host, id, isAsking)}${field}
    </div>
    ${line(host, `${id}-line`, problem, byEmail ? t.hints.email : t.hints.phone)}`
}

/** Reads a contact field, or shows what is missing and focuses it. */
export function takeContact(host: Host, id: string, only?: 'phone' | 'email'): Contact | undefined {
  const draft = host.draft(id)
  const typed = draft.value.normalize('NFKC').trim()
  draft.isRefused = typed === ''
  if (draft.isRefused) return host.focusAfterUpdate(id)
  host.contactKind = isEmail(draft, only) ? 'email' : 'phone'
  if (host.contactKind === 'email') return { email: typed }
  const { callingCode } = regionOf(host, id)
  return { phone_number: contactOf(typed, callingCode === '86' ? '' : callingCode).phone_number! }
}

const EYE =
  'M2 12s3.500-6.500 10-6.500S22 12 22 12s-3.500 6.500-10 6.500S2 12 2 12z M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z'

interface PasswordOptions {
  isAsking: boolean
  error: string | undefined
  /** It is refused together with another field. */
  isWrong?: boolean
  hint: string
  /** A new password has a minimum length; the current one must only be filled in. */
  isNew?: boolean
  /** Takes the focus when its screen appears. */
  hasFocus?: boolean
  /** Beside the label. */
  more?: unknown
}

/** A password field with a button that shows the password. */
export function passwordField(
  host: Host,
  id: string,
  { isAsking, error, isWrong = false, hint, isNew = false, hasFocus, more }: PasswordOptions,
): TemplateResult {
  const { t } = host
  const draft = host.draft(id)
  const refusal = isNew ? t.password.tooShort : t.password.missing
  const problem = draft.isRefused ? refusal : error
  const isInvalid = isWrong || draft.isRefused || host.isWrong(error)
  const field = isNew ? spec.newPassword : spec.password
  const show = () => {
    draft.isShown = !draft.isShown
    host.requestUpdate()
  }
  return html`${labelFor(id, t.labels[field.label], more)}
    <div class="field" ?data-wrong=${isInvalid}>
      ${input(host, id, field, {
        isAsking,
        isWrong: isInvalid,
        describedBy: `${id}-line`,
        type: draft.isShown ? 'text' : 'password',
        isFirst: true,
        hasFocus,
      })}<button
        type="button"
        class="reveal"
        part="reveal"
        aria-pressed=${draft.isShown}
        title=${t.password.show}
        @click=${show}
      >
        ${icon(EYE)}
      </button>
    </div>
    ${line(host, `${id}-line`, problem, hint)}`
}

/** Reads a password field, or shows what is wrong and focuses it. */
export function takePassword(host: Host, id: string, isNew = false): string | undefined {
  const draft = host.draft(id)
  draft.isRefused = draft.value.length < (isNew ? 8 : 1)
  draft.isShown = false
  return draft.isRefused ? host.focusAfterUpdate(id) : draft.value
}

interface TextOptions {
  isAsking: boolean
  isWrong?: boolean
  /** The id of the line that describes it. */
  describedBy: string
  isOptional?: boolean
}

/** A field for a name of any kind. */
export const textField = (
  host: Host,
  id: string,
  kind: 'nickname' | 'username' | 'loginName',
  { isAsking, isWrong = false, describedBy, isOptional }: TextOptions,
): TemplateResult =>
  html`${labelFor(
      id,
      host.t.labels[kind],
      isOptional ? html`<span class="optional">${host.t.profile.optional}</span>` : nothing,
    )}
    <div class="field" ?data-wrong=${isWrong}>
      ${input(host, id, spec[kind], { isAsking, isWrong, describedBy })}
    </div>`

/** The hidden field that shows password managers which user a password form is for. */
export const usernameField = (name: string | undefined): TemplateResult =>
  html`<input
    type="text"
    class="username"
    autocomplete="username"
    tabindex="-1"
    aria-hidden="true"
    readonly
    .value=${name ?? ''}
  />`
