import { expect, test } from 'vitest'
import { device, password, phone, start, startTime } from './client.ts'

test('sandbox request log: requests are logged with masked secrets', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const captchaToken = await client.solveCaptcha()
  const query = { client_id: 'env-1', captcha_token: captchaToken }
  await client.sendCode({ phone_number: phone }, { query })
  const bob = await client.bob()
  const entry = client.sandbox.requests().find(({ path }) => path === '/auth/v1/verification')
  expect(entry).toEqual({
    method: 'POST',
    path: '/auth/v1/verification',
    query: { client_id: 'env-1', captcha_token: expect.stringMatching(/^\[masked [0-9a-f]{8}\]$/) },
    headers: expect.objectContaining({ 'x-device-id': device }),
    body: { phone_number: phone },
    status: 200,
    at: startTime,
  })
  await client.me(bob.access_token)
  expect(client.sandbox.requests().at(-1)?.headers['authorization']).toMatch(/^Bearer \[masked/)
  await client.get('/auth/v1/user/me')
  expect(client.sandbox.requests().at(-1)).toMatchObject({ status: 401, error: 'unauthenticated' })
})

test('sandbox request log: the log contains no secret of sign-up, refresh and sign-out', async () => {
  const client = await start()
  const verificationToken = await client.proveContact()
  const code = client.sandbox.inbox(phone)[0]?.code ?? 'none'
  const anonymous = String((await client.guest()).body['access_token'])
  const signUp = { phone_number: phone, verification_token: verificationToken, password }
  const { body } = await client.signUp({ ...signUp, anonymous_token: anonymous })
  const refreshToken = String(body['refresh_token'])
  const renewed = await client.refresh(refreshToken)
  const accessToken = String(renewed.body['access_token'])
  await client.me(accessToken)
  await client.get('/auth/v1/user/me', { headers: { authorization: accessToken } })
  const captchaToken = await client.solveCaptcha()
  const headers = { 'x-captcha-token': captchaToken }
  await client.post('/auth/v1/revoke', { token: accessToken }, { headers })
  await client.send('POST', '/auth/v1/signin', { body: `not JSON: ${password}` })
  const log = JSON.stringify(client.sandbox.requests())
  const secrets = [verificationToken, code, anonymous, password, refreshToken, accessToken]
  for (const secret of [...secrets, captchaToken]) expect(log).not.toContain(secret)
})

test('sandbox request log: the log contains no secret of the other endpoints', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const sudo_token = await client.sudoToken(bearer)
  const secrets: Record<string, string> = { sudo_token }
  const names = 'old_password new_password verification_token provider_token ticket params'
  const more =
    'provider_code provider_access_token provider_id_token encrypt_password captcha_token'
  for (const name of `${names} ${more}`.split(' ')) secrets[name] = `secret ${name}`
  const provider_params = { code: 'secret phone', encryptedData: 'secret data' }
  for (const [method, path] of [
    ['PATCH', '/auth/v1/user/password'],
    ['PATCH', '/auth/v1/user/contact'],
    ['POST', '/auth/v1/reset'],
    ['POST', '/auth/v1/provider/token'],
    ['POST', '/auth/v1/signin/with/provider'],
    ['POST', '/auth/v1/signin/custom'],
    ['POST', '/auth/v1/user/basic/edit'],
  ] as const) {
    await client.send(method, path, { bearer, body: { ...secrets, provider_params } })
  }
  await client.delete('/auth/v1/user/me', bearer, secrets)
  const { searchParams } = new URL(client.sandbox.consent(await client.providerUri(), 'alex'))
  const code = searchParams.get('code') ?? 'none'
  await client.get('/auth/v1/provider/uri', { query: { code } })
  const log = JSON.stringify(client.sandbox.requests())
  expect(log).not.toContain('secret ')
  for (const secret of [bearer, sudo_token, code]) expect(log).not.toContain(secret)
})

test('sandbox request log: equal secrets have equal masks and different secrets different ones', async () => {
  const client = await start()
  for (const word of ['one', 'one', 'two']) {
    await client.signIn({ username: 'bob', password: word })
  }
  const masks = client.sandbox.requests().map(({ body }) => Object(body)['password'])
  expect(masks[0]).toBe(masks[1])
  expect(masks[0]).not.toBe(masks[2])
})

test('sandbox request log: calls of the control API are not logged', async () => {
  const client = await start()
  await client.get('/__sandbox/users')
  expect((await client.get('/__sandbox/requests')).body).toEqual([])
})
