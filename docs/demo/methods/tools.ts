/** What the calls of the methods page are made with. */
import cloudbase, { type CaptchaToken, type CloudbaseAuth } from 'cloudbase-authflow/cloudbase'

type Contact = { phone_number: string } | { email: string }

/** A user whom the control API of the sandbox has added. */
export interface SandboxUser {
  sub: string
  username: string
  email: string
  password: string
}

export const env = 'methods'
export const provider_id = 'demo_idp'
export const SIGN_IN_ACCOUNT = 'alex'
export const BIND_ACCOUNT = 'lilei'
/** The address that providers and the hosted page return to. */
export const here = location.origin + location.pathname

/** Calls the control API of the sandbox. */
export async function control<T>(path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const request = body && { method: 'POST', headers, body: JSON.stringify(body) }
  return (await (await fetch(`/__sandbox/${path}`, request)).json()) as T
}

/** Makes the next request to a path require a captcha. */
export const requireCaptcha = (path: string) =>
  control('faults', [
    {
      method: 'POST',
      path,
      status: 400,
      body: { error: 'captcha_required', error_description: 'captcha_token required' },
    },
  ])

/** The event bus between the adapter and the captcha dialog of an app, as the SDK documents it. */
export const eventBus = new EventTarget()

/** Asks for a captcha by events: one shows the picture, the other one brings the token. */
function openURIWithCallback(url: string): Promise<CaptchaToken> {
  const detail = cloudbase.parseCaptcha(url)
  return new Promise((resolve) => {
    const onToken = (event: Event) => resolve((event as CustomEvent<CaptchaToken>).detail)
    eventBus.addEventListener('RESOLVE_CAPTCHA_DATA', onToken, { once: true })
    eventBus.dispatchEvent(new CustomEvent('CAPTCHA_DATA_CHANGE', { detail }))
  })
}

const app = cloudbase.init({ env })
app.registerHost(location.host, location.protocol === 'https:' ? 'https' : 'http')
export const auth: CloudbaseAuth = app.auth({ captchaOptions: { openURIWithCallback } })

/** Reads the picture in place of the user. */
eventBus.addEventListener('CAPTCHA_DATA_CHANGE', (event) => {
  const { token } = (event as CustomEvent<{ token: string }>).detail
  void control<{ answer: string }>(`captcha/${token}`)
    .then(({ answer }) => auth.verifyCaptchaData({ token, key: answer }))
    .then((detail) => eventBus.dispatchEvent(new CustomEvent('RESOLVE_CAPTCHA_DATA', { detail })))
})

const random = (length: number) =>
  Array.from({ length }, () => Math.floor(Math.random() * 10)).join('')

/** A contact that has no account and was sent no code yet. */
export const newPhone = () => `+86 139${random(8)}`
export const newEmail = () => `user${random(9)}@example.com`
export const newPassword = () => `Horse-battery-${random(6)}`

/** Adds a user. */
export async function addUser(more: object = {}): Promise<SandboxUser> {
  const user = { username: `user${random(9)}`, email: newEmail(), password: newPassword() }
  const { sub } = await control<{ sub: string }>('users', { ...user, ...more })
  return { ...user, sub }
}

/** Signs a new user in. */
export async function signInNewUser(): Promise<SandboxUser> {
  const user = await addUser()
  const { username, password } = user
  await auth.signIn({ username, password })
  return user
}

let known: SandboxUser | undefined

/** Signs in the user of the calls that change nothing. */
export async function member(): Promise<SandboxUser> {
  if (known && auth.currentUser?.uid === known.sub) return known
  known ??= await addUser()
  const { username, password } = known
  await auth.signIn({ username, password })
  return known
}

/** Reads the newest code in the inbox of a contact. */
export async function codeFor(to: string): Promise<string> {
  const [message] = await control<{ code: string }[]>(`inbox?to=${encodeURIComponent(to)}`)
  return message!.code
}

/** Verifies a contact. */
export async function prove(contact: Contact): Promise<string> {
  const { verification_id } = await auth.getVerification(contact)
  const verification_code = await codeFor(Object.values(contact)[0] as string)
  return (await auth.verify({ verification_id, verification_code })).verification_token
}

/** Consents at the provider; returns its authorization response. */
export async function consent(uri: string, account: string): Promise<Record<string, string>> {
  const { location: back } = await control<{ location: string }>('consent', { uri, account })
  return Object.fromEntries(new URL(back).searchParams)
}

/** Gets the token of an identity at the provider: of one that signs in, or of one to be bound. */
export async function providerToken(account = SIGN_IN_ACCOUNT): Promise<string> {
  const provider_redirect_uri = here
  const { uri } = await auth.genProviderRedirectUri({
    provider_id,
    provider_redirect_uri,
    state: random(9),
  })
  const { code } = await consent(uri, account)
  const granted = await auth.grantProviderToken({
    provider_id,
    provider_redirect_uri,
    provider_code: code!,
  })
  return granted.provider_token
}

/** Returns what an answer of SDK 3.x holds; throws its error. */
export function dataOf<T>({ data, error }: { data: T; error: unknown }): NonNullable<T> {
  if (error) throw error as Error
  return data!
}
