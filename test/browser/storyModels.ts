/** The flows as the demo offers them. */
import { account, provider, signIn } from 'cloudbase-authflow'
import { getUser } from 'cloudbase-authflow/endpoints'
import { model, type Model, type Outcome } from 'cloudbase-authflow/testing'

/** What the demo never sends. */
const signInNever = { 'ticket.submit': false, 'provider.submit': false } as const
const accountNever = {
  'proof.change': false,
  'provider.bind': false,
  'provider.unbind': false,
} as const

export const signInModel: Model = model({ signIn }, { events: signInNever })

/** The answers of `model`, and a captcha before a code is sent. */
export const captchaModel: Model = model(
  { signIn },
  {
    events: { ...signInNever, 'guest.enter': false, 'password.submit': false },
    outcomes: {
      sendVerification: [
        ...signInModel.outcomes['sendVerification']!,
        { name: 'captcha_required', error: 'captcha_required' },
      ],
    },
  },
)

/** A failure of the server, by its code. */
const fault = (error: string): Outcome => ({ name: error, error })

export const accountModel: Model = model({ account }, { faults: 0, events: accountNever })

/** Two edits of an account with a phone: small enough for every run of the tests. */
export const editModel: Model = model(
  { account },
  {
    faults: 0,
    events: { ...accountNever, 'contact.replace': false, 'account.delete': false },
    outcomes: { getUser: accountModel.outcomes['getUser']!.slice(0, 1) },
  },
)

/** Two edits, with a failure. */
export const failureModel: Model = { ...editModel, faults: 1 }

/** A user who is signed in, and an app that asks for their data: the session may have ended. */
export const callModel: Model = model(
  { account },
  {
    events: { 'flow.start': false },
    calls: [{ endpoint: getUser }],
    outcomes: {
      getUser: [...accountModel.outcomes['getUser']!.slice(0, 1), fault('unauthenticated')],
      refresh: [{ ...fault('invalid_grant'), isFault: false }],
    },
    stop: ({ pending, look }) => pending.length === 0 || look.status === 'signedOut',
  },
)

/** The account page of a user who acts in another tab, too. */
export const tabModel: Model = {
  ...editModel,
  events: { ...editModel.events, 'password.change': false },
  otherTabs: 1,
}

const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

/** The sign-in by a provider, which the page is left for. */
export const redirectModel: Model = model(
  { provider },
  { events: { 'flow.start': [{ flow: 'provider', input }] } },
)

/** The sign-in by a provider in a popup. */
export const popupModel: Model = model(
  { provider },
  { events: { 'flow.start': [{ flow: 'provider', input: { ...input, isPopup: true } }] } },
)
