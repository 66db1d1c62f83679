import { AuthflowAccount, AuthflowResetPassword, AuthflowSignIn, AuthflowUpgrade } from './flows.ts'
import { AuthflowCaptcha } from './captcha.ts'
import type { AuthError } from '../../services/error.ts'
import type { StepDetail, SuccessDetail } from './flowElement.ts'
import { AuthflowRoot } from './root.ts'

export type { AnyAuth } from './controller.ts'
export type { ElementSettings } from './element.ts'
export type { StepDetail, SuccessDetail } from './flowElement.ts'
export type { ProviderOption } from './providers.ts'
export type { ElementLanguage, OwnTexts } from './texts.ts'
export {
  AuthflowAccount,
  AuthflowCaptcha,
  AuthflowResetPassword,
  AuthflowRoot,
  AuthflowSignIn,
  AuthflowUpgrade,
}

/** The elements by their tags. */
export interface AuthflowElements {
  'authflow-root': AuthflowRoot
  'authflow-sign-in': AuthflowSignIn
  'authflow-account': AuthflowAccount
  'authflow-upgrade': AuthflowUpgrade
  'authflow-reset-password': AuthflowResetPassword
  'authflow-captcha': AuthflowCaptcha
}

/** The events of the elements. They bubble, through shadow roots as well. */
export interface AuthflowEventMap {
  /** The status, the flow or the step that an element shows has changed. */
  'authflow-step': CustomEvent<StepDetail>
  /** The user has achieved something that the card says, such as a changed password. */
  'authflow-success': CustomEvent<SuccessDetail>
  /** A user has signed in, here or in another tab. From `<authflow-sign-in>`. */
  'authflow-signed-in': CustomEvent<{ uid?: string; isGuest: boolean }>
  /** The session has ended; with an error if the server has ended it. From `<authflow-account>`. */
  'authflow-signed-out': CustomEvent<{ error?: AuthError }>
}

declare global {
  interface HTMLElementTagNameMap extends AuthflowElements {}
  interface HTMLElementEventMap extends AuthflowEventMap {}
  interface DocumentEventMap extends AuthflowEventMap {}
}

// The root first, so that it is there for the elements inside it.
const elements = {
  'authflow-root': AuthflowRoot,
  'authflow-captcha': AuthflowCaptcha,
  'authflow-sign-in': AuthflowSignIn,
  'authflow-account': AuthflowAccount,
  'authflow-upgrade': AuthflowUpgrade,
  'authflow-reset-password': AuthflowResetPassword,
}
for (const [tag, element] of Object.entries(elements)) {
  // Two copies of this package on a page share the elements of the first.
  if (!customElements.get(tag)) customElements.define(tag, element)
}
