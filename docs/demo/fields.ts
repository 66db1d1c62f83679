/** Fields that several screens have: a contact, a password. */
import type { Contact } from 'cloudbase-authflow'
import { beforeDrawing, h, icon, refresh } from './live.ts'
import { button, isCancelled, line, t, ui } from './parts.ts'

type Text = () => string

const EYE =
  'M2 12s3.5-6.5 10-6.500S22 12 22 12s-3.5 6.5-10 6.500S2 12 2 12z M12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z'

export interface Field<T> {
  /** The label, the field and the line below it, in order. */
  nodes: Node[]
  input: HTMLInputElement
  /** What was typed, if it is fit to be sent; else it complains and takes the focus. */
  take(): T | undefined
  clear(): void
}

interface FieldOptions {
  isAsking: () => boolean
  /** Whether what is typed is still wanted; else the field is emptied. */
  isOpen: () => boolean
  /** What went wrong, if it was about this field. */
  error: () => string | undefined
}

const isWrong = (error: string | undefined) =>
  error !== undefined && !isCancelled() ? 'true' : undefined

interface ContactOptions extends FieldOptions {
  only?: 'phone' | 'email'
}

/** A phone number or an e-mail address: either, unless it is `only` one of them. */
export function contactField(
  id: string,
  { isAsking, isOpen, error, only }: ContactOptions,
): Field<Contact> {
  let wantsEmail = only === 'email'
  let isMissing = false
  const problem = () => (isMissing ? t().contact.missing : error())

  const input = h('input', {
    id,
    name: id,
    type: 'text',
    autocomplete: () => (isEmail() ? 'email' : 'tel'),
    inputmode: () => (isEmail() ? 'email' : 'tel'),
    autocapitalize: 'none',
    spellcheck: 'false',
    readonly: () => !isAsking(),
    placeholder: () => (isEmail() ? 'name@example.com' : '138 0000 0000'),
    'aria-describedby': `${id}-line`,
    'aria-invalid': () => isWrong(problem()),
    oninput: refresh,
  })

  function isEmail(): boolean {
    const typed = input.value.trim()
    if (only || typed === '') return wantsEmail
    return /[@＠\p{Letter}]/u.test(typed) || (wantsEmail && !/^\+|\d{11}/.test(typed))
  }

  function swap(): void {
    const next = !isEmail()
    input.value = ''
    wantsEmail = next
    isMissing = false
    refresh()
    input.focus()
  }

  const label = h('label', { for: id }, () => (isEmail() ? t().contact.email : t().contact.phone))
  const usage = () => (isEmail() ? t().contact.usePhone : t().contact.useEmail)
  const clear = () => {
    input.value = ''
    isMissing = false
  }

  beforeDrawing(() => {
    const { step, code } = ui.view
    if (!isOpen()) return clear()
    // After a reload at the captcha before its code.
    const isSent = !only && step === 'sendingCode' && code && !input.value
    if (isSent) input.value = code.contact.email ?? code.contact.phone_number ?? ''
  })

  return {
    input,
    clear,
    nodes: [
      h(
        'div',
        { class: 'label' },
        label,
        ...(only ? [] : [button('link', usage, isAsking, { onclick: swap })]),
      ),
      input,
      line(`${id}-line`, problem, () =>
        isEmail() ? t().contact.emailHint : t().contact.phoneHint,
      ),
    ],
    take() {
      const typed = input.value.normalize('NFKC').trim()
      isMissing = typed === ''
      if (isMissing) {
        refresh()
        input.focus()
        return undefined
      }
      const isAddress = only ? only === 'email' : typed.includes('@')
      return isAddress ? { email: typed } : { phone_number: typed }
    },
  }
}

interface PasswordOptions extends FieldOptions {
  label: Text
  hint: Text
  /** A new one must be long enough; the present one must only be there. */
  isNew?: boolean
  /** Beside the label. */
  more?: Node
}

/** A password, which can be shown. */
export function passwordField(
  id: string,
  { isAsking, isOpen, error, label, hint, isNew = false, more }: PasswordOptions,
): Field<string> & { hide(): void } {
  let isShown = false
  let isRefused = false
  const problem = () => {
    if (isRefused) return isNew ? t().password.tooShort : t().password.missing
    return error()
  }

  const input = h('input', {
    id,
    name: id,
    type: () => (isShown ? 'text' : 'password'),
    autocomplete: isNew ? 'new-password' : 'current-password',
    autocapitalize: 'none',
    spellcheck: 'false',
    readonly: () => !isAsking(),
    'aria-describedby': `${id}-line`,
    'aria-invalid': () => isWrong(problem()),
    oninput: () => {
      if (!isRefused) return
      isRefused = false
      refresh()
    },
  })

  const reveal = h(
    'button',
    {
      type: 'button',
      class: 'reveal',
      'aria-label': () => t().password.show,
      'aria-pressed': () => String(isShown),
      title: () => t().password.show,
      onclick: () => {
        isShown = !isShown
        refresh()
      },
    },
    icon(EYE),
  )

  const hide = () => void (isShown = false)
  const clear = () => {
    input.value = ''
    isRefused = false
    hide()
  }
  beforeDrawing(() => isOpen() || clear())

  return {
    input,
    clear,
    hide,
    nodes: [
      h('div', { class: 'label' }, h('label', { for: id }, label), ...(more ? [more] : [])),
      h('div', { class: 'with-button' }, input, reveal),
      line(`${id}-line`, problem, hint),
    ],
    take() {
      isRefused = input.value.length < (isNew ? 8 : 1)
      hide()
      if (!isRefused) return input.value
      refresh()
      input.focus()
      return undefined
    },
  }
}

/** Tells a password manager whose password is on this form. */
export const owner = () =>
  h('input', {
    type: 'text',
    class: 'owner',
    autocomplete: 'username',
    tabindex: '-1',
    'aria-hidden': 'true',
    readonly: true,
    value: () =>
      ui.profile.user?.username ?? ui.profile.user?.phone_number ?? ui.profile.user?.email ?? '',
  })
