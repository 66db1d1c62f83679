import { expect, test } from 'vitest'
import { type Client, clientId, email, password, phone, start } from './client.ts'

const withToken = (captcha_token: string) => ({ query: { client_id: clientId, captcha_token } })

const picture = (client: Client) => client.post('/auth/v1/captcha/data', { state: 'POST:/v1/x' })

const solve = (client: Client, token: unknown, key: unknown) =>
  client.post('/auth/v1/captcha/data/verify', { token, key })

test('sandbox captcha: a picture is a GIF of 3 to 15 kB with a token', async () => {
  const client = await start()
  const { body } = await picture(client)
  expect(body).toEqual({
    data: expect.stringMatching(/^data:image\/gif;base64,[A-Za-z0-9+/]+=*$/),
    type: 'image',
    token: expect.any(String),
    expires_in: 300,
  })
  const gif = Buffer.from(String(body['data']).split(',')[1] ?? '', 'base64')
  expect(gif.subarray(0, 6).toString()).toBe('GIF89a')
  expect(gif.length).toBeGreaterThan(3000)
  expect(gif.length).toBeLessThan(15_000)
})

test('sandbox captcha: every picture is drawn anew with the configured number of characters', async () => {
  const client = await start({ captchaLength: 6 })
  const [one, two] = [(await picture(client)).body, (await picture(client)).body]
  expect(one['data']).not.toBe(two['data'])
  expect(client.sandbox.captchaAnswer(String(one['token']))).toMatch(/^[A-Z0-9]{6}$/)
})

test('sandbox captcha: a correct answer in upper or lower case yields one captcha token', async () => {
  const client = await start()
  const { token } = (await picture(client)).body
  const key = client.sandbox.captchaAnswer(String(token))?.toLowerCase()
  const solved = await solve(client, token, ` ${key} `)
  expect(solved.body).toEqual({ captcha_token: expect.any(String), expires_in: 600 })
  expect((await solve(client, token, key)).body['error']).toBe('invalid_argument')
})

test('sandbox captcha: a picture is discarded after three wrong answers or 300 seconds', async () => {
  const client = await start()
  const guessed = (await picture(client)).body['token']
  const key = client.sandbox.captchaAnswer(String(guessed))
  for (let tries = 0; tries < 3; tries++) {
    expect((await solve(client, guessed, 'wrong')).body['error']).toBe('invalid_argument')
  }
  expect((await solve(client, guessed, key)).status).toBe(400)
  const late = (await picture(client)).body['token']
  client.sandbox.advance(300)
  const lateKey = client.sandbox.captchaAnswer(String(late))
  expect((await solve(client, late, lateKey)).status).toBe(400)
})

test('sandbox captcha: a user name requires a captcha after five wrong passwords, and a solved one clears the count', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob', password })
  const wrong = { username: 'bob', password: 'wrong' }
  const right = { username: 'bob', password }
  for (let tries = 0; tries < 5; tries++) {
    expect((await client.signIn(wrong)).body['error']).toBe('invalid_password')
  }
  const refused = await client.signIn(right)
  expect(refused.body).toEqual({
    error: 'captcha_required',
    error_code: 4001,
    error_description: 'captcha_token required',
  })
  const other = await client.signIn({ username: 'eve', password })
  expect(other.body['error']).toBe('not_found')
  const token = await client.solveCaptcha()
  expect((await client.signIn(wrong, withToken(token))).body['error']).toBe('invalid_password')
  expect((await client.signIn(right)).status).toBe(200)
})

test('sandbox captcha: parallel wrong passwords do not exceed the limit', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob', password })
  const guesses = Array.from({ length: 12 }, () =>
    client.signIn({ username: 'bob', password: 'wrong' }),
  )
  const errors = (await Promise.all(guesses)).map(({ body }) => body['error'])
  expect(errors.filter((error) => error === 'invalid_password')).toHaveLength(5)
  expect(errors.filter((error) => error === 'captcha_required')).toHaveLength(7)
})

