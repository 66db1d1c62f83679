import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createCaller, type Grants } from '../../services/http/caller.ts'
import type { Credential } from '../../services/http/endpoint.ts'
import type { OperationName } from '../../services/http/operation.ts'
import * as endpoints from '../../services/http/endpoints.ts'
import { AuthError } from '../../services/error.ts'
import { Secret, unwrapSecrets } from '../../services/secret.ts'
import { answer, failure, type Operation, operationsOf, type Received, serve } from './server.ts'

type Kind = 'text' | 'flag' | 'seconds' | 'count' | 'secret' | 'record' | 'list'

/** An endpoint as the protocol describes it. */
interface Row {
  /** Method and path. */
  call: string
  credential?: Credential
  signsIn?: true
  signsOut?: true
  repeatable?: true
  /** A request with every field it can have. */
  input: object
  /** The fields that are sent, where they are not the request. */
  sent?: object
  /** The fields of the answer. */
  must?: Record<string, Kind>
  may?: Record<string, Kind>
}

const secret = (text: string) => new Secret(text)
const phone_number = '+86 13800000000'
const username = 'lihua'
const email = 'someone@example.com'
const verification_token = secret('of the verification')
const sudo_token = secret('of the elevation')
const provider_token = secret('of the provider')
const password = secret('correct horse')
const new_password = secret('battery staple')
const profile = {
  name: 'Li Hua',
  username,
  gender: 'UNKNOWN',
  picture: 'https://example.com/p.png',
  locale: 'zh-CN',
  birthdate: '2000-01-01',
}

const tokens: Pick<Row, 'must' | 'may'> = {
  must: { access_token: 'secret' },
  may: {
    expires_in: 'seconds',
    refresh_token: 'secret',
    token_type: 'text',
    sub: 'text',
    scope: 'text',
    groups: 'list',
  },
}
const userFields: Record<string, Kind> = {
  name: 'text',
  username: 'text',
  gender: 'text',
  picture: 'text',
  locale: 'text',
  birthdate: 'text',
  phone_number: 'text',
  email: 'text',
  email_verified: 'flag',
  zoneinfo: 'text',
  created_at: 'text',
  groups: 'list',
  providers: 'list',
}
const user: Pick<Row, 'must' | 'may'> = { must: { sub: 'text' }, may: userFields }
const providerToken: Pick<Row, 'must' | 'may'> = {
  must: { provider_token: 'secret' },
  may: { expires_in: 'seconds', provider_profile: 'record' },
}

