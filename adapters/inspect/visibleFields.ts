import type { ContextFrom, EventFromLogic } from 'xstate'
import type { CallStart } from '../../machines/core/calls.ts'
import type { CaptchaMachine } from '../../machines/core/captcha.ts'
import type { RequestMachine } from '../../machines/core/request.ts'
import type { SessionMachine } from '../../machines/core/session.ts'
import type { SignOutMachine } from '../../machines/core/signOut.ts'
import type { TokensMachine } from '../../machines/core/tokens.ts'
import type { AccountMachine } from '../../machines/flows/account.ts'
import type { HostedLoginMachine } from '../../machines/flows/hostedLogin.ts'
import type { ProviderMachine } from '../../machines/flows/provider.ts'
import type { ResetPasswordMachine } from '../../machines/flows/resetPassword.ts'
import type { SignInMachine } from '../../machines/flows/signIn.ts'
import type { UpgradeMachine } from '../../machines/flows/upgrade.ts'
import type { ConsentMachine } from '../../machines/parts/consent.ts'
import type { ElevationMachine } from '../../machines/parts/elevation.ts'
import type { GatedEditMachine } from '../../machines/parts/gatedEdit.ts'
import type { VerificationMachine } from '../../machines/parts/verification.ts'
import {
  type Fields,
  keepBoolean,
  keepFields,
  keepName,
  keepNames,
  keepNumber,
  maskEmail,
  maskPhone,
  type Redactor,
} from './redactors.ts'

interface Machines {
  session: SessionMachine
  signIn: SignInMachine
  upgrade: UpgradeMachine
  resetPassword: ResetPasswordMachine
  provider: ProviderMachine
  hostedLogin: HostedLoginMachine
  account: AccountMachine
  consent: ConsentMachine
  gatedEdit: GatedEditMachine
  elevation: ElevationMachine
  verification: VerificationMachine
  request: RequestMachine<object, object>
  captcha: CaptchaMachine
  tokens: TokensMachine
  signOut: SignOutMachine
}
type MachineEvent = EventFromLogic<Machines[keyof Machines]> | CallStart

// A list that names a machine, an event or a field that does not exist fails to compile.
type ContextFields = {
  [M in keyof Machines]: { [K in keyof ContextFrom<Machines[M]>]?: Redactor }
}
type EventFields = {
  [E in MachineEvent as string extends E['type'] ? never : E['type']]?: {
    [K in keyof E]?: Redactor
  }
}

const contactFields = { phone_number: maskPhone, email: maskEmail }
const contact = keepFields(contactFields)
const consentFields = { provider_id: keepName, isPopup: keepBoolean }
const edit = keepFields({ type: keepName, ...contactFields })
const elevated = keepFields({ isNeedless: keepBoolean, expiresAt: keepNumber })

/** The fields of each event that may be shown, beside its `type` and `error`. */
export const eventFields: Record<string, Fields> = {
  'flow.start': { flow: keepName },
  'call.start': { endpoint: keepFields({ operation: keepName }) },
  'contact.submit': contactFields,
  'contact.replace': contactFields,
  'provider.choose': consentFields,
  'provider.bind': consentFields,
  'provider.unbind': { provider_id: keepName },
  'captcha.require': { purpose: keepName },
  'tokens.refresh': { serial: keepNumber },
} satisfies EventFields

/** The fields of each machine's context that may be shown, beside its `error`. */
export const contextFields: Record<string, Fields> = {
  session: { flow: keepName, flows: keepNames, status: keepName },
  signIn: { contact, target: keepName, isUser: keepBoolean, switched: keepBoolean },
  upgrade: { contact, hasSwitched: keepBoolean },
  resetPassword: { contact },
  provider: { consent: keepFields(consentFields), purpose: keepName },
  hostedLogin: {},
  account: { edit, sudo: elevated },
  consent: consentFields,
  gatedEdit: { edit, sudo: elevated, isDone: keepBoolean, sudoRetried: keepBoolean },
  elevation: { contact, elevated },
  verification: {
    contact,
    target: keepName,
    isUser: keepBoolean,
    resendAt: keepNumber,
    expiresAt: keepNumber,
  },
  request: {
    serial: keepNumber,
    tokenRefreshed: keepBoolean,
    captchaRetried: keepBoolean,
    repeats: keepNumber,
    retryAt: keepNumber,
  },
  captcha: { purpose: keepName, expiresAt: keepNumber },
  tokens: {
    credentials: keepFields({ expiresAt: keepNumber }),
    serial: keepNumber,
    isUrgent: keepBoolean,
    retryAt: keepNumber,
  },
  signOut: { repeats: keepNumber, retryAt: keepNumber },
} satisfies ContextFields
