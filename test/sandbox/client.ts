import { onTestFinished } from 'vitest'
import { type Config, createSandbox, type NewUser, type Sandbox } from '../../sandbox/index.ts'

/** A moment at which the sandbox's clock stands still unless a test moves it. */
export const startOfTime = Date.UTC(2030, 0, 1)

export const clientId = 'env-1'
export const phone = '+86 13800000000'
export const email = 'someone@example.com'
export const redirect_uri = 'https://app.example/callback?from=here'
export const state = 'st&te'
export const device = 'd'.repeat(32)

export type Json = Record<string, unknown>

/** An answer with its JSON body. */
export interface Answer {
  status: number
  headers: Headers
  body: Json
}

export interface Sent {
  /** Sent as JSON unless it is a text. */
  body?: unknown
  query?: Record<string, string>
  bearer?: string
  headers?: Record<string, string>
}

/** A sandbox on a socket, and a client that speaks to it over real HTTP. */
export class Client {
  readonly sandbox: Sandbox
  readonly url: string

  constructor(sandbox: Sandbox, url: string) {
    this.sandbox = sandbox
    this.url = url
  }

  /** Sends a request, with the client id unless there is a bearer or another query. */
  fetch(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const query = sent.query ?? (sent.bearer === undefined ? { client_id: clientId } : {})
    const headers = new Headers({ 'x-device-id': device, ...sent.headers })
    if (sent.bearer !== undefined) headers.set('authorization', `Bearer ${sent.bearer}`)
    const body = typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body)
    const init = { method, headers, redirect: 'manual' } as const
    const url = `${this.url}${path}?${new URLSearchParams(query)}`
    return fetch(url, body === undefined ? init : { ...init, body })
  }

  async send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const response = await this.fetch(method, path, sent)
    const { status, headers } = response
    return { status, headers, body: (await response.json()) as Json }
  }

  post(path: string, body: unknown = {}, sent: Sent = {}): Promise<Answer> {
    return this.send('POST', path, { ...sent, body })
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send('GET', path, sent)
  }

  patch(
    path: string,
    bearer: string,
    body: Json,
    query: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send('PATCH', path, { bearer, body, query })
  }

  delete(path: string, bearer: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.send('DELETE', path, { bearer, query })
  }

  me(bearer: string): Promise<Answer> {
    return this.get('/auth/v1/user/me', { bearer })
  }

  sendCode(body: Json = { phone_number: phone }, sent: Sent = {}): Promise<Answer> {
    return this.post('/auth/v1/verification', body, sent)
  }

  verify(verificationId: unknown, code: unknown): Promise<Answer> {
    return this.post('/auth/v1/verification/verify', {
      verification_id: verificationId,
      verification_code: code,
    })
  }

  /** Sends a code to a contact and verifies it: a verification token. */
  async proveContact(contact: Json = { phone_number: phone }): Promise<string> {
    const sent = await this.sendCode(contact)
    const { verification_id: id } = sent.body
    const code = this.sandbox.inbox().find((each) => each.verification_id === id)?.code
    const verified = await this.verify(id, code)
    return String(verified.body['verification_token'])
  }

  signUp(body: Json): Promise<Answer> {
    return this.post('/auth/v1/signup', body)
  }

  signIn(body: Json, sent: Sent = {}): Promise<Answer> {
    return this.post('/auth/v1/signin', body, sent)
  }

  /** Makes a user `bob` with password `right password` and signs in: the token response. */
  async bob(): Promise<{ access_token: string; refresh_token: string; sub: string }> {
    if (!this.sandbox.users().some(({ username }) => username === 'bob')) {
      await this.sandbox.addUser({ username: 'bob', password, phone_number: phone })
    }
    const { body } = await this.signIn({ username: 'bob', password })
    return {
      access_token: String(body['access_token']),
      refresh_token: String(body['refresh_token']),
      sub: String(body['sub']),
    }
  }

  guest(deviceId = device): Promise<Answer> {
    return this.post('/auth/v1/signin/anonymously', {}, { headers: { 'x-device-id': deviceId } })
  }

  sudo(bearer: string, body: Json): Promise<Answer> {
    return this.post('/auth/v1/user/sudo', body, { bearer })
  }

  /** Proves a contact of the user and asks for a sudo token. */
  async sudoToken(bearer: string, contact: Json = { phone_number: phone }): Promise<string> {
    const verification_token = await this.proveContact(contact)
    return String((await this.sudo(bearer, { verification_token })).body['sudo_token'])
  }

  /** Makes a user with password and signs in: the access token. */
  async enter(user: NewUser): Promise<string> {
    const { username = user.phone_number ?? user.email } = user
    await this.sandbox.addUser({ ...user, password })
    return String((await this.signIn({ username, password })).body['access_token'])
  }

  /** The address of a third party's page. */
  async providerUri(query: Record<string, string> = {}): Promise<string> {
    const asked = { client_id: clientId, provider_id: 'demo_idp', redirect_uri, state, ...query }
    const { body } = await this.get('/auth/v1/provider/uri', { query: asked })
    return String(body['uri'])
  }

  grant(body: Json): Promise<Answer> {
    return this.post('/auth/v1/provider/token', body)
  }

  /** Consents on the page and trades the code: a provider token. */
  async providerToken(person = 'alex', provider_id = 'demo_idp'): Promise<string> {
    const location = this.sandbox.consent(await this.providerUri({ provider_id }), person)
    const provider_code = new URL(location).searchParams.get('code')
    const body = { provider_id, provider_redirect_uri: redirect_uri, provider_code }
    return String((await this.grant(body)).body['provider_token'])
  }

  withProvider(provider_token: string, more: Json = {}, version = 'v1'): Promise<Answer> {
    return this.post(`/auth/${version}/signin/with/provider`, { provider_token, ...more })
  }

  refresh(refreshToken: string): Promise<Answer> {
    return this.post('/auth/v1/token', {
      client_id: clientId,
      client_secret: '',
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    })
  }

  /** Reads a new picture with the control API's help: a captcha token. */
  async readPicture(): Promise<string> {
    const { token } = (await this.post('/auth/v1/captcha/data', { state: 'any' })).body
    const key = this.sandbox.captchaAnswer(String(token))
    const { body } = await this.post('/auth/v1/captcha/data/verify', { token, key })
    return String(body['captcha_token'])
  }
}

export const password = 'right password'

/** Starts a sandbox for the running test. */
export async function start(config: Partial<Config> = {}): Promise<Client> {
  const sandbox = createSandbox({ config, now: () => startOfTime })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  return new Client(sandbox, url)
}

/** The claims of an access token. */
export function claimsOf(accessToken: string): Json {
  const [, payload = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json
}