const rows: Record<OperationName, Row> = {
  sendVerification: {
    call: 'POST /v1/verification',
    credential: 'either',
    input: { phone_number, target: 'ANY', usage: 'login' },
    must: { verification_id: 'text', expires_in: 'seconds' },
    may: { is_user: 'flag' },
  },
  verify: {
    call: 'POST /v1/verification/verify',
    input: { verification_id: 'v', verification_code: secret('123456') },
    must: { verification_token: 'secret' },
    may: { expires_in: 'seconds' },
  },
  signIn: {
    call: 'POST /v1/signin',
    signsIn: true,
    input: { username, password, verification_token },
    ...tokens,
  },
  signUp: {
    call: 'POST /v1/signup',
    signsIn: true,
    input: {
      ...profile,
      phone_number,
      email,
      verification_code: secret('123456'),
      verification_token,
      provider_token,
      password,
      anonymous_token: secret('of the guest'),
    },
    ...tokens,
  },
  upgrade: {
    call: 'POST /v1/signup',
    credential: 'field',
    signsIn: true,
    input: { ...profile, phone_number, verification_token, password },
    sent: { ...profile, phone_number, verification_token, password },
    ...tokens,
  },
  signInAnonymously: {
    call: 'POST /v1/signin/anonymously',
    signsIn: true,
    input: { provider_token },
    ...tokens,
  },
  signInWithCustomTicket: {
    call: 'POST /v1/signin/custom',
    signsIn: true,
    input: { provider_id: 'custom', ticket: secret('of the app') },
    ...tokens,
  },
  signInWithProvider: {
    call: 'POST /v1/signin/with/provider',
    signsIn: true,
    input: {
      provider_token,
      provider_id: 'github',
      force_disable_sign_up: true,
      sync_profile: false,
    },
    ...tokens,
  },
  signInV2: {
    call: 'POST /v2/signin/username',
    signsIn: true,
    input: { username, password },
    ...tokens,
  },
  signInWithProviderV2: {
    call: 'POST /v2/signin/with/provider',
    signsIn: true,
    input: { provider_token },
    ...tokens,
  },
  verifyV2: {
    call: 'POST /v2/signin/verificationcode',
    signsIn: true,
    input: { verification_id: 'v', verification_code: secret('123456') },
    ...tokens,
  },
  refresh: {
    call: 'POST /v1/token',
    input: { refresh_token: secret('m.old') },
    sent: {
      client_id: 'demo',
      client_secret: '',
      grant_type: 'refresh_token',
      refresh_token: 'm.old',
    },
    ...tokens,
  },
  refreshV2: {
    call: 'POST /v2/token',
    input: { refresh_token: secret('m.old') },
    sent: {
      client_id: 'demo',
      client_secret: '',
      grant_type: 'refresh_token',
      refresh_token: 'm.old',
    },
    ...tokens,
  },
  revoke: { call: 'POST /v1/revoke', repeatable: true, input: { token: secret('access') } },
  signOut: {
    call: 'POST /v1/user/signout',
    credential: 'bearer',
    input: { redirect_uri: 'https://example.com/', state: 's' },
    may: { redirect_uri: 'text' },
  },
  createCaptcha: {
    call: 'POST /v1/captcha/data',
    repeatable: true,
    input: { state: 'POST:/v1/verification', redirect_uri: '' },
    must: { data: 'text', token: 'secret' },
    may: { expires_in: 'seconds' },
  },
  verifyCaptcha: {
    call: 'POST /v1/captcha/data/verify',
    input: { token: secret('of the picture'), key: 'ab3d' },
    must: { captcha_token: 'secret', expires_in: 'seconds' },
  },
  initCaptcha: {
    call: 'POST /v1/captcha/init',
    repeatable: true,
    input: { state: 'POST:/v1/verification', redirect_uri: 'https://example.com/?__captcha=on' },
    must: { expires_in: 'seconds' },
    may: { url: 'text', captcha_token: 'secret' },
  },
  getUser: {
    call: 'GET /v1/user/me',
    credential: 'bearer',
    repeatable: true,
    input: {},
    ...user,
  },
  updateProfile: {
    call: 'PATCH /v1/user/profile',
    credential: 'bearer',
    input: profile,
    ...user,
  },
  editUser: {
    call: 'POST /v1/user/basic/edit',
    credential: 'bearer',
    input: {
      nickname: 'Li Hua',
      username,
      description: 'a user',
      avatar_url: 'https://example.com/p.png',
      gender: 'UNKNOWN',
      email,
      phone: phone_number,
      password,
      new_password,
    },
  },
  deleteUser: {
    call: 'DELETE /v1/user/me',
    credential: 'bearer',
    signsOut: true,
    input: { sudo_token },
    may: { sub: 'text', ...userFields },
  },
  queryUsers: {
    call: 'GET /v1/user/query',
    credential: 'bearer',
    repeatable: true,
    input: { id: 'u1,u2', username, email, phone_number },
    must: { data: 'list' },
    may: { total: 'count' },
  },
  isUsernameRegistered: {
    call: 'GET /v1/checkIfUserExist',
    repeatable: true,
    input: { username },
    must: { exist: 'flag' },
  },
  sudo: {
    call: 'POST /v1/user/sudo',
    credential: 'bearer',
    input: { password, verification_token },
    may: { sudo_token: 'secret', expires_in: 'seconds' },
  },
  setContact: {
    call: 'PATCH /v1/user/contact',
    credential: 'bearer',
    input: { phone_number, sudo_token, verification_token, conflict_resolution: 'TRANSFER' },
  },
  setPassword: {
    call: 'PATCH /v1/user/password',
    credential: 'bearer',
    input: { new_password, sudo_token },
  },
  resetPassword: { call: 'POST /v1/reset', input: { email, new_password, verification_token } },
  getPublicKey: {
    call: 'POST /v2/signin/publichkey',
    repeatable: true,
    input: {},
    must: { public_key: 'text', public_key_thumbprint: 'text' },
  },
  getProviderUri: {
    call: 'GET /v1/provider/uri',
    repeatable: true,
    input: {
      provider_id: 'github',
      redirect_uri: 'https://example.com/back?a=b&c',
      state: 's+/=',
      scope: 'user email',
      response_type: 'code',
      other_params: { sign_out_uri: '', prompt: 'login & consent' },
    },
    sent: {
      provider_id: 'github',
      redirect_uri: 'https://example.com/back?a=b&c',
      state: 's+/=',
      scope: 'user email',
      response_type: 'code',
      'other_params[prompt]': 'login & consent',
    },
    must: { uri: 'text' },
    may: { signout_uri: 'text' },
  },
  grantProviderToken: {
    call: 'POST /v1/provider/token',
    input: {
      provider_id: 'github',
      provider_redirect_uri: 'https://example.com/back',
      provider_code: secret('code'),
      provider_access_token: secret('access'),
      provider_id_token: secret('id'),
      provider_params: { provider_code_type: 'phone', code: secret('of the phone'), appid: 'wx' },
    },
    ...providerToken,
  },
  patchProviderToken: {
    call: 'PATCH /v1/provider/token',
    input: {
      provider_token,
      provider_id: 'wx',
      provider_params: { encryptedData: 'e', iv: 'i', code: secret('c') },
    },
    ...providerToken,
  },
  bindProvider: {
    call: 'POST /v1/user/provider/bind',
    credential: 'bearer',
    input: { provider_token },
  },
  unbindProvider: {
    call: 'DELETE /v1/user/provider/wx_open',
    credential: 'bearer',
    input: { provider_id: 'wx_open' },
    sent: {},
  },
  getProviders: {
    call: 'GET /v1/user/provider',
    credential: 'bearer',
    repeatable: true,
    input: {},
    must: { data: 'list' },
    may: { total: 'count' },
  },
}

