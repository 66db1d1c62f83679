import type { Sandbox } from '../../sandbox/index.ts'

/** The users of the sandbox. */
export const users = {
  li: { sub: 'li.hua', username: 'lihua', phone_number: '+86 13800000000' },
  han: { sub: 'han.mei', email: 'han@example.com' },
  alex: { sub: 'alex', identities: [{ provider_id: 'demo_idp', account: 'alex' }] },
}
/** Contacts with and without an account. */
export const contacts = [
  { phone_number: users.li.phone_number },
  { email: users.han.email },
  { phone_number: '+86 13900000000' },
  { email: 'new@example.com' },
]
const passwords = ['canary of the password', 'canary of another password']
// Without dashes, because the client drops those.
const wrongCode = 'canaryOfAWrongCode'
/** Typed secrets that must not be seen anywhere. */
export const canaries = [...passwords, wrongCode]

const providerInput = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

/** What the payload of an event is chosen by. */
interface Situation {
  sandbox: Sandbox
  /** The contact whose code is asked for. */
  contact(): object | undefined
  /** The token of the captcha picture that is shown. */
  captchaToken(): string | undefined
  /** The provider's page that the client has redirected to. */
  lastRedirect(): string | undefined
}

/**
 * Creates the payloads of the events that have one, sensible and other ones.
 *
 * @param situation what is right at the moment
 * @returns for each event type a function that takes the number of the payload
 */
export function createPayloads({
  sandbox,
  contact,
  captchaToken,
  lastRedirect,
}: Situation): Record<string, (pick: number) => object> {
  const contactOf = oneOf(...contacts)
  const newestCode = () => {
    const [to] = Object.values(contact() ?? {}).filter(Boolean) as string[]
    return (to && sandbox.inbox(to)[0]?.code) ?? 'none'
  }
  /** The callback of the flow itself, a denial, or one of another flow. */
  const callbackUrl = (pick: number) => {
    const uri = lastRedirect()
    const isProviderPage = uri?.includes('/auth/idp/') === true
    if (!isProviderPage || pick % 6 === 0) {
      return 'https://app.example/back?code=foreign&state=foreign'
    }
    return sandbox.consent(uri!, pick % 6 === 1 ? undefined : oneOf('alex', 'lilei')(pick))
  }
  const captchaText = () => sandbox.captchaAnswer(captchaToken() ?? '') ?? 'none'

  return {
    'flow.start': (pick) => ({
      flow: oneOf('signIn', 'account', 'upgrade', 'provider', 'account', 'resetPassword')(pick),
      input: { ...providerInput, purpose: pick % 4 ? 'signIn' : 'bind', isPopup: pick % 3 === 0 },
    }),
    'session.end': (pick) => (pick % 2 ? {} : { redirect_uri: 'https://app.example/bye' }),
    'contact.submit': contactOf,
    'contact.replace': contactOf,
    'code.submit': (pick) => ({ code: pick % 4 ? newestCode() : wrongCode }),
    'password.submit': (pick) => ({
      username: users.li.username,
      password: passwords[pick % 4 ? 0 : 1],
    }),
    'password.change': () => ({ password: passwords[0] }),
    'ticket.submit': () => ({ ticket: 'none' }),
    'provider.submit': () => ({ provider_token: 'none' }),
    'signUp.prepare': () => ({ profile: { name: 'Li Hua' } }),
    'profile.submit': (pick) => ({ profile: pick % 3 ? { name: 'Li' } : { gender: 'none' } }),
    'provider.choose': (pick) => ({ ...providerInput, isPopup: pick % 2 === 0 }),
    'provider.bind': (pick) => ({ ...providerInput, isPopup: pick % 2 === 0 }),
    'provider.unbind': () => ({ provider_id: providerInput.provider_id }),
    'provider.return': (pick) => ({ url: callbackUrl(pick) }),
    'captcha.answer': (pick) => ({ text: pick % 4 ? captchaText() : 'wrong' }),
  }
}

/** @returns a function that picks one of the values by a number */
export const oneOf =
  <T>(...all: T[]) =>
  (pick: number) =>
    all[pick % all.length]!
