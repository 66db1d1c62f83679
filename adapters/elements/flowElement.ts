import {
  html,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { AuthError } from '../../services/error.ts'
import { countdown } from '../ui/countdown.ts'
import type { UiTexts } from '../ui/en.ts'
import { type Controller, isNetworkError } from './controller.ts'
import { AuthflowElement } from './element.ts'
import type { Attempt, ConsentInput, Draft, Host } from './host.ts'
import type { ProviderOption } from './providers.ts'
import type { Screen, UiView } from './screens.ts'
import { account } from './screens/account.ts'
import { code, resend } from './screens/code.ts'
import { edit } from './screens/edit.ts'
import { elevation } from './screens/elevation.ts'
import { home } from './screens/home.ts'
import { hasProviderFailed, provider } from './screens/provider.ts'
import { forgotten, newPassword } from './screens/reset.ts'
import { settings } from './screens/settings.ts'
import { profile, retry, secondFactor } from './screens/signIn.ts'
import { choice, upgrade } from './screens/upgrade.ts'
import { styles } from './styles.ts'
import type { Success } from './success.ts'
import { type LanguageTexts, sentenceFor } from './texts.ts'

const loading = ({ t }: Host) => html`<div class="loading"><p role="status">${t.loading}</p></div>`

const screens: Record<Screen, (host: Host) => TemplateResult> = {
  loading,
  account,
  secondFactor,
  code,
  resend,
  retry,
  profile,
  provider,
  forgotten,
  newPassword,
  upgrade,
  choice,
  home,
  settings,
  elevation,
  'edit-profile': (host) => edit(host, 'profile'),
  'edit-password': (host) => edit(host, 'password'),
  'edit-phone': (host) => edit(host, 'phone'),
  'edit-email': (host) => edit(host, 'email'),
  'edit-delete': (host) => edit(host, 'delete'),
}

/** The steps in which the password field keeps its text. Without a step a flow is about to start. */
const PASSWORD_STEPS = new Set<UiView['step']>([undefined, 'askingAccount', 'checkingPassword'])

const isResetting = ({ view: { flow, step } }: Controller) =>
  flow === 'resetPassword' &&
  (step === 'askingPassword' || step === 'resettingPassword' || step === 'signingIn')

/** While a field keeps what was typed. Else it is emptied. */
const isKept: Record<string, (c: Controller) => boolean> = {
  contact: ({ view }) => view.status === 'signedOut',
  username: ({ view }) => view.status === 'signedOut',
  password: ({ view }) => view.status === 'signedOut' && PASSWORD_STEPS.has(view.step),
  factor: ({ view }) => view.flow === 'signIn',
  nickname: ({ view }) => view.step !== undefined,
  'new-username': ({ view }) => view.step !== undefined,
  code: ({ view: { step, busy } }) => step === 'askingCode' || busy,
  'reset-contact': ({ view }) => view.flow === 'resetPassword',
  'reset-password': isResetting,
  'upgrade-contact': ({ view }) => view.flow === 'upgrade',
  'own-password': ({ view: { flow, step } }) =>
    flow === 'account' &&
    (step === 'askingProof' || step === 'askingCodeRequest' || step === 'elevating'),
  understood: ({ state }) => state.edit === 'delete',
  'edit-nickname': ({ state }) => state.edit === 'profile',
  'edit-username': ({ state }) => state.edit === 'profile',
  'edit-password': ({ state }) => state.edit === 'password',
  'edit-phone': ({ state }) => state.edit === 'phone',
  'edit-email': ({ state }) => state.edit === 'email',
}

/** Errors after which a password is typed again, by the screen that they are shown on. */
const WRONG_PASSWORD = new Set(['invalid_password', 'not_found', 'password_not_set'])

/** The `detail` of the event `authflow-step`. */
export interface StepDetail {
  status: UiView['status']
  /** The user id. */
  uid?: string
  flow?: string
  step?: string
}

/** The `detail` of the event `authflow-success`. */
export interface SuccessDetail {
  /** What the user has just achieved, such as `upgraded` or `password`. */
  kind: Success
}

/** The settings of an element that shows a card, as properties and as attributes. */
export interface CardSettings {
  /** The ways to sign in, of `code password guest`. Default: `code password`. */
  methods?: string
  /** The contacts that are accepted, of `phone email`. Default: both. */
  contacts?: string
  /** The region of phone numbers until the user chooses another (ISO 3166-1). Default: `CN`. */
  country?: string
  /** The user must agree to the terms before signing in. */
  requireConsent?: boolean
  /** The address of the terms of service. */
  termsUrl?: string
  /** The address of the privacy policy. */
  privacyUrl?: string
  /** `light`, `dark` or `auto`. Default: the `color-scheme` of the page. */
  theme?: 'light' | 'dark' | 'auto'
}

/** An element that shows the screens of some flows on a card. */
export abstract class FlowElement extends AuthflowElement implements CardSettings {
  /** The look of the element. */
  static override styles = styles
  static override properties: PropertyDeclarations = {
    ...AuthflowElement.properties,
    methods: { type: String },
    contacts: { type: String },
    country: { type: String },
    requireConsent: { type: Boolean, attribute: 'require-consent' },
    termsUrl: { type: String, attribute: 'terms-url' },
    privacyUrl: { type: String, attribute: 'privacy-url' },
    theme: { type: String, reflect: true },
  }

  declare methods?: string
  declare contacts?: string
  declare country?: string
  declare requireConsent?: boolean
  declare termsUrl?: string
  declare privacyUrl?: string
  declare theme?: 'light' | 'dark' | 'auto'

  #host = FlowElement.#createHost(this)
  #drafts = new Map<string, Draft>()
  #texts?: LanguageTexts
  #secondsLeft = 0
  #resendAt?: number
  #stopCountdown?: () => void
  /** What is focused after the next update: an id, or the heading for an empty one. */
  #toFocus?: string
  /** What the last update has shown. */
  #last: {
    error?: AuthError
    code?: object
    filled?: object
    step?: string
    status?: UiView['status']
    success?: Success
  } = {}

  /** Whether the element shows the client now. */
  protected abstract isFor(controller: Controller): boolean

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stopCountdown?.()
    this.#stopCountdown = this.#resendAt = undefined
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    this.#texts = this.loadedTexts
    const { controller } = this
    if (!controller || !this.#texts) return
    this.#followDrafts(controller)
    if (!this.isFor(controller)) return
    this.#followErrors(controller)
    this.#followCountdown(controller)
  }

  protected override render(): unknown {
    const { controller } = this
    if (!controller || !this.#texts) return nothing
    const { texts: t } = this.#texts
    const isShown = this.isFor(controller)
    const hasOwnCaptcha = isShown && !this.hasRoot
    return html`${isShown ? this.#card(controller, t) : nothing}
      <div class="live" role="status"></div>
      ${
        hasOwnCaptcha
          ? html`<authflow-captcha .auth=${controller.auth} .language=${this.#texts.language}>
            </authflow-captcha>`
          : nothing
      }`
  }

  #card(controller: Controller, t: UiTexts): TemplateResult {
    if (controller.isFinishedPopup) {
      return html`<div class="popup-done" part="card">
        <p role="status">${t.popupDone}</p>
        <a href=${location.pathname} part="link">${t.popupAlone}</a>
      </div>`
    }
    const { view, screen, notice, success } = controller
    const host = this.#host
    return html`<section
      class="card"
      part="card"
      data-flow=${view.flow ?? nothing}
      data-step=${view.step ?? view.status}
      data-screen=${screen}
      @slotchange=${() => this.requestUpdate()}
    >
      <slot name="logo"></slot>
      <p class="notice" part="notice">${notice ? host.sentence(notice) : ''}</p>
      <p class="success" part="success">${success ? t.success[success] : ''}</p>
      ${keyed(screen, html`<div class="screen">${screens[screen](host)}</div>`)}
      <slot name="footer"></slot>
    </section>`
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed)
    const { controller } = this
    if (!controller || !this.#texts || controller.isFinishedPopup) return
    const { view } = controller
    const before = this.#last.status ?? view.status
    this.#last.status = view.status
    if (before !== view.status) this.onStatus(before, view)
    this.#announce()
    if (!this.isFor(controller)) return
    this.#moveFocus(controller)
    this.#dispatchStep(controller)
  }

  /** Puts what is new into the one live region. */
  #announce() {
    const news = [...this.renderRoot.querySelectorAll('.notice, .success, .error, .done')]
    const text = news.map((each) => each.textContent.trim()).find(Boolean) ?? ''
    const live = this.renderRoot.querySelector('.live')
    // A screen reader reads a live region again after every write.
    if (live && live.textContent !== text) live.textContent = text
  }

  #moveFocus(controller: Controller) {
    const { screen, focused } = controller
    const root = this.renderRoot
    const find = (selector: string) => root.querySelector<HTMLElement>(selector)
    const hasMoved = screen !== focused && focused !== 'loading'
    controller.focused = screen
    const refused = this.#toFocus === undefined ? undefined : this.#toFocus && `#${this.#toFocus}`
    this.#toFocus = undefined
    const first = find('[data-first][aria-invalid]') ?? find('[aria-invalid]')
    if (refused !== undefined) (refused ? find(refused) : find('h1'))?.focus()
    else if (hasMoved && isFocusFree()) (first ?? find('[data-focus]') ?? find('h1'))?.focus()
  }

  #dispatchStep({ view: { flow, step, status, user }, success }: Controller) {
    const now = `${status} ${flow} ${step}`
    if (now !== this.#last.step) {
      this.#last.step = now
      this.dispatch('authflow-step', { status, flow, step, uid: user?.uid } satisfies StepDetail)
    }
    if (success && success !== this.#last.success)
      this.dispatch('authflow-success', { kind: success } satisfies SuccessDetail)
    this.#last.success = success
  }

  /** Notifies the app, through shadow roots as well. */
  protected dispatch(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
  }

  /** The status has become another one; `unknown` before the stored session has been read. */
  protected abstract onStatus(before: UiView['status'], view: UiView): void

  /** A wrong password or code is emptied, and the refused input takes the focus. */
  #followErrors({ error, view, screen }: Controller) {
    if (error === this.#last.error || view.busy) return
    this.#last.error = error
    if (!error) return
    const { code, operation } = error
    if (screen === 'account' && WRONG_PASSWORD.has(code)) this.#clear('password')
    if (screen === 'elevation' && operation === 'sudo') this.#clear('own-password')
    if (screen === 'code' && operation === 'verify' && code === 'invalid_argument')
      this.#clear('code')
    // The password may be right, but a second factor is wanted.
    if (errorKindOf(error) === 'network' || code === 'mfa_phone_required') return
    this.#toFocus ??= this.#refusedField(screen)
  }

  /** The id of the input that an error of the screen is about. */
  #refusedField(screen: Screen): string | undefined {
    const { attempt = this.controller!.state.tab ?? 'code', isByPassword } = this.#host
    const byAttempt: Partial<Record<Attempt, string>> = { code: 'contact', password: 'password' }
    const byScreen: Partial<Record<Screen, string>> = {
      account: byAttempt[attempt],
      secondFactor: 'factor',
      code: 'code',
      profile: 'new-username',
      forgotten: 'reset-contact',
      newPassword: 'reset-password',
      upgrade: hasProviderFailed(this.#host) ? undefined : 'upgrade-contact',
      elevation: isByPassword ? 'own-password' : undefined,
      'edit-profile': 'edit-username',
      'edit-password': 'edit-password',
      'edit-phone': 'edit-phone',
      'edit-email': 'edit-email',
    }
    return byScreen[screen]
  }

  /** Empties the fields of screens that were left, and fills in what is known. */
  #followDrafts(controller: Controller) {
    const { view, state, user } = controller
    for (const id of this.#drafts.keys()) if (isKept[id]?.(controller) === false) this.#clear(id)
    // Another contact gets another code.
    if (view.code?.contact !== this.#last.code) this.#clear('code')
    this.#last.code = view.code?.contact
    // The page was reloaded while a captcha waited before the code was sent.
    const { contact } = view.code ?? {}
    const fields = { signIn: 'contact', resetPassword: 'reset-contact', upgrade: 'upgrade-contact' }
    const id = view.step === 'sendingCode' && fields[view.flow as keyof typeof fields]
    if (id && contact && !this.#draft(id).value)
      this.#draft(id).value = contact.email ?? contact.phone_number ?? ''
    if (state.edit !== 'profile') this.#last.filled = undefined
    else if (user.value && !this.#last.filled) {
      this.#last.filled = user.value
      this.#draft('edit-nickname').value = user.value.name ?? ''
      this.#draft('edit-username').value = user.value.username ?? ''
    }
    if (view.status !== 'anonymous' || view.flow) this.#host.isConfirmingSignOut = false
    if (state.edit !== 'delete') this.#host.isUnconfirmed = false
  }

  #followCountdown({ view }: Controller) {
    const resendAt = view.code?.resendAt
    if (resendAt === this.#resendAt) return
    this.#resendAt = resendAt
    this.#stopCountdown?.()
    this.#stopCountdown = countdown(resendAt, this.setting('clock')).subscribe((seconds) => {
      this.#secondsLeft = seconds
      this.requestUpdate()
    })
  }

  #draft(id: string): Draft {
    const known = this.#drafts.get(id)
    if (known) return known
    const created = { value: '', isRefused: false, isEmail: false, isShown: false }
    this.#drafts.set(id, created)
    return created
  }

  #clear(id: string) {
    this.#drafts.delete(id)
  }

  #consentInput(id: string, isPopup = !!this.setting('popup')): ConsentInput {
    this.controller!.save({ provider: id })
    const redirect_uri = this.setting('redirectUri') ?? location.origin + location.pathname
    const scope = this.#host.providers.find((option) => option.id === id)?.scope
    return { provider_id: id, redirect_uri, isPopup, ...(scope && { scope }) }
  }

  #hasConsent(): boolean {
    const { agreed } = this.controller!.state
    this.#host.isConsentMissing = !!this.requireConsent && !agreed
    if (!this.#host.isConsentMissing) return true
    this.#host.focusAfterUpdate('consent')
    return false
  }

  /** What the screens see of an element. */
  static #createHost(element: FlowElement): Host {
    const contacts = () => element.contacts?.split(/[\s,]+/).filter(Boolean) ?? []
    return {
      isConsentMissing: false,
      isUnconfirmed: false,
      isConfirmingSignOut: false,
      isByPassword: false,
      get controller() {
        return element.controller!
      },
      get view() {
        return element.controller!.view
      },
      get t() {
        return element.#texts!.texts
      },
      get language() {
        return element.#texts!.language
      },
      get methods() {
        return (element.methods ?? 'code password').split(/[\s,]+/)
      },
      get only() {
        return contacts().length === 1 ? (contacts()[0] as 'phone' | 'email') : undefined
      },
      get country() {
        return element.country
      },
      get providers(): readonly ProviderOption[] {
        return element.setting('providers') ?? []
      },
      get requireConsent() {
        return !!element.requireConsent
      },
      get termsUrl() {
        return element.termsUrl
      },
      get privacyUrl() {
        return element.privacyUrl
      },
      get secondsLeft() {
        return element.#secondsLeft
      },
      get flowError() {
        const { error } = element.controller!
        return error && this.sentence(error)
      },
      get errorKind() {
        return errorKindOf(element.controller!.error)
      },
      hasSlotted: (name) => [...element.children].some(({ slot }) => slot === name),
      sentence(error) {
        return sentenceFor(error, element.#texts!, this.contactKind, element.setting('messages'))
      },
      isWrong(text) {
        return text !== undefined && this.errorKind === 'input'
      },
      draft: (id) => element.#draft(id),
      requestUpdate: () => element.requestUpdate(),
      focusAfterUpdate(id) {
        element.#toFocus = id
        element.requestUpdate()
        return undefined
      },
      consentInput: (id, isPopup) => element.#consentInput(id, isPopup),
      hasConsent: () => element.#hasConsent(),
    }
  }
}

/** `network` and `cancelled` are no fault of what was typed. */
function errorKindOf(error: AuthError | undefined): Host['errorKind'] {
  if (isNetworkError(error)) return 'network'
  return error?.code === 'cancelled' ? 'cancelled' : 'input'
}

/** Whether no other part of the page has the focus. */
function isFocusFree(): boolean {
  const { activeElement } = document
  return (
    !activeElement ||
    activeElement === document.body ||
    activeElement.localName.startsWith('authflow-')
  )
}
