/** Elements that several screens share. */
import { auth, type DemoEvent, t, ui } from './auth.ts'
import { h, icon } from './dom.ts'
import { sentence } from './messages.ts'
import { pageState } from './pageState.ts'

type Text = () => string

/** A screen of the card. */
export interface ScreenPart {
  element: HTMLElement
  /** Moves the focus there when the screen appears. */
  focus(): void
}

/** Creates a heading that takes the focus, so that screen readers read a new screen from its top. */
export function heading(text: Text): HTMLHeadingElement {
  return h('h1', { tabindex: '-1' }, text)
}

/** Focuses the heading of a screen. */
export function focusHeading(this: ScreenPart): void {
  this.element.querySelector('h1')?.focus()
}

interface ButtonOptions {
  isBusy?: () => boolean
  onclick?: () => void
  /** The path of an icon beside the label. */
  path?: string
  /** A short text after the label, in less weight. */
  tag?: Text
  /** The accessible name, where the label is not enough. */
  name?: Text
  isHidden?: () => boolean
}

/**
 * Creates a button that uses `aria-disabled`, because a disabled button would lose the focus and a
 * phone would close its keyboard. The handler of a submit button must check `isUsable` itself.
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

/** Sends the first of these events that is accepted now. */
export function sendFirst(...events: DemoEvent[]): void {
  const event = events.find((each) => ui.view.can(each))
  if (event) auth.send(event)
}

const LEFT = 'M15 5l-7 7 7 7'

/** Creates the button that leaves a screen, above its heading. */
export function back(label: Text, isUsable: () => boolean, onclick: () => void): HTMLElement {
  return h('p', { class: 'back' }, button('link', label, isUsable, { onclick, path: LEFT }))
}

/** Creates the line under a field: the error, else the hint. It has its height even when empty. */
export function line(id: string, error: () => string | undefined, hint?: Text): HTMLElement {
  return h(
    'div',
    { class: 'line', id },
    h('p', { class: 'error', role: 'alert', 'data-calm': isCancelled }, () => error() ?? ''),
    ...(hint ? [h('p', { class: 'hint', hidden: () => !!error() }, hint)] : []),
  )
}

/** Whether the error is only that the user cancelled, which is not shown in red. */
export const isCancelled = () => ui.view.error?.code === 'cancelled'

/** Returns the sentence for the error of the running flow. */
export function flowError(): string | undefined {
  return ui.view.error && sentence(ui.view.error, ui.language)
}

/** Returns a contact with most of it hidden, for a screen that others may see. */
export function masked({ phone_number, email }: { phone_number?: string; email?: string }): string {
  if (email !== undefined) {
    const at = email.lastIndexOf('@')
    return `${email.slice(0, 1)}•••${email.slice(at)}`
  }
  const phone = (phone_number ?? '').replace(/[\s().-]/g, '')
  const [, country = '', number = ''] = /^(\+86|\+\d{1,3}(?=\d{7})|)(.*)$/.exec(phone) ?? []
  const [head, tail] = number.length > 9 ? [3, 4] : [2, 2]
  // The space does not break, so that a number stays on one line.
  return `${country}\u00a0${number.slice(0, head)}••••${number.slice(-tail)}`.trim()
}

export const lastContact = () => masked(pageState.contact ?? {})

/** Returns a time of day in the chosen language. */
export const timeOf = (at: number) =>
  new Date(at).toLocaleTimeString(ui.language === 'zh' ? 'zh-CN' : 'en-GB')

export { t, ui }
