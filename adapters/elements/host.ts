import type { AuthError } from '../../services/error.ts'
import type { UiTexts } from '../ui/en.ts'
import type { Controller } from './controller.ts'
import type { ProviderOption } from './providers.ts'
import type { UiView } from './screens.ts'

/** What is in a field that has not been sent yet. */
export interface Draft {
  value: string
  /** It was sent empty or too short, so nothing was sent. */
  isRefused: boolean
  /** An e-mail address rather than a phone number is wanted. */
  isEmail: boolean
  /** The password is shown. */
  isShown: boolean
}

/** What is typed into an open country picker. */
export interface PickerState {
  /** The id of the field that the picker belongs to. */
  id: string
  typed: string
  /** The index of the active option. */
  active: number
}

/** What was sent last from the sign-in form. */
export type Attempt = 'code' | 'password' | 'guest' | 'provider'

/** The element that a screen is a part of. */
export interface Host {
  readonly controller: Controller
  readonly view: UiView
  readonly t: UiTexts
  readonly language: string
  /** The ways to sign in that are offered. */
  readonly methods: readonly string[]
  /** The kind of contact that is accepted; undefined: both. */
  readonly only?: 'phone' | 'email'
  /** The region of a phone number that begins with no calling code, before the user chooses one. */
  readonly country?: string
  readonly providers: readonly ProviderOption[]
  /** The form may not be sent before the user has agreed to the terms. */
  readonly requireConsent: boolean
  readonly termsUrl?: string
  readonly privacyUrl?: string
  /** Whether the app has put content into a slot. */
  hasSlotted(name: string): boolean
  /** The seconds until another code can be sent. */
  readonly secondsLeft: number
  /** The sentence for the error of the running flow, if there is one. */
  readonly flowError: string | undefined
  /** `network` and `cancelled` are no fault of what was typed. */
  readonly errorKind: 'input' | 'network' | 'cancelled'
  /** The kind of contact that was sent last. */
  contactKind?: 'phone' | 'email'
  picker?: PickerState
  attempt?: Attempt
  /** The consent is missing. */
  isConsentMissing: boolean
  /** The deletion is not confirmed. */
  isUnconfirmed: boolean
  /** The proof of the user is asked for by password. */
  isByPassword: boolean
  /** The guest is asked whether to sign out. */
  isConfirmingSignOut: boolean
  sentence(error: AuthError): string
  /** Whether an error is about what was typed. */
  isWrong(error: string | undefined): boolean
  draft(id: string): Draft
  requestUpdate(): void
  /** Focuses an element of the card once it is rendered. */
  focusAfterUpdate(id: string): undefined
  /** Starts the consent at a provider with this input. */
  consentInput(id: string, isPopup?: boolean): ConsentInput
  /** Whether the terms are agreed to, or need not be; otherwise shows what is missing. */
  hasConsent(): boolean
}

/** What a flow needs to get the consent at a provider. */
export interface ConsentInput {
  provider_id: string
  redirect_uri: string
  isPopup: boolean
  scope?: string
}
