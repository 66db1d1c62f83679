/** What several screens are made of. */
import { auth, type DemoEvent, t, ui } from './auth.ts'
import { h, icon } from './live.ts'
import { sentence } from './messages.ts'
import { place } from './place.ts'

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

/** A screen's focus where there is no better place: its heading. */
export function focusHeading(this: ScreenPart): void {
  this.element.querySelector('h1')?.focus()
}

interface ButtonOptions {
  isBusy?: () => boolean
  onclick?: () => void
  /** A path of 24 × 24 beside the label. */
  path?: string
  /** A word of less weight after the label. */
  tag?: Text
  /** What a screen reader says instead of the label. */
  name?: Text
  isHidden?: () => boolean
}

/**
 * A button that stays where it is while it cannot be used: it keeps the focus, and a phone keeps
 * its keyboard. What it does must check for itself.
 */
export function button(
  kind: 'primary' | 'secondary' | 'danger' | 'link',
  label: Text,
  isUsable: () => boolean,
  { isBusy = () => false, onclick, path, name, tag, isHidden }: ButtonOptions = {},
): HTMLButtonElement {
  return h(
    'button',
    {
      type: onclick ? 'button' : 'submit',
      class: kind,
      'aria-disabled': () => (isUsable() ? undefined : 'true'),
      'aria-label': name,
      'data-busy': isBusy,
      hidden: isHidden,
      onclick: () => isUsable() && onclick?.(),
    },
    h('span', { class: 'spinner', 'aria-hidden': 'true' }),
    ...(path ? [icon(path)] : []),
    h('span', {}, label),
    ...(tag ? [' ', h('span', { class: 'tag' }, tag)] : []),
  )
}

/** Does the first of these that the machine would take now. */
export function either(...events: DemoEvent[]): void {
  const event = events.find((each) => ui.view.can(each))
  if (event) auth.send(event)
}

const LEFT = 'M15 5l-7 7 7 7'

/** The way out of a screen, above its heading. */
export function back(label: Text, isUsable: () => boolean, onclick: () => void): HTMLElement {
  return h('p', { class: 'back' }, button('link', label, isUsable, { onclick, path: LEFT }))
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

export const lastContact = () => masked(place.contact ?? {})

/** A time of day as the reader's language writes it. */
export const timeOf = (at: number) =>
  new Date(at).toLocaleTimeString(ui.language === 'zh' ? 'zh-CN' : 'en-GB')

export { t, ui }
