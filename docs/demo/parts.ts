/** What several screens are made of. */
import { t, ui } from './auth.ts'
import { h } from './live.ts'
import { sentence } from './messages.ts'

type Text = () => string

/** A screen of the card, and where the focus goes when it appears. */
export interface ScreenPart {
  element: HTMLElement
  focus(): void
}

/** A heading that can take the focus, so that a screen reader reads the new screen from its top. */
export function heading(text: Text): HTMLHeadingElement {
  return h('h1', { tabindex: '-1' }, text)
}

/**
 * A button that stays where it is while it cannot be used: it keeps the focus, and a phone keeps
 * its keyboard. What it does must check for itself.
 */
export function button(
  kind: 'primary' | 'secondary' | 'link',
  label: Text,
  isUsable: () => boolean,
  { isBusy = () => false, onclick }: { isBusy?: () => boolean; onclick?: () => void } = {},
): HTMLButtonElement {
  return h(
    'button',
    {
      type: onclick ? 'button' : 'submit',
      class: kind,
      'aria-disabled': () => (isUsable() ? undefined : 'true'),
      'data-busy': isBusy,
      onclick: () => isUsable() && onclick?.(),
    },
    h('span', { class: 'spinner', 'aria-hidden': 'true' }),
    h('span', {}, label),
  )
}

/** One line under a field: what went wrong, or else a hint. Takes its room even when empty. */
export function line(id: string, error: () => string | undefined, hint?: Text): HTMLElement {
  return h(
    'div',
    { class: 'line', id },
    h('p', { class: 'error', role: 'alert', 'data-calm': isCancelled }, () => error() ?? ''),
    ...(hint ? [h('p', { class: 'hint', hidden: () => !!error() }, hint)] : []),
  )
}

/** Whoever cancels has done nothing wrong, and is told so without alarm. */
export const isCancelled = () => ui.view.error?.code === 'cancelled'

/** What to tell about the error of the running flow. */
export function flowError(): string | undefined {
  return ui.view.error && sentence(ui.view.error, ui.language)
}

/** A contact as it may be shown to whoever looks over the shoulder. */
export function masked({ phone_number, email }: { phone_number?: string; email?: string }): string {
  if (email !== undefined) {
    const at = email.lastIndexOf('@')
    return `${email.slice(0, 1)}•••${email.slice(at)}`
  }
  const phone = (phone_number ?? '').replace(/[\s().-]/g, '')
  const [, country = '', number = ''] = /^(\+86|\+\d{1,3}(?=\d{7})|)(.*)$/.exec(phone) ?? []
  const [head, tail] = number.length > 9 ? [3, 4] : [2, 2]
  return `${country} ${number.slice(0, head)}••••${number.slice(-tail)}`.trim()
}

export const lastContact = () => masked(ui.contact ?? {})

/** A time of day as the reader's language writes it. */
export const timeOf = (at: number) =>
  new Date(at).toLocaleTimeString(ui.language === 'zh' ? 'zh-CN' : 'en-GB')

export { t, ui }
