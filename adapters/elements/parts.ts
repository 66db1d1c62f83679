/** Templates that several screens share. */
import { html, nothing, svg, type TemplateResult } from 'lit'
import type { Host } from './host.ts'

type Content = unknown

/** Draws an icon from a path of 24 × 24; the text beside it says what it means. */
export const icon = (path: string): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${path} />`}</svg>`

interface ButtonOptions {
  isUsable: boolean
  isBusy?: boolean
  /** Without it, the button submits its form. */
  onClick?: () => void
  /** The path of an icon beside the label. */
  path?: string
  /** A short text after the label, in less weight. */
  tag?: string
  /** The accessible name, where the label is not enough. */
  name?: string
}

/**
 * Creates a button that uses `aria-disabled`, because a disabled button would lose the focus and a
 * phone would close its keyboard. The handler of a form must check whether it may be sent.
 */
export const button = (
  kind: 'primary' | 'secondary' | 'danger' | 'link',
  label: string,
  { isUsable, isBusy = false, onClick, path, tag, name }: ButtonOptions,
): TemplateResult =>
  html`<button
    type=${onClick ? 'button' : 'submit'}
    class=${kind}
    part=${`button button-${kind}`}
    aria-disabled=${isUsable ? nothing : 'true'}
    aria-label=${name ?? nothing}
    ?data-busy=${isBusy}
    @click=${() => isUsable && onClick?.()}
  >
    <span class="spinner" aria-hidden="true"></span
    >${path ? icon(path) : nothing}<span>${label}</span>${tag ? html` <span class="tag">${tag}</span>` : nothing}
  </button>`

/** A heading that takes the focus, so that screen readers read a new screen from its top. */
export const heading = (text: string): TemplateResult =>
  html`<h1 tabindex="-1" part="heading">${text}</h1>`

/** The sentence below a heading. */
export const lead = (text: string): TemplateResult => html`<p class="lead" part="lead">${text}</p>`

const LEFT = 'M15 5l-7 7 7 7'

/** The button that leaves a screen, above its heading. */
export const back = (label: string, isUsable: boolean, onClick: () => void): TemplateResult =>
  html`<p class="back">${button('link', label, { isUsable, onClick, path: LEFT })}</p>`

/** The line under a field: the error, else the hint. It has its height even when empty. */
export const line = (
  host: Host,
  id: string,
  error: string | undefined,
  hint?: string,
): TemplateResult =>
  html`<div class="line" id=${id}>
    <p class="error" part="error" data-kind=${error === host.flowError ? host.errorKind : 'input'}>
      ${error ?? ''}
    </p>
    ${hint && !error ? html`<p class="hint" part="hint">${hint}</p>` : nothing}
  </div>`

/** A form that is sent only while it may be, and never to a server. */
export const form = (
  host: Host,
  onSubmit: (() => void) | undefined,
  content: Content,
): TemplateResult =>
  html`<form
    novalidate
    part="form"
    aria-busy=${host.view.busy}
    @submit=${(event: Event) => {
      event.preventDefault()
      onSubmit?.()
    }}
  >
    ${content}
  </form>`

/** The text between the form and the other ways to sign in. */
export const divider = (text: string): TemplateResult =>
  html`<p class="divider" part="divider"><span>${text}</span></p>`
