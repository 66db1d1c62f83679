import { expect, test } from 'vitest'
import {
  claimsOf,
  type Client,
  clientId,
  type Json,
  redirect_uri,
  start,
  startTime,
  state,
} from './client.ts'

const provider_id = 'demo_idp'
const noProfile = { error: 'failed_precondition', error_description: '从第三方获取用户信息失败' }

const codeIn = (location: string): string => new URL(location).searchParams.get('code') ?? ''

async function newCode(client: Client, account = 'alex'): Promise<string> {
  return codeIn(client.sandbox.consent(await client.providerUri(), account))
}

const grantBody = (provider_code: string): Json => ({
  provider_id,
  provider_redirect_uri: redirect_uri,
  provider_code,
})

test('sandbox provider tokens: provider/uri returns the URLs of the consent page and of the sign-out page', async () => {
  const client = await start({ allowedOrigins: ['https://app.example'] })
  const ask = async (more: Record<string, string>) => {
    const query = { client_id: clientId, provider_id: 'wx_open', redirect_uri, ...more }
    return (await client.get('/auth/v1/provider/uri', { query })).body
  }
  const plain = await ask({ state })
  expect(Object.keys(plain)).toEqual(['uri'])
  const { origin, searchParams } = new URL(String(plain['uri']))
  expect(origin).toBe(client.url)
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: clientId,
    redirect_uri,
    response_type: 'code',
    state,
  })
  const { signout_uri } = await ask({ 'other_params[sign_out_uri]': 'https://app.example/bye' })
  const signedOut = await fetch(String(signout_uri), { redirect: 'manual' })
  expect(signedOut.headers.get('location')).toBe('https://app.example/bye')
  expect((await ask({ response_type: 'nonsense' }))['error']).toBe('invalid_argument')
  expect((await ask({ redirect_uri: 'javascript:alert(1)' }))['error']).toBe('invalid_argument')
  expect((await ask({ redirect_uri: '' }))['error']).toBe('invalid_argument')
  for (const uri of ['//x', 'https://evil.example/bye']) {
    expect((await ask({ 'other_params[sign_out_uri]': uri }))['error']).toBe('invalid_argument')
  }
})

test('sandbox provider tokens: an unlisted provider answers provider_not_enabled', async () => {
  const client = await start({ providers: { demo_idp: { name: 'Demo', autoSignUp: true } } })
  for (const id of ['unknown', 'wx_open', 'wx_mp', 'wx0123456789abcdef', 'constructor']) {
    const query = { client_id: clientId, provider_id: id, redirect_uri }
    const uri = await client.get('/auth/v1/provider/uri', { query })
    expect(uri.body['error']).toBe('provider_not_enabled')
    const granted = await client.grant({ provider_id: id, provider_code: 'wx-code-alex' })
    expect(granted.body['error']).toBe('provider_not_enabled')
  }
})

test('sandbox provider tokens: a code yields a provider token and a profile once', async () => {
  const client = await start()
  const body = grantBody(await newCode(client))
  expect(await client.grant(body)).toMatchObject({
    status: 200,
    body: {
      provider_token: expect.stringMatching(/^pt\.\S{20,}$/),
      expires_in: 3600,
      provider_profile: {
        provider_id,
        sub: expect.stringMatching(/^o.{27}$/),
        name: 'Alex Doe',
        picture: expect.stringMatching(/^data:image\/svg/),
      },
    },
  })
  expect((await client.grant(body)).body).toMatchObject(noProfile)
})

test('sandbox provider tokens: a code is bound to its provider and its redirect URI', async () => {
  const client = await start()
  for (const other of [
    { provider_id: 'wx_open' },
    { provider_redirect_uri: 'https://app.example/other' },
    { provider_redirect_uri: 'nonsense' },
    { provider_redirect_uri: '' },
  ]) {
    const body = grantBody(await newCode(client))
    expect((await client.grant({ ...body, ...other })).body).toMatchObject(noProfile)
    expect((await client.grant(body)).body).toMatchObject(noProfile)
  }
  const provider_access_token = await newCode(client)
  const misused = await client.grant({ provider_id, provider_access_token })
  expect(misused.body).toMatchObject(noProfile)
})

test('sandbox provider tokens: a code is required and expires after five minutes', async () => {
  const client = await start()
  const body = grantBody(await newCode(client))
  client.sandbox.advance(300)
  expect((await client.grant(body)).body).toMatchObject(noProfile)
  const nothing = await client.grant({ provider_id })
  expect(nothing.body['error']).toBe('invalid_argument')
})

test.each([
  ['token', 'access_token'],
  ['id_token', 'id_token'],
])(
  'sandbox provider tokens: response type %s returns a token in the fragment',
  async (response_type, name) => {
    const client = await start()
    const uri = await client.providerUri({ response_type })
    const { hash, search } = new URL(client.sandbox.consent(uri, 'lilei'))
    expect(search).toBe('?from=here')
    const values = new URLSearchParams(hash.slice(1))
    expect(values.get('state')).toBe(state)
    const { body } = await client.grant({ provider_id, [`provider_${name}`]: values.get(name) })
    expect(body['provider_profile']).toMatchObject({ name: '李雷' })
  },
)

