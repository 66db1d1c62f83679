import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { AuthflowElement, SETTINGS_EVENT, type SettingsRequest } from './element.ts'

/**
 * `<authflow-root>` gives a client and settings to the elements inside it, and shows the captcha dialog
 * for them. It has no look of its own.
 *
 * @example
 *   <authflow-root env="my-env" language="zh">
 *     <authflow-sign-in></authflow-sign-in>
 *     <authflow-account></authflow-account>
 *   </authflow-root>
 */
export class AuthflowRoot extends AuthflowElement {
  /** The look of the element. */
  static override styles = css`
    :host {
      display: contents;
    }
  `

  #listeners = new Set<() => void>()

  constructor() {
    super()
    this.addEventListener(SETTINGS_EVENT, (event) => {
      if (event.composedPath()[0] === this) return
      event.stopPropagation()
      const request = (event as CustomEvent<SettingsRequest>).detail
      request.settings = () => this.settings
      request.subscribe = (run) => {
        this.#listeners.add(run)
        return () => void this.#listeners.delete(run)
      }
    })
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed)
    for (const run of this.#listeners) run()
  }

  private get settings() {
    const { auth, language, texts, messages, providers, popup, redirectUri, clock } = this
    return { auth, language, texts, messages, providers, popup, redirectUri, clock }
  }

  protected override render(): TemplateResult {
    return html`<slot></slot><authflow-captcha></authflow-captcha>`
  }
}
