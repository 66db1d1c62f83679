export { createAuth } from './createAuth.ts'
export type { InitialView } from './initialView.ts'
export type { Auth, AuthOptions, RawCredentials } from './options.ts'
export {
  isAsking,
  type AskingStep,
  type AuthEvent,
  type CaptchaEvent,
  type Step,
  type View,
} from './view.ts'
export { captchaFrame } from './captchaFrame.ts'

export { account, type AccountMachine } from '../../machines/flows/account.ts'
export {
  hostedLogin,
  type HostedLoginInput,
  type HostedLoginMachine,
} from '../../machines/flows/hostedLogin.ts'
export { provider, type ProviderMachine } from '../../machines/flows/provider.ts'
export { resetPassword, type ResetPasswordMachine } from '../../machines/flows/resetPassword.ts'
export { signIn, type SignInMachine } from '../../machines/flows/signIn.ts'
export { upgrade, type UpgradeMachine } from '../../machines/flows/upgrade.ts'

export { consent, type ConsentMachine } from '../../machines/parts/consent.ts'
export { elevation, type ElevationMachine } from '../../machines/parts/elevation.ts'
export { gatedEdit, type GatedEditMachine } from '../../machines/parts/gatedEdit.ts'
export { verification, type VerificationMachine } from '../../machines/parts/verification.ts'

export {
  callsOf,
  contactActions,
  contactEdges,
  contactGuards,
  errorActions,
  errorGuards,
  expectEvent,
  failTo,
  lostSecret,
} from '../../machines/core/flow.ts'
export { captcha, type CaptchaMachine } from '../../machines/core/captcha.ts'
export { request, type RequestMachine } from '../../machines/core/request.ts'
export {
  session,
  type Flow,
  type FlowMeta,
  type Flows,
  type LifeEvent,
  type SessionEvent,
  type SessionMachine,
  type Status,
} from '../../machines/core/session.ts'
export { signOut, type SignOutMachine } from '../../machines/core/signOut.ts'
export { tokens, type TokensMachine } from '../../machines/core/tokens.ts'
export { until } from '../../machines/core/until.ts'

export { AuthError, type AuthErrorCode, type AuthErrorDetails } from '../../services/error.ts'
export { captchaPage } from '../../services/captcha/captchaPage.ts'
export type { CaptchaService } from '../../services/captcha/captcha.ts'
export type { Clock } from '../../services/clock.ts'
export type { Caller } from '../../services/http/caller.ts'
export { endpoint, type Endpoint } from '../../services/http/endpoint.ts'
export type { Contact, Profile, User } from '../../services/http/wire.ts'
export { hostedLoginPage, type HostedLoginPage } from '../../services/platform/hostedLoginPage.ts'
export type { Platform } from '../../services/platform/platform.ts'
export { takeReturn } from '../../services/platform/popup.ts'
export type { Secret } from '../../services/secret.ts'
export type { HeldLock, Lock } from '../../services/session/lock.ts'
export { indexedDbStore } from '../../services/session/indexedDbStore.ts'
export { memoryStore, webStore, type Store } from '../../services/session/store.ts'
export { provide, type Services } from '../../services/system.ts'
