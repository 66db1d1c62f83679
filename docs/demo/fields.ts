/** Form fields that several screens have: a contact and a password. */
import type { Contact } from 'cloudbase-authflow'
import { beforeRefresh, h, icon, refresh } from './dom.ts'
import { button, isCancelled, line, t, ui } from './parts.ts'
import { user } from './user.ts'

type Text = () => string

const EYE =
  'M2 12s3.5-6.5 10-6.500S22 12 22 12s-3.5 6.5-10 6.500S2 12 2 12z M12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z'

export interface Field<T> {
  /** The label, the field and the line below it. */
  nodes: Node[]
  input: HTMLInputElement
  /** Returns what was typed, or shows what is missing and focuses the field. */
  take(): T | undefined
  clear(): void
}

interface FieldOptions {
  isAsking: () => boolean
  /** Whether the field keeps its text; otherwise it is emptied. */
  isOpen: () => boolean
  /** The error of this field. */
  error: () => string | undefined
}

const isWrong = (error: string | undefined) =>
  error !== undefined && !isCancelled() ? 'true' : undefined

interface ContactOptions extends FieldOptions {
  only?: 'phone' | 'email'
}

/** Creates a field for a phone number or an e-mail address, or for `only` one of them. */
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

  beforeRefresh(() => {
    const { step, code } = ui.view
    if (!isOpen()) return clear()
    // The page was reloaded while a captcha waited before the code was sent.
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
  /** A new password has a minimum length; the current one must only be filled in. */
  isNew?: boolean
  /** Beside the label. */
  more?: Node
}

/** Creates a password field with a button that shows the password. */
export function passwordField(
  id: string,
  { isAsking, isOpen, error, label, hint, isNew = false, more }: PasswordOptions,
): Field<string> & { hide(): void } {
  let isShown = false
  let isRejected = false
  const problem = () => {
    if (isRejected) return isNew ? t().password.tooShort : t().password.missing
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
      if (!isRejected) return
      isRejected = false
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
    isRejected = false
    hide()
  }
  beforeRefresh(() => isOpen() || clear())

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
      isRejected = input.value.length < (isNew ? 8 : 1)
      hide()
      if (!isRejected) return input.value
      refresh()
      input.focus()
      return undefined
    },
  }
}

/** Creates the hidden field that shows password managers which user a password form is for. */
export const usernameField = () =>
  h('input', {
    type: 'text',
    class: 'username',
    autocomplete: 'username',
    tabindex: '-1',
    'aria-hidden': 'true',
    readonly: true,
    value: () => {
      const { username, phone_number, email } = user.value ?? {}
      return username ?? phone_number ?? email ?? ''
    },
  })
