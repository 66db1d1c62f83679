/** The flows as the demo offers them. */
import { account, signIn } from 'cloudbase-authflow'
import { model, type Model } from 'cloudbase-authflow/testing'

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
