import { onTestFinished } from 'vitest'
import { type Config, createSandbox, type NewUser, type Sandbox } from '../../sandbox/index.ts'

/** The time at which the sandbox's clock stands until a test advances it. */
export const startTime = Date.UTC(2030, 0, 1)

export const clientId = 'env-1'
export const phone = '+86 13800000000'
export const email = 'someone@example.com'
export const redirect_uri = 'https://app.example/callback?from=here'
export const state = 'st&te'
export const device = 'd'.repeat(32)

export type Json = Record<string, unknown>

/** A response with its JSON body. */
export interface JsonResponse {
  status: number
  headers: Headers
  body: Json
}

/** Options of a request. */
export interface RequestOptions {
  /** A text is sent unchanged, everything else as JSON. */
  body?: unknown
  query?: Record<string, string>
  bearer?: string
  headers?: Record<string, string>
}

/** An HTTP client for a sandbox that listens on a socket. */
export class Client {
  readonly sandbox: Sandbox
  readonly url: string

  constructor(sandbox: Sandbox, url: string) {
    this.sandbox = sandbox
    this.url = url
  }

  /** Sends a request. Adds the client id unless a bearer or a query is given. */
  fetch(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const query = options.query ?? (options.bearer === undefined ? { client_id: clientId } : {})
    const headers = new Headers({ 'x-device-id': device, ...options.headers })
    if (path.startsWith('/__sandbox') && !headers.has('content-type')) {
      headers.set('content-type', 'application/json')
    }
    if (options.bearer !== undefined) headers.set('authorization', `Bearer ${options.bearer}`)
    const body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body)
    const init = { method, headers, redirect: 'manual' } as const
    const url = `${this.url}${path}?${new URLSearchParams(query)}`
    return fetch(url, body === undefined ? init : { ...init, body })
  }

  async send(method: string, path: string, options: RequestOptions = {}): Promise<JsonResponse> {
    const response = await this.fetch(method, path, options)
    const { status, headers } = response
    return { status, headers, body: (await response.json()) as Json }
  }

  post(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<JsonResponse> {
    return this.send('POST', path, { ...options, body })
  }

  get(path: string, options: RequestOptions = {}): Promise<JsonResponse> {
    return this.send('GET', path, options)
  }

  patch(
    path: string,
    bearer: string,
    body: Json,
    query: Record<string, string> = {},
  ): Promise<JsonResponse> {
    return this.send('PATCH', path, { bearer, body, query })
  }

  delete(path: string, bearer: string, query: Record<string, string> = {}): Promise<JsonResponse> {
    return this.send('DELETE', path, { bearer, query })
  }

  me(bearer: string): Promise<JsonResponse> {
    return this.get('/auth/v1/user/me', { bearer })
  }

  sendCode(
    body: Json = { phone_number: phone },
    options: RequestOptions = {},
  ): Promise<JsonResponse> {
    return this.post('/auth/v1/verification', body, options)
  }

  verify(verificationId: unknown, code: unknown): Promise<JsonResponse> {
    return this.post('/auth/v1/verification/verify', {
      verification_id: verificationId,
      verification_code: code,
    })
  }

  /** Sends a code to a contact, verifies it and returns the verification token. */
  async proveContact(contact: Json = { phone_number: phone }): Promise<string> {
    const sent = await this.sendCode(contact)
    if (sent.status !== 200) throw new Error(`No code was sent: ${String(sent.body['error'])}`)
    const { verification_id: id } = sent.body
    const code = this.sandbox.inbox().find((each) => each.verification_id === id)?.code
    const verified = await this.verify(id, code)
    return String(verified.body['verification_token'])
  }

  signUp(body: Json): Promise<JsonResponse> {
    return this.post('/auth/v1/signup', body)
  }

  signIn(body: Json, options: RequestOptions = {}): Promise<JsonResponse> {
    return this.post('/auth/v1/signin', body, options)
  }

  /** Signs in the user `bob`, who is added first if necessary. Returns the tokens. */
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

  guest(deviceId = device): Promise<JsonResponse> {
    return this.post('/auth/v1/signin/anonymously', {}, { headers: { 'x-device-id': deviceId } })
  }

  sudo(bearer: string, body: Json): Promise<JsonResponse> {
    return this.post('/auth/v1/user/sudo', body, { bearer })
  }

  /** Verifies a contact of the user and returns a sudo token. */
  async sudoToken(bearer: string, contact: Json = { phone_number: phone }): Promise<string> {
    const verification_token = await this.proveContact(contact)
    return String((await this.sudo(bearer, { verification_token })).body['sudo_token'])
  }

  /** Adds a user with the usual password, signs in and returns the access token. */
  async addAndSignIn(user: NewUser): Promise<string> {
    const { username = user.phone_number ?? user.email } = user
    await this.sandbox.addUser({ ...user, password })
    return String((await this.signIn({ username, password })).body['access_token'])
  }

  /** Returns the URL of a provider's consent page. */
  async providerUri(query: Record<string, string> = {}): Promise<string> {
    const parameters = {
      client_id: clientId,
      provider_id: 'demo_idp',
      redirect_uri,
      state,
      ...query,
    }
    const { body } = await this.get('/auth/v1/provider/uri', { query: parameters })
    return String(body['uri'])
  }

  grant(body: Json): Promise<JsonResponse> {
    return this.post('/auth/v1/provider/token', body)
  }

  /** Consents as an account, exchanges the code and returns the provider token. */
  async providerToken(account = 'alex', provider_id = 'demo_idp'): Promise<string> {
    const location = this.sandbox.consent(await this.providerUri({ provider_id }), account)
    const provider_code = new URL(location).searchParams.get('code')
    const body = { provider_id, provider_redirect_uri: redirect_uri, provider_code }
    return String((await this.grant(body)).body['provider_token'])
  }

  withProvider(provider_token: string, more: Json = {}, version = 'v1'): Promise<JsonResponse> {
    return this.post(`/auth/${version}/signin/with/provider`, { provider_token, ...more })
  }

  refresh(refreshToken: string): Promise<JsonResponse> {
    return this.post('/auth/v1/token', {
      client_id: clientId,
      client_secret: '',
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    })
  }

  /** Solves a new picture through the control API and returns the captcha token. */
  async solveCaptcha(): Promise<string> {
    const { token } = (await this.post('/auth/v1/captcha/data', { state: 'any' })).body
    const key = this.sandbox.captchaAnswer(String(token))
    const { body } = await this.post('/auth/v1/captcha/data/verify', { token, key })
    return String(body['captcha_token'])
  }
}

export const password = 'right password'

/** Starts a sandbox for the current test. */
export async function start(config: Partial<Config> = {}): Promise<Client> {
  const sandbox = createSandbox({ config, now: () => startTime })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  return new Client(sandbox, url)
}

/** Decodes the claims of an access token. */
export function claimsOf(accessToken: string): Json {
  const [, payload = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json
}
