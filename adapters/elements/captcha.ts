import { css, html, nothing, type PropertyValues } from 'lit'
import { live } from 'lit/directives/live.js'
import { captchaFrame } from '../client/captchaFrame.ts'
import { captchaField } from '../ui/fields.ts'
import type { AnyAuth } from './controller.ts'
import { AuthflowElement } from './element.ts'
import { button } from './parts.ts'
import { styles } from './styles.ts'
import { sentenceFor } from './texts.ts'

/** The elements that could show the dialog of a client. The first one does. */
const claims = new WeakMap<AnyAuth, AuthflowCaptcha[]>()

/**
 * `<authflow-captcha>` shows the captcha dialog, for whichever flow or call the server wants a captcha:
 * a picture to read, or a page in a frame. A root and an element on its own bring one along; of several
 * for one client, the first one shows the dialog.
 */
export class AuthflowCaptcha extends AuthflowElement {
  /** The look of the element. */
  static override styles = [
    styles,
    css`
      :host {
        display: contents;
      }
    `,
  ]

  #typed = ''
  #isMissing = false
  /** The dialog is busy with an answer, not with a new picture. */
  #isChecking = false
  #wasBusy = false
  /** The picture on screen; another picture needs another answer. */
  #shownImage?: string
  #claimed?: AnyAuth
  #removeFrame?: () => void

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#removeFrame?.()
    this.#removeFrame = undefined
    this.#release()
  }

  #claim(auth: AnyAuth | undefined) {
    if (this.#claimed === auth) return
    this.#release()
    this.#claimed = auth
    if (auth) claims.set(auth, [...(claims.get(auth) ?? []), this])
  }

  #release() {
    const others = this.#claimed && claims.get(this.#claimed)?.filter((each) => each !== this)
    if (!others) return
    claims.set(this.#claimed!, others)
    this.#claimed = undefined
    others[0]?.requestUpdate()
  }

  get #question() {
    const { controller } = this
    const isFirst = this.#claimed && claims.get(this.#claimed)?.[0] === this
    return isFirst ? controller?.view.captcha : undefined
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    if (this.isConnected) this.#claim(this.controller?.auth)
    const question = this.#question
    if (question?.image !== this.#shownImage) {
      this.#shownImage = question?.image
      this.#typed = ''
    }
    if (this.#wasBusy && !question?.busy) this.#isChecking = false
    this.#wasBusy = !!question?.busy
    if (!question) this.#isMissing = false
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed)
    const dialog = this.renderRoot.querySelector('dialog')
    const question = this.#question
    if (question && dialog && !dialog.open) {
      dialog.showModal()
      dialog.querySelector<HTMLElement>('#captcha')?.focus()
    } else if (!question && dialog?.open) dialog.close()
    const place = dialog?.querySelector<HTMLElement>('.frame')
    if (place && !this.#removeFrame) {
      const title = this.loadedTexts?.texts.captcha.page
      this.#removeFrame = captchaFrame(this.controller!.auth, place, { title })
    } else if (!place && this.#removeFrame) {
      this.#removeFrame()
      this.#removeFrame = undefined
    }
  }

  #cancel = () => this.controller?.send({ type: 'captcha.cancel' })

  #replace = () => {
    this.#isChecking = false
    this.controller!.send({ type: 'captcha.replace' })
    this.renderRoot.querySelector<HTMLElement>('#captcha')?.focus()
  }

  #submit = (event: Event) => {
    event.preventDefault()
    const controller = this.controller!
    if (!controller.can({ type: 'captcha.answer', text: '' })) return
    const text = this.#typed.trim()
    this.#isMissing = text === ''
    this.requestUpdate()
    if (!this.#isMissing) {
      this.#isChecking = true
      return controller.send({ type: 'captcha.answer', text })
    }
    this.renderRoot.querySelector<HTMLElement>('#captcha')?.focus()
  }

  protected override render(): unknown {
    const { controller, loadedTexts } = this
    const isFirst = this.#claimed && claims.get(this.#claimed)?.[0] === this
    if (!controller || !loadedTexts || !isFirst) return nothing
    const question = this.#question
    const { texts: t } = loadedTexts
    const isPage = question?.url !== undefined
    return html`<dialog
      part="captcha"
      aria-labelledby="captcha-heading"
      aria-describedby="captcha-lead"
      @cancel=${(event: Event) => {
        event.preventDefault()
        this.#cancel()
      }}
      @close=${() => this.#question && this.#cancel()}
    >
      <h2 id="captcha-heading" part="heading">${t.captcha.heading}</h2>
      <p class="lead" id="captcha-lead">${isPage ? t.captcha.leadPage : t.captcha.lead}</p>
      ${isPage ? this.#page() : this.#form()}
    </dialog>`
  }

  #page() {
    const { texts: t } = this.loadedTexts!
    return html`<div class="frame"></div>
      ${button('secondary', t.captcha.cancel, { isUsable: true, onClick: this.#cancel })}`
  }

  #form() {
    const controller = this.controller!
    const { texts: t } = this.loadedTexts!
    const question = this.#question
    const isBusy = !!question?.busy
    const canAnswer = controller.can({ type: 'captcha.answer', text: '' })
    const { error } = question ?? {}
    const own = this.setting('messages')
    const failure = error && sentenceFor(error, this.loadedTexts!, undefined, own)
    const problem = this.#isMissing ? t.captcha.missing : failure
    const onInput = (event: Event) => {
      this.#typed = (event.target as HTMLInputElement).value
      this.#isMissing = false
      this.requestUpdate()
    }
    return html`<form aria-busy=${isBusy} novalidate @submit=${this.#submit}>
      <div class="picture" ?data-busy=${isBusy}>
        ${question?.image ? html`<img src=${question.image} alt=${t.captcha.picture} />` : nothing}
        <p role="status">${question && !question.image ? t.captcha.loading : ''}</p>
      </div>
      <div class="label">
        <label for="captcha" part="label">${t.labels.captcha}</label>${button(
          'link',
          t.captcha.replace,
          { isUsable: controller.can({ type: 'captcha.replace' }), onClick: this.#replace },
        )}
      </div>
      <div class="field" ?data-wrong=${problem !== undefined}>
        <input
          id="captcha"
          name="captcha"
          part="input"
          type=${captchaField.type}
          autocomplete=${captchaField.autocomplete as 'off'}
          enterkeyhint=${captchaField.enterkeyhint}
          maxlength=${captchaField.maxlength}
          autocapitalize="characters"
          autocorrect="off"
          spellcheck="false"
          autofocus
          ?readonly=${!canAnswer}
          aria-describedby="captcha-line"
          aria-invalid=${problem === undefined ? nothing : 'true'}
          .value=${live(this.#typed)}
          @input=${onInput}
        />
      </div>
      <div class="line" id="captcha-line">
        <p class="error" part="error" role="alert">${problem ?? ''}</p>
        ${problem ? nothing : html`<p class="hint" part="hint">${t.hints.captcha}</p>`}
      </div>
      <div class="pair">
        ${button('secondary', t.captcha.cancel, {
          isUsable: controller.can({ type: 'captcha.cancel' }),
          onClick: this.#cancel,
        })}${button(
          'primary',
          isBusy && this.#isChecking ? t.captcha.checking : t.captcha.confirm,
          {
            isUsable: canAnswer,
            isBusy: isBusy && this.#isChecking,
          },
        )}
      </div>
    </form>`
  }
}
