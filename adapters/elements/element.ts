import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit'
import type { Clock } from '../../services/clock.ts'
import type { Catalogue } from '../../services/messages/message.ts'
import { type AnyAuth, type Controller, controllerOf } from './controller.ts'
import type { ProviderOption } from './providers.ts'
import {
  type ElementLanguage,
  type LanguageTexts,
  type OwnTexts,
  textsIn,
  withOwnTexts,
} from './texts.ts'

/** What an `<authflow-root>` gives the elements inside it; each element can also have its own. */
export interface ElementSettings {
  /** A client of `createAuth`. */
  auth?: AnyAuth
  /** Default: the language of the nearest `lang` attribute if it is Chinese or English, else the browser's. */
  language?: ElementLanguage
  /** Texts of the app's own. */
  texts?: OwnTexts
  /** Sentences for errors of the app's own. */
  messages?: Catalogue
  /** The providers that a user can sign in with, in this order. */
  providers?: readonly ProviderOption[]
  /** Opens providers in a popup instead of leaving the page. */
  popup?: boolean
  /** Where a provider returns to. Default: this page, without its query. */
  redirectUri?: string
  /** The clock of the client. Default: the system's. */
  clock?: Clock
}

/** Asks the nearest root for its settings. */
export interface SettingsRequest {
  /** Calls back now and whenever the settings change; returns how to unsubscribe. */
  subscribe?(run: () => void): () => void
  settings?: () => ElementSettings
}

/** The name of the event that carries a {@link SettingsRequest}. */
export const SETTINGS_EVENT = 'authflow-settings'

/** Properties that a root and every element have. */
export const settingsProperties: PropertyDeclarations = {
  auth: { attribute: false },
  language: { type: String },
  texts: { attribute: false },
  messages: { attribute: false },
  providers: { attribute: false },
  popup: { type: Boolean },
  redirectUri: { type: String, attribute: 'redirect-uri' },
  clock: { attribute: false },
  env: { type: String },
  endpoint: { type: String },
}

const clients = new Map<string, Promise<AnyAuth>>()

/** Creates the client of an environment once, with all flows; the code for it is loaded only then. */
function clientFor(env: string, endpoint?: string): Promise<AnyAuth> {
  const key = `${env} ${endpoint ?? ''}`
  const known = clients.get(key)
  if (known) return known
  const created = import('./ownClient.ts').then(({ createClient }) => createClient(env, endpoint))
  clients.set(key, created)
  // The code could not be loaded; the next change of the element tries again.
  created.catch(() => clients.delete(key))
  return created
}

/** What all elements have in common: their settings, and the controller of their client. */
export abstract class AuthflowElement extends LitElement implements ElementSettings {
  static override properties: PropertyDeclarations = settingsProperties

  declare auth?: AnyAuth
  declare language?: ElementLanguage
  declare texts?: OwnTexts
  declare messages?: Catalogue
  declare providers?: readonly ProviderOption[]
  declare popup?: boolean
  declare redirectUri?: string
  declare clock?: Clock
  /** The environment id, for an element that makes its own client. */
  declare env?: string
  /** The address of the server of `env`, such as a sandbox. */
  declare endpoint?: string

  #request: SettingsRequest = {}
  #unsubscribe?: () => void
  #detach?: () => void
  #controller?: Controller

  override connectedCallback(): void {
    super.connectedCallback()
    const detail: SettingsRequest = (this.#request = {})
    this.dispatchEvent(new CustomEvent(SETTINGS_EVENT, { detail, bubbles: true, composed: true }))
    this.#unsubscribe = detail.subscribe?.(() => this.requestUpdate())
    this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unsubscribe?.()
    this.#detach?.()
    this.#detach = undefined
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    if (!this.isConnected) return
    const { auth = this.setting('auth'), env } = this
    if (!auth && env) void clientFor(env, this.endpoint).then((made) => (this.auth = made))
    const next = auth && controllerOf(auth)
    if (next === this.#controller && this.#detach) return
    this.#detach?.()
    this.#controller = next
    this.#detach = next?.attach(this.localName, () => this.requestUpdate())
  }

  /** The element's own setting, else that of the root. */
  setting<K extends keyof ElementSettings>(name: K): ElementSettings[K] {
    return (this as ElementSettings)[name] ?? this.#request.settings?.()[name]
  }

  /** Whether the element is inside an `<authflow-root>`, which shows the captcha dialog. */
  get hasRoot(): boolean {
    return !!this.#request.settings
  }

  /** Undefined until a client is given. */
  get controller(): Controller | undefined {
    return this.#controller
  }

  /** The texts in the element's language; undefined while they are loading. */
  get loadedTexts(): LanguageTexts | undefined {
    const language = this.setting('language') ?? languageOf(this)
    const built = textsIn(language, () => this.requestUpdate())
    return built && { ...built, texts: withOwnTexts(built.texts, this.setting('texts')) }
  }
}

/** Reads the language of the nearest `lang` attribute, through shadow roots. */
function languageOf(element: Element): ElementLanguage {
  let node: Element | null = element
  while (node) {
    const lang: string | undefined = node.closest<HTMLElement>('[lang]')?.lang
    if (lang) return lang.toLowerCase().startsWith('zh') ? 'zh' : 'en'
    node = (node.getRootNode() as Partial<ShadowRoot>).host ?? null
  }
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}
