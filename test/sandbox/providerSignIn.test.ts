import { expect, test } from 'vitest'
import { clientId, device, email, password, phone, start } from './client.ts'

test.each(['v1', 'v2'])(
  'sandbox provider sign-in: an identity is signed up first and signed in afterwards in %s',
  async (version) => {
    const client = await start()
    const { body } = await client.withProvider(await client.providerToken(), {}, version)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'user sso' })
    const me = (await client.me(String(body['access_token']))).body
    expect(me).toMatchObject({
      name: 'Alex Doe',
      picture: expect.stringMatching(/^data:/),
      providers: [{ id: 'demo_idp', provider_user_id: expect.any(String), name: 'Alex Doe' }],
    })
    const again = await client.withProvider(await client.providerToken(), {}, version)
    expect(again.body['sub']).toBe(body['sub'])
  },
)

test('sandbox provider sign-in: a provider token works once and expires', async () => {
  const client = await start()
  const [used, old] = [await client.providerToken(), await client.providerToken()]
  await client.withProvider(used)
  expect((await client.withProvider(used)).body['error']).toBe('permission_denied')
  client.sandbox.advance(3600)
  expect((await client.withProvider(old)).body['error']).toBe('permission_denied')
  expect((await client.withProvider('')).body['error']).toBe('invalid_argument')
})

test('sandbox provider sign-in: without autoSignUp the provider token is kept for the sign-up', async () => {
  const client = await start({ providers: { demo_idp: { name: 'Demo', autoSignUp: false } } })
  const provider_token = await client.providerToken()
  expect((await client.withProvider(provider_token)).body['error']).toBe('not_found')
  client.sandbox.config({ providers: { demo_idp: { name: 'Demo', autoSignUp: true } } })
  const disabled = await client.withProvider(provider_token, { force_disable_sign_up: true })
  expect(disabled.body['error']).toBe('not_found')
  const verification_token = await client.proveContact()
  const body = { phone_number: phone, verification_token, provider_token, name: 'Chosen' }
  const signedUp = (await client.signUp(body)).body
  const me = (await client.me(String(signedUp['access_token']))).body
  expect(me).toMatchObject({ phone_number: phone, name: 'Chosen', providers: [{ id: 'demo_idp' }] })
  const signedIn = await client.withProvider(await client.providerToken())
  expect(signedIn.body['sub']).toBe(signedUp['sub'])
})

test('sandbox provider sign-in: a token of a disabled provider answers provider_not_enabled', async () => {
  const client = await start()
  const token = await client.providerToken()
  client.sandbox.config({ providers: {} })
  expect((await client.withProvider(token)).body['error']).toBe('provider_not_enabled')
})

test('sandbox provider sign-in: the profile is copied only with sync_profile', async () => {
  const client = await start()
  const identities = [{ provider_id: 'demo_idp', account: 'alex' }]
  await client.sandbox.addUser({ name: 'Old', identities })
  const nameAfter = async (more: object): Promise<unknown> => {
    const { body } = await client.withProvider(await client.providerToken(), { ...more })
    return (await client.me(String(body['access_token']))).body['name']
  }
  expect(await nameAfter({})).toBe('Old')
  expect(await nameAfter({ sync_profile: true })).toBe('Alex Doe')
  const odd = await client.withProvider(await client.providerToken(), { sync_profile: 'yes' })
  expect(odd.body['error']).toBe('invalid_argument')
})

test('sandbox provider sign-in: a blocked user is rejected', async () => {
  const client = await start()
  const identities = [{ provider_id: 'demo_idp', account: 'alex' }]
  await client.sandbox.addUser({ identities, status: 'blocked' })
  const { body } = await client.withProvider(await client.providerToken())
  expect(body['error']).toBe('user_blocked')
})

test("sandbox provider sign-in: a mini-program's phone number signs in its user or adds one", async () => {
  const client = await start()
  const { sub } = await client.sandbox.addUser({ phone_number: phone })
  const signInByPhone = async (digits: string) => {
    const provider_params = { provider_code_type: 'phone', code: `wx-phone-${digits}` }
    const body = { provider_id: 'wx_mp', provider_code: 'wx-code-lilei', provider_params }
    const { provider_token } = (await client.grant(body)).body
    return (await client.withProvider(String(provider_token))).body
  }
  expect((await signInByPhone('13800000000'))['sub']).toBe(sub)
  const made = await signInByPhone('13900000000')
  expect((await client.me(String(made['access_token']))).body).toMatchObject({
    phone_number: '+86 13900000000',
    providers: [],
  })
})

test('sandbox provider sign-in: a provider token alone signs up once and not for a bound identity', async () => {
  const client = await start()
  const [first, second] = [await client.providerToken(), await client.providerToken()]
  expect((await client.signUp({ provider_token: first })).status).toBe(200)
  expect((await client.signUp({ provider_token: first })).body['error']).toBe('permission_denied')
  const bound = await client.signUp({ provider_token: second })
  expect(bound.body['error']).toBe('failed_precondition')
  expect((await client.withProvider(second)).status).toBe(200)
})

test('sandbox provider sign-in: a guest who signs up with a provider token keeps the uid', async () => {
  const client = await start()
  const guest = (await client.guest()).body
  const body = {
    provider_token: await client.providerToken(),
    anonymous_token: guest['access_token'],
  }
  const signedUp = await client.signUp(body)
  expect(signedUp.body).toMatchObject({ sub: guest['sub'], scope: 'user sso' })
  const signedIn = await client.withProvider(await client.providerToken())
  expect(signedIn.body['sub']).toBe(guest['sub'])
})

test('sandbox provider sign-in: a sign-in binds the identity of its provider token', async () => {
  const client = await start()
  const { sub } = await client.sandbox.addUser({ username: 'bob', email, password })
  const byPassword = { username: 'bob', password, provider_token: await client.providerToken() }
  expect((await client.signIn(byPassword)).status).toBe(200)
  const verification_token = await client.proveContact({ email })
  const other = { username: email, verification_token }
  const second = await client.signIn({ ...other, provider_token: await client.providerToken('x') })
  expect(second.body['error']).toBe('failed_precondition')
  const wechat = await client.providerToken('x', 'wx_open')
  expect((await client.signIn({ ...other, provider_token: wechat })).status).toBe(200)
  const alone = { provider_token: await client.providerToken() }
  expect((await client.signIn(alone)).body['sub']).toBe(sub)
  const unknown = { provider_token: await client.providerToken('unknown') }
  expect((await client.signIn(unknown)).body['error']).toBe('not_found')
})

test('sandbox provider sign-in: a guest with a provider token belongs to the identity instead of the device', async () => {
  const client = await start()
  const signInAsGuest = async (deviceId: string) => {
    const headers = { 'x-device-id': deviceId }
    const body = { provider_token: await client.providerToken() }
    return (await client.post('/auth/v1/signin/anonymously', body, { headers })).body
  }
  const [here, there] = [await signInAsGuest(device), await signInAsGuest('e'.repeat(32))]
  expect(here).toMatchObject({ scope: 'anonymous', sub: there['sub'] })
  expect((await client.guest()).body['sub']).not.toBe(here['sub'])
  const query = { client_id: clientId }
  const spent = { provider_token: 'spent' }
  const refused = await client.post('/auth/v1/signin/anonymously', spent, { query })
  expect(refused.body['error']).toBe('permission_denied')
})