test('sandbox captcha: parallel sign-ins with the correct password require no captcha', async () => {
  const client = await start({ maxSessions: 12, failuresBeforeCaptcha: 1 })
  await client.sandbox.addUser({ username: 'bob', password })
  const signIns = Array.from({ length: 12 }, () => client.signIn({ username: 'bob', password }))
  const answers = await Promise.all(signIns)
  expect(answers.every(({ status }) => status === 200)).toBe(true)
})

test('sandbox captcha: failures older than an hour are not counted', async () => {
  const client = await start({ failuresBeforeCaptcha: 1 })
  await client.sandbox.addUser({ username: 'bob', password })
  await client.signIn({ username: 'bob', password: 'wrong' })
  client.sandbox.advance(3600)
  expect((await client.signIn({ username: 'bob', password })).status).toBe(200)
})

test('sandbox captcha: frequent codes require a captcha, counted per contact and per device', async () => {
  const client = await start({ sendsBeforeCaptcha: 2, resendSeconds: 0 })
  await client.sendCode()
  await client.sendCode({ email })
  const byDevice = await client.sendCode({ email: 'new@example.com' })
  expect(byDevice.body['error']).toBe('captcha_required')
  const elsewhere = { headers: { 'x-device-id': 'e'.repeat(32) } }
  expect((await client.sendCode({ phone_number: phone }, elsewhere)).status).toBe(200)
  const byContact = await client.sendCode(
    { phone_number: phone },
    { headers: { 'x-device-id': 'f'.repeat(32) } },
  )
  expect(byContact.body['error']).toBe('captcha_required')
})

test('sandbox captcha: a captcha token is accepted once', async () => {
  const client = await start({ sendsBeforeCaptcha: 0, resendSeconds: 0 })
  const token = await client.solveCaptcha()
  expect((await client.sendCode({ phone_number: phone }, withToken(token))).status).toBe(200)
  const again = await client.sendCode({ phone_number: phone }, withToken(token))
  expect(again.body).toMatchObject({ error: 'captcha_invalid', error_code: 4002 })
})

test('sandbox captcha: a wrong or expired captcha token answers captcha_invalid', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const token = await client.solveCaptcha()
  client.sandbox.advance(600)
  for (const each of [token, 'nonsense']) {
    const { body } = await client.sendCode({ phone_number: phone }, withToken(each))
    expect(body['error']).toBe('captcha_invalid')
  }
})

test('sandbox captcha: a captcha token is ignored below the limit', async () => {
  const client = await start({ sendsBeforeCaptcha: 1, resendSeconds: 0 })
  const token = await client.solveCaptcha()
  expect((await client.sendCode({ phone_number: phone }, withToken('bad'))).status).toBe(200)
  expect((await client.sendCode({ phone_number: phone }, withToken(token))).status).toBe(200)
})

test('sandbox captcha: a captcha token is accepted in a header', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const headers = { 'x-captcha-token': await client.solveCaptcha() }
  expect((await client.sendCode({ phone_number: phone }, { headers })).status).toBe(200)
})

test('sandbox captcha: a malformed call does not spend the captcha token', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const token = await client.solveCaptcha()
  expect((await client.sendCode({}, withToken(token))).body['error']).toBe('invalid_argument')
  expect((await client.sendCode({ phone_number: phone }, withToken(token))).status).toBe(200)
})

test('sandbox captcha: captchaOnEveryCall exempts refresh, revoke and captcha', async () => {
  const client = await start()
  const bob = await client.bob()
  client.sandbox.config({ captchaOnEveryCall: 'on', sendsBeforeCaptcha: 0 })
  expect((await client.me(bob.access_token)).body['error']).toBe('captcha_required')
  expect((await client.guest()).body['error']).toBe('captcha_required')
  // One token suffices for this limit and the one for sending codes.
  const token = await client.solveCaptcha()
  expect((await client.sendCode({ phone_number: phone }, withToken(token))).status).toBe(200)
  const renewed = await client.refresh(bob.refresh_token)
  expect(renewed.status).toBe(200)
  const body = { token: renewed.body['access_token'] }
  expect((await client.post('/auth/v1/revoke', body)).status).toBe(200)
})