test('sandbox provider tokens: an ID token says who consented, and an access token works until it expires', async () => {
  const client = await start()
  const tokenFor = async (response_type: string, name: string): Promise<string> => {
    const uri = await client.providerUri({ response_type })
    const { hash } = new URL(client.sandbox.consent(uri, 'lilei'))
    return new URLSearchParams(hash.slice(1)).get(name) ?? ''
  }
  const provider_id_token = await tokenFor('id_token', 'id_token')
  const claims = claimsOf(provider_id_token)
  expect(claims).toMatchObject({
    iss: `${client.url}/auth/idp/demo_idp`,
    aud: clientId,
    name: '李雷',
    iat: startTime / 1000,
  })
  const provider_access_token = await tokenFor('token', 'access_token')
  for (const tokens of [{ provider_id_token }, { provider_access_token }]) {
    for (let use = 0; use < 2; use++) {
      const { body } = await client.grant({ provider_id, ...tokens })
      expect(body['provider_profile']).toMatchObject({ sub: claims['sub'], name: '李雷' })
      const signedIn = await client.withProvider(String(body['provider_token']))
      expect(signedIn.body['sub']).toEqual(expect.any(String))
    }
  }
  const [head = '', , signature = ''] = provider_id_token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...claims, preferred_username: 'alex' }))
  const refused: Record<string, string>[] = [
    { provider_id_token: `${head}.${forged.toString('base64url')}.${signature}` },
    { provider_id_token: `${provider_id_token}.x` },
    { provider_id_token: 'nonsense' },
    { provider_id_token: provider_access_token },
    { provider_access_token: provider_id_token },
    { provider_id_token, provider_id: 'wx_open' },
    { provider_id_token, client_id: 'other' },
  ]
  for (const { client_id = clientId, ...tokens } of refused) {
    const options = { query: { client_id } }
    const body = { provider_id, ...tokens }
    const answer = await client.post('/auth/v1/provider/token', body, options)
    expect(answer.body['error']).toBe('failed_precondition')
  }
  client.sandbox.advance(301)
  for (const tokens of [{ provider_id_token }, { provider_access_token }]) {
    const expired = await client.grant({ provider_id, ...tokens })
    expect(expired.body['error']).toBe('failed_precondition')
  }
})

test('sandbox provider tokens: an account has one subject per provider and one union id in all apps', async () => {
  const client = await start()
  const subOf = async (code: string, id = 'wx_mp', params: Json = {}): Promise<unknown> => {
    const body = { provider_id: id, provider_code: code, provider_params: params }
    return Object((await client.grant(body)).body['provider_profile'])['sub']
  }
  const lilei = await subOf('wx-code-lilei')
  expect(await subOf('wx-code-lilei')).toBe(lilei)
  expect(await subOf('wx-code-other')).not.toBe(lilei)
  const app = 'wx0123456789abcdef'
  expect(await subOf('wx-code-lilei', app)).not.toBe(lilei)
  const union = { provider_code_type: 'union_id' }
  const unionId = await subOf('wx-code-lilei', 'wx_mp', union)
  expect(unionId).not.toBe(lilei)
  expect(await subOf('wx-code-lilei', app, union)).toBe(unionId)
})

test('sandbox provider tokens: a mini-program sends codes of wx.login and of phone numbers', async () => {
  const client = await start()
  const appid = 'wx0123456789abcdef'
  const grant = async (provider_params: Json, provider_code = 'wx-code-zhao') =>
    (await client.grant({ provider_id: appid, provider_code, provider_params })).body
  const { provider_profile: open } = await grant({ provider_code_type: 'open_id', appid })
  const { sub } = open as { sub: string }
  expect(open).toMatchObject({ provider_id: appid, name: 'zhao', meta: { appid, openid: sub } })
  const phone = { provider_code_type: 'phone', code: 'wx-phone-13800000000', appid }
  expect((await grant(phone))['provider_profile']).toMatchObject({
    sub,
    phone_number: '+86 13800000000',
  })
  expect(await grant({ ...phone, code: 'nonsense' })).toMatchObject(noProfile)
  expect((await grant({ ...phone, code: '' }))['error']).toBe('invalid_argument')
  expect(await grant({}, 'nonsense')).toMatchObject(noProfile)
  expect(await grant({}, 'wx-code-')).toMatchObject(noProfile)
  expect((await grant({ provider_code_type: 'x' }))['error']).toBe('invalid_argument')
})

test('sandbox provider tokens: a mini-program adds profile fields to a provider token', async () => {
  const client = await start()
  const { body } = await client.grant({ provider_id: 'wx_mp', provider_code: 'wx-code-lilei' })
  const patch = (provider_params: Json, more: Json = {}) => {
    const { provider_token } = body
    const sent = { body: { provider_token, provider_params, ...more } }
    return client.send('PATCH', '/auth/v1/provider/token', sent)
  }
  client.sandbox.advance(600)
  const data = { nickName: '小李', avatarUrl: 'https://img.example/1', phoneNumber: '13900000000' }
  const encryptedData = Buffer.from(JSON.stringify(data)).toString('base64')
  expect((await patch({ encryptedData, iv: 'x' })).body).toEqual({
    provider_token: body['provider_token'],
    expires_in: 3000,
    provider_profile: {
      ...(body['provider_profile'] as Json),
      name: '小李',
      picture: 'https://img.example/1',
      phone_number: '+86 13900000000',
    },
  })
  const phone = await patch({ code: 'wx-phone-13800000000' }, { provider_id: 'wx_mp' })
  expect(phone.body['provider_profile']).toMatchObject({ phone_number: '+86 13800000000' })
  expect((await patch({ encryptedData: 'nonsense' })).body).toMatchObject(noProfile)
  expect((await patch({})).body['error']).toBe('invalid_argument')
  const other = await patch({ code: 'wx-phone-13800000000' }, { provider_id: 'wx_open' })
  expect(other.body['error']).toBe('invalid_argument')
  const spent = await patch({ code: 'x' }, { provider_token: 'spent' })
  expect(spent.body['error']).toBe('permission_denied')
})
