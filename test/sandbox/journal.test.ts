import { expect, test } from 'vitest'
import { device, password, phone, start, startOfTime } from './client.ts'

test('requests are logged with their secrets masked', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const captchaToken = await client.readPicture()
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
    at: startOfTime,
  })
  await client.me(bob.access_token)
  expect(client.sandbox.requests().at(-1)?.headers['authorization']).toMatch(/^Bearer \[masked/)
  await client.get('/auth/v1/user/me')
  expect(client.sandbox.requests().at(-1)).toMatchObject({ status: 401, error: 'unauthenticated' })
})

test('no secret of a whole journey is in the log', async () => {
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
  const captchaToken = await client.readPicture()
  const headers = { 'x-captcha-token': captchaToken }
  await client.post('/auth/v1/revoke', { token: accessToken }, { headers })
  await client.send('POST', '/auth/v1/signin', { body: `not JSON: ${password}` })
  const log = JSON.stringify(client.sandbox.requests())
  const secrets = [verificationToken, code, anonymous, password, refreshToken, accessToken]
  for (const secret of [...secrets, captchaToken]) expect(log).not.toContain(secret)
})

test('equal secrets have equal masks, others do not', async () => {
  const client = await start()
  for (const word of ['one', 'one', 'two']) {
    await client.signIn({ username: 'bob', password: word })
  }
  const masks = client.sandbox.requests().map(({ body }) => Object(body)['password'])
  expect(masks[0]).toBe(masks[1])
  expect(masks[0]).not.toBe(masks[2])
})

test('the control API itself is not logged', async () => {
  const client = await start()
  await client.get('/__sandbox/users')
  expect((await client.get('/__sandbox/requests')).body).toEqual([])
})
