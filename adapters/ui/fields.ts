import type { AccountMachine } from '../../machines/flows/account.ts'
import type { HostedLoginMachine } from '../../machines/flows/hostedLogin.ts'
import type { ProviderMachine } from '../../machines/flows/provider.ts'
import type { ResetPasswordMachine } from '../../machines/flows/resetPassword.ts'
import type { SignInMachine } from '../../machines/flows/signIn.ts'
import type { UpgradeMachine } from '../../machines/flows/upgrade.ts'
import { hasOwn } from '../../services/record.ts'
import type { AskingStep, AuthEvent } from '../client/view.ts'
import type { UiTexts } from './en.ts'

/** The flows of this package, under the names that its UI knows them by. */
export type UiFlows = {
  signIn: SignInMachine
  provider: ProviderMachine
  resetPassword: ResetPasswordMachine
  upgrade: UpgradeMachine
  account: AccountMachine
  hostedLogin: HostedLoginMachine
}

/** An event of the flows of this package. */
export type UiEvent = AuthEvent<UiFlows>

/** An input of a form: attributes of its element, and the keys of its texts. */
export interface Field {
  /** The name of the value in the event; in `profile.submit` within its `profile`. */
  name: string
  type: 'text' | 'tel' | 'email' | 'password'
  autocomplete: string
  inputmode: 'text' | 'tel' | 'email' | 'numeric'
  enterkeyhint: 'next' | 'send' | 'go' | 'done'
  /** In characters. A code may be pasted with spaces and dashes. */
  maxlength: number
  /** Whether it must be filled; a field with `oneOf` only if the others are empty. */
  required: boolean
  /** The form sends only one of the fields with `oneOf`: a phone number or an e-mail address. */
  oneOf?: true
  label: keyof UiTexts['labels']
  hint?: keyof UiTexts['hints']
}

/** The forms of a step: the event that each sends, and its fields. */
export type Forms = { readonly [E in UiEvent['type']]?: readonly Field[] }

const text = { type: 'text', inputmode: 'text' } as const

const phone: Field = {
  name: 'phone_number',
  type: 'tel',
  autocomplete: 'tel',
  inputmode: 'tel',
  enterkeyhint: 'send',
  maxlength: 32,
  required: true,
  label: 'phone',
  hint: 'phone',
}
const email: Field = {
  name: 'email',
  type: 'email',
  autocomplete: 'email',
  inputmode: 'email',
  enterkeyhint: 'send',
  maxlength: 254,
  required: true,
  label: 'email',
  hint: 'email',
}
const contact: readonly Field[] = [
  { ...phone, oneOf: true },
  { ...email, oneOf: true },
]
const password: Field = {
  ...text,
  name: 'password',
  type: 'password',
  autocomplete: 'current-password',
  enterkeyhint: 'go',
  maxlength: 128,
  required: true,
  label: 'password',
  hint: 'ownPassword',
}
const newPassword: Field = {
  ...password,
  autocomplete: 'new-password',
  label: 'newPassword',
  hint: 'newPassword',
}
const code: Field = {
  ...text,
  name: 'code',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
  enterkeyhint: 'done',
  maxlength: 16,
  required: true,
  label: 'code',
  hint: 'code',
}
const username: Field = {
  ...text,
  name: 'username',
  autocomplete: 'username',
  enterkeyhint: 'done',
  maxlength: 64,
  required: false,
  label: 'username',
  hint: 'username',
}
const nickname: Field = {
  ...username,
  name: 'name',
  autocomplete: 'nickname',
  enterkeyhint: 'next',
  label: 'nickname',
  hint: undefined,
}
const loginName: Field = {
  ...username,
  enterkeyhint: 'next',
  maxlength: 254,
  required: true,
  label: 'loginName',
  hint: undefined,
}

const codeSteps = { askingCode: { 'code.submit': [code] }, askingResend: {} } as const
const consentSteps = { askingReturn: {}, askingPopup: {}, askingClick: {} } as const
const profile = { 'profile.submit': [nickname, username] } as const

/** The steps in which the user moves, of each flow, in the order in which a user meets them. */
const forms: {
  readonly [F in keyof UiFlows]: { readonly [S in AskingStep<Pick<UiFlows, F>>]: Forms }
} = {
  signIn: {
    askingAccount: {
      'contact.submit': contact,
      'password.submit': [loginName, { ...password, hint: 'loginPassword' }],
    },
    askingSecondFactor: { 'contact.submit': [phone] },
    ...codeSteps,
    askingRetry: {},
    askingProfile: profile,
  },
  provider: { ...consentSteps, askingSecondFactor: {}, askingRetry: {} },
  resetPassword: {
    askingContact: { 'contact.submit': contact },
    ...codeSteps,
    askingPassword: { 'password.submit': [newPassword] },
    askingRetry: {},
  },
  upgrade: {
    askingAccount: { 'contact.submit': contact },
    ...consentSteps,
    ...codeSteps,
    askingChoice: {},
    askingRetry: {},
  },
  account: {
    askingEdit: { ...profile, 'password.change': [newPassword], 'contact.replace': contact },
    askingCodeRequest: {},
    askingProof: { 'password.submit': [password] },
    ...codeSteps,
    ...consentSteps,
    askingRetry: {},
  },
  hostedLogin: { askingReturn: {}, askingRetry: {} },
}

const none: Forms = {}

/** What the functions of this entry read of a view. */
export interface FlowPosition {
  readonly flow?: string
  readonly step?: string
}

/**
 * Lists the forms of the present step with the attributes of their fields. Steps without input, such as
 * a retry, and flows of an app's own have none.
 *
 * @param view the view of a client
 * @returns the fields by the event that the form sends
 * @example
 *   for (const field of fields(view)['code.submit'] ?? [])
 *     field.autocomplete // 'one-time-code'
 */
export function fields({ flow, step }: FlowPosition): Forms {
  const steps: Record<string, Forms> = hasOwn(forms, flow ?? '') ? forms[flow as 'signIn'] : {}
  return hasOwn(steps, step ?? '') ? steps[step!]! : none
}

/**
 * Lists the steps in which the user moves next, in the order in which a user meets them. No user meets
 * all of them.
 */
export function stepsOf<F extends keyof UiFlows>(flow: F): AskingStep<Pick<UiFlows, F>>[] {
  return Object.keys(forms[flow]) as AskingStep<Pick<UiFlows, F>>[]
}

/** The field of the captcha dialog. Its event is `captcha.answer`. */
export const captchaField: Field = {
  ...text,
  name: 'text',
  autocomplete: 'off',
  enterkeyhint: 'done',
  maxlength: 16,
  required: true,
  label: 'captcha',
  hint: 'captcha',
}

/**
 * Makes the event of a form from what was typed: trims all but passwords, and leaves out what is empty
 * where it is optional.
 *
 * @param type the event of the form, one of `fields(view)`
 * @param values by the names of the fields, such as `Object.fromEntries(new FormData(form))`
 * @example
 *   auth.send(eventOf('contact.submit', { phone_number: '138 0000 0000', email: '' }))
 */
export function eventOf(type: UiEvent['type'], values: Record<string, unknown>): UiEvent {
  const typed = Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== 'string') return []
    const text = name === 'password' ? value : value.trim()
    return text || name === 'password' || name === 'code' ? [[name, text]] : []
  })
  const given = Object.fromEntries(typed) as Record<string, string>
  return (type === 'profile.submit' ? { type, profile: given } : { type, ...given }) as UiEvent
}