const samples: Record<Kind, (name: string) => unknown> = {
  text: (name) => `text of ${name}`,
  flag: () => false,
  seconds: () => 600,
  count: () => 0,
  secret: (name) => `secret of ${name}`,
  record: (name) => ({ [name]: { a: [1] } }),
  list: (name) => [name, { a: null }],
}

/** JSON texts of another kind. Null and the empty text are not listed: they mean a missing field. */
const wrong: Record<Kind, string[]> = {
  text: ['0', '1', 'true', 'false', '{}', '[]', '["text"]'],
  flag: ['0', '1', '"true"', '"false"', '{}', '[]'],
  seconds: ['0', '-1', '"600"', '1e999', '1e13', 'true', '{}', '[600]'],
  count: ['-1', '0.5', '1e999', '1e21', '"x"', '"-1"', 'true', '{}', '[5]', '["5"]'],
  secret: ['0', '1', 'true', '{}', '[]', '["text"]'],
  record: ['0', '"text"', 'true', '[]', '[{}]'],
  list: ['0', '"text"', 'true', '{}', '{"length":1}'],
}

const sampleOf = (fields: Record<string, Kind> = {}) =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, samples[kind](name)]))

/** The same as the caller receives it: with secrets wrapped. */
const wrappedSampleOf = (fields: Record<string, Kind> = {}) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, kind]) => {
      const sample = samples[kind](name)
      return [name, kind === 'secret' ? secret(String(sample)) : sample]
    }),
  )

