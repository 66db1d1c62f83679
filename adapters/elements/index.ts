import { AuthflowAccount, AuthflowResetPassword, AuthflowSignIn, AuthflowUpgrade } from './flows.ts'
import { AuthflowCaptcha } from './captcha.ts'
import type { AuthflowEventMap } from './props.ts'
import { AuthflowRoot } from './root.ts'

export type { AnyAuth } from './controller.ts'
export type { ElementSettings } from './element.ts'
export type { CardSettings, StepDetail, SuccessDetail } from './flowElement.ts'
export type { AuthflowEventMap, CardProps, ElementProps, RootProps } from './props.ts'
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