/** An object as JSON, with one of its fields replaced by a JSON text. */
const jsonWith = (fields: object, name: string, json: string) =>
  `{${Object.entries(fields)
    .filter(([other]) => other !== name)
    .map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)},`)
    .join('')}"${name}":${json}}`

/** The fields of a request: its body, or its query without the client id. */
const fieldsOf = ({ body, query: { client_id: _, ...query } }: Received): unknown =>
  body ? JSON.parse(body) : query

const open = async () => {
  const server = await serve()
  const api = server.api() as unknown as Record<string, Operation<object, object>>
  return { server, api }
}

const names = Object.keys(rows) as OperationName[]

test('endpoints: this test describes every endpoint', () => {
  expect(Object.keys(endpoints).sort()).toEqual(names.sort())
})

test('endpoints: the operation of each is its export name', () => {
  for (const [name, { operation }] of Object.entries(endpoints)) expect(operation).toBe(name)
})

describe.each(names)('%s', (name) => {
  const row = rows[name]
  const [method = '', path = ''] = row.call.split(' ')
  const { input, sent = input, must = {}, may = {}, credential = 'client' } = row
  const full = { ...sampleOf(must), ...sampleOf(may) }

  const openRow = async () => {
    const { server, api } = await open()
    server.handler = answer(200, full)
    const call = (request: object = input, grants?: Grants) => api[name]!(request, grants)
    return { server, call, operation: api[name]! }
  }

  test(`${name}: method, path, credential and marks are those of the protocol`, async () => {
    const { operation } = await openRow()
    const { signsIn, signsOut, repeatable } = row
    expect(Object.assign({ signsIn, signsOut, repeatable }, operation)).toEqual({
      method,
      path: name === 'unbindProvider' ? '/v1/user/provider/{provider_id}' : path,
      credential,
      signsIn,
      signsOut,
      repeatable,
    })
  })

  test(`${name}: the request carries its fields to its path`, async () => {
    const { server, call } = await openRow()
    const before = inspect(input)
    await call()
    expect(server.requests).toHaveLength(1)
    const request = server.last()
    expect([request.method, request.path]).toEqual([method, `/auth${path}`])
    expect(fieldsOf(request)).toEqual(unwrapSecrets(sent))
    expect(request.query['client_id']).toBe('demo')
    expect(request.headers.authorization).toBeUndefined()
    expect(inspect(input)).toBe(before)
  })

  test(`${name}: the request carries the tokens it was granted`, async () => {
    const { server, call } = await openRow()
    const captchaToken = secret('c+d')
    await call(input, { accessToken: secret('token'), captchaToken })
    const { query, headers, body } = server.last()
    expect(query['captcha_token']).toBe('c+d')
    const isField = credential === 'field'
    expect(headers.authorization).toBe(isField ? undefined : 'Bearer token')
    expect(query['client_id']).toBe(isField ? 'demo' : undefined)
    expect(body.includes('"anonymous_token":"token"')).toBe(isField)
  })

  test(`${name}: an aborted signal cancels the request`, async () => {
    const { server, call } = await openRow()
    const error = await failure(call(input, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'cancelled', operation: name })
    expect(server.requests).toEqual([])
  })

  test(`${name}: every field of the answer is read and secrets are wrapped`, async () => {
    const { call } = await openRow()
    const output = await call()
    const expected = { ...wrappedSampleOf(must), ...wrappedSampleOf(may) }
    expect(unwrapSecrets(output)).toEqual(unwrapSecrets(expected))
    expect(inspect(output, { depth: Infinity, sorted: true })).toBe(
      inspect(expected, { depth: Infinity, sorted: true }),
    )
  })

  test(`${name}: no other field of the answer is read`, async () => {
    const { server, call } = await openRow()
    const hostile = jsonWith(full, '__proto__', '{"isAdmin":true,"sub":"evil"}')
    const more = '"constructor":{"prototype":{"isAdmin":true}},"toString":1,"user_id":"x"'
    server.handler = answer(200, `${hostile.slice(0, -1)},${more}}`)
    const output = await call()
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype)
    expect(Object.keys(output).sort()).toEqual(Object.keys(full).sort())
    expect('isAdmin' in output).toBe(false)
  })

  test(`${name}: optional fields may be missing`, async () => {
    const { server, call } = await openRow()
    for (const none of [undefined, null, '']) {
      const lacking = Object.fromEntries(Object.keys(may).map((field) => [field, none]))
      server.handler = answer(200, { ...sampleOf(must), ...lacking })
      expect(unwrapSecrets(await call())).toEqual(sampleOf(must))
    }
  })

  test(`${name}: an answer with a malformed field is refused by the name of the field`, async () => {
    const { server, call } = await openRow()
    const cases = [
      ...Object.keys(must).flatMap((field) => ['null', '""'].map((json) => [field, json] as const)),
      ...Object.entries({ ...must, ...may }).flatMap(([field, kind]) =>
        wrong[kind].map((json) => [field, json] as const),
      ),
    ]
    const seen: unknown[] = []
    for (const [field, json] of cases) {
      server.handler = answer(200, jsonWith(full, field, json))
      const { code, operation, description } = await failure(call())
      seen.push([field, json, code, operation, description])
    }
    expect(seen).toEqual(
      cases.map(([field, json]) => [
        field,
        json,
        'invalid_response',
        name,
        `${field} is missing or malformed`,
      ]),
    )
  })

  test(`${name}: an answer without a required field is refused`, async () => {
    const { server, call } = await openRow()
    for (const field of Object.keys(must)) {
      server.handler = answer(200, { ...full, [field]: undefined })
      expect(await failure(call())).toMatchObject({
        code: 'invalid_response',
        operation: name,
        description: `${field} is missing or malformed`,
      })
    }
    server.handler = answer(200, [full])
    expect(await failure(call())).toMatchObject({ code: 'invalid_response', operation: name })
  })

  test(`${name}: the error of the server is thrown`, async () => {
    const { server, call } = await openRow()
    server.handler = answer(400, { ...full, error: 'failed_precondition', error_description: 'no' })
    const error = await failure(call())
    expect(error).toMatchObject({
      code: 'failed_precondition',
      operation: name,
      description: 'no',
      status: 400,
      requestId: server.last().headers['x-request-id'],
    })
    expect(AuthError.from(error, 'other')).toBe(error)
  })
})

describe('endpoints: phone numbers', () => {
  const sending = names.filter((name) => name !== 'unbindProvider')

  test.each(sending)(
    '%s: phone numbers are sent in the form of the HTTP API, or refused',
    async (name) => {
      const { must = {}, may = {}, input } = rows[name]
      const { server, api } = await open()
      server.handler = answer(200, { ...sampleOf(must), ...sampleOf(may) })
      const call = (more: object) => api[name]!({ ...input, ...more })

      await call({ phone_number: '138-0000-0000', phone: '13900000000', username: '+85212345678' })
      expect(fieldsOf(server.last())).toMatchObject({
        phone_number: '+86 13800000000',
        phone: '+86 13900000000',
        username: '+852 12345678',
      })

      await call({ username: 'li-hua 2000' })
      expect(fieldsOf(server.last())).toHaveProperty('username', 'li-hua 2000')

      const { length } = server.requests
      for (const phone_number of ['', '12345', 'someone@example.com', null, 13800000000, {}]) {
        const error = await failure(call({ phone_number }))
        expect(error).toMatchObject({ code: 'invalid_argument', operation: name })
        expect(error.description).toContain('+86 13800000000')
      }
      expect(server.requests).toHaveLength(length)

      await call({ phone_number: undefined, username: undefined })
      expect(fieldsOf(server.last())).not.toHaveProperty('phone_number')
      expect(fieldsOf(server.last())).not.toHaveProperty('username')
    },
  )
})

test.each(['verify', 'verifyV2', 'signUp'])(
  '%s: a verification code is sent as it was issued, however it is typed',
  async (name) => {
    const { server, api } = await open()
    server.handler = answer(200, { ...sampleOf(tokens.must), verification_token: 't' })
    for (const typed of ['123456', ' 123 456', '１２３-４５６'])
      await api[name]!({ verification_id: 'v', verification_code: secret(typed) })
    const codes = server.requests.map(({ body }) => JSON.parse(body) as object)
    expect(codes).toEqual(Array(3).fill({ verification_id: 'v', verification_code: '123456' }))
  },
)

test('verifyCaptcha: the characters of a picture are sent in ordinary letters, however they are typed', async () => {
  const { server, api } = await open()
  server.handler = answer(200, { captcha_token: 'c', expires_in: 600 })
  for (const typed of ['aB3d', ' a B 3 d ', 'ａＢ３ｄ', '\u200baB3d', ' '])
    await api['verifyCaptcha']!({ token: secret('p'), key: secret(typed) })
  const keys = server.requests.map(({ body }) => (JSON.parse(body) as { key: string }).key)
  expect(keys).toEqual(['aB3d', 'aB3d', 'aB3d', 'aB3d', ''])
})

test.each(['sendVerification', 'resetPassword', 'setContact'])(
  '%s: an e-mail address is sent in its normal form, or refused',
  async (name) => {
    const { server, api } = await open()
    const answers = { ...sampleOf(rows[name as OperationName].must) }
    server.handler = answer(200, answers)
    await api[name]!({ email: ' Someone＠EXAMPLE.com' })
    expect(fieldsOf(server.last())).toHaveProperty('email', 'Someone@example.com')
    const error = await failure(api[name]!({ email: 'someone' }))
    expect(error).toMatchObject({ code: 'invalid_argument', operation: name })
    expect(server.requests).toHaveLength(1)
  },
)

describe('endpoints: single operations', () => {
  test('refresh: the input cannot change client or grant type', async () => {
    const { server, api } = await open()
    server.handler = answer(200, sampleOf(tokens.must))
    await api['refresh']!({ refresh_token: secret('m.old'), client_id: 'x', grant_type: 'x' })
    expect(fieldsOf(server.last())).toEqual(rows.refresh.sent)

    await server.api({ clientId: 'other' }).refresh({ refresh_token: secret('m.old') })
    expect(fieldsOf(server.last())).toMatchObject({ client_id: 'other' })
  })

  test('upgrade: the session of another user is refused', async () => {
    const { server, api } = await open()
    const upgrade = (uid?: string) =>
      api['upgrade']!({ phone_number, uid }, { accessToken: secret('of the guest') })

    server.handler = answer(200, { ...sampleOf(tokens.must), sub: 'other' })
    expect(await failure(upgrade('guest'))).toMatchObject({ code: 'aborted', operation: 'upgrade' })
    expect(await upgrade('other')).toHaveProperty('sub', 'other')
    expect(await upgrade()).toHaveProperty('sub', 'other')
    expect(fieldsOf(server.last())).toEqual({ phone_number, anonymous_token: 'of the guest' })

    server.handler = answer(200, sampleOf(tokens.must))
    expect(await failure(upgrade('guest'))).toMatchObject({ code: 'aborted' })
    expect(await upgrade()).not.toHaveProperty('sub')
  })

  test.each(['setContact', 'setPassword'])(
    '%s: a missing sudo token is sent as an empty one',
    async (name) => {
      const { server, api } = await open()
      for (const more of [{}, { sudo_token: undefined }, { sudo_token: secret('') }]) {
        await api[name]!({ verification_token, new_password, ...more })
        expect(fieldsOf(server.last())).toHaveProperty('sudo_token', '')
      }
    },
  )

  test('queryUsers: undefined fields are not sent and the total may be text', async () => {
    const { server, api } = await open()
    server.handler = answer(200, { total: '12', data: [] })
    const output = await api['queryUsers']!({ id: undefined, email })
    expect(fieldsOf(server.last())).toEqual({ email })
    expect(output).toEqual({ total: '12', data: [] })
  })

  test('getProviderUri: empty other_params are not sent', async () => {
    const { server, api } = await open()
    server.handler = answer(200, { uri: 'https://provider.example/' })
    const request = { provider_id: 'github', redirect_uri: 'https://example.com/' }
    for (const other_params of [undefined, {}, { sign_out_uri: '' }]) {
      await api['getProviderUri']!({ ...request, other_params })
      expect(fieldsOf(server.last())).toEqual(request)
    }
  })

  test('createCaller: anything thrown becomes an AuthError that names the operation', async () => {
    for (const thrown of [new TypeError('x'), 'text', undefined]) {
      const http = () => Promise.reject(thrown as Error)
      const api = operationsOf(createCaller(http, 'demo'))
      const error = await failure(api.getUser({}))
      expect(error).toMatchObject({ code: 'unknown', operation: 'getUser' })
    }
  })
})

test.each(['a/b?', '..', '', undefined])(
  'unbindProvider: the provider id %j is refused',
  async (id) => {
    const { server, api } = await open()
    await expect(api.unbindProvider!({ provider_id: id as string })).rejects.toMatchObject({
      code: 'invalid_argument',
      operation: 'unbindProvider',
    })
    expect(server.requests).toHaveLength(0)
  },
)
