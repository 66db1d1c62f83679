import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { Client, email, password, phone, start, startTime } from './client.ts'

test('sandbox control API: the inbox lists delivered codes per contact, newest first', async () => {
  const client = await start({ resendSeconds: 0 })
  const first = await client.sendCode()
  const second = await client.sendCode()
  await client.sendCode({ email })
  expect(client.sandbox.inbox().map(({ to }) => to)).toEqual([email, phone, phone])
  for (const to of [encodeURIComponent(phone), phone]) {
    const response = await fetch(`${client.url}/__sandbox/inbox?to=${to}`)
    expect(await response.json()).toEqual([
      {
        to: phone,
        code: expect.stringMatching(/^\d{6}$/),
        verification_id: second.body['verification_id'],
        at: startTime,
      },
      expect.objectContaining({ verification_id: first.body['verification_id'] }),
    ])
  }
})

test('sandbox control API: users are added and listed without passwords', async () => {
  const client = await start()
  const user = { phone_number: phone, email, username: 'bob', name: 'Bob', status: 'pending' }
  const made = await client.post('/__sandbox/users', { ...user, password })
  expect(made.body).toMatchObject({ ...user, sub: expect.any(String), hasPassword: true })
  expect(made.body).not.toHaveProperty('password')
  const listed = await client.get('/__sandbox/users')
  expect(listed.body).toEqual([made.body])
  expect(client.sandbox.users()).toEqual([made.body])
})

test.each([
  {},
  { phone_number: '138' },
  { email: 'x' },
  { username: 'a@b' },
  { username: 'bob', status: 'gone' },
  { username: 'bob', groups: 'staff' },
  { username: 'bob', password: 1 },
])('sandbox control API: the user %j is rejected', async (user) => {
  const client = await start()
  expect((await client.post('/__sandbox/users', user)).body['error']).toBe('invalid_argument')
})

test('sandbox control API: a contact, user name or sub in use is rejected', async () => {
  const client = await start()
  await client.sandbox.addUser({ sub: 'one', phone_number: phone, username: 'bob' })
  const error = async (user: object) => (await client.post('/__sandbox/users', user)).body['error']
  expect(await error({ phone_number: phone })).toBe('failed_precondition')
  expect(await error({ username: 'bob' })).toBe('already_exists')
  expect(await error({ sub: 'one', email })).toBe('already_exists')
})

test('sandbox control API: removing a user revokes the sessions', async () => {
  const client = await start()
  const bob = await client.bob()
  client.sandbox.removeUser(bob.sub)
  client.sandbox.removeUser('unknown')
  expect((await client.me(bob.access_token)).status).toBe(401)
  expect((await client.refresh(bob.refresh_token)).body['error']).toBe('invalid_grant')
  const signedIn = await client.signIn({ username: 'bob', password })
  expect(signedIn.body['error']).toBe('not_found')
})

test('sandbox control API: DELETE /users/:sub removes a user, also one that is gone', async () => {
  const client = await start()
  const bob = await client.bob()
  const remove = () => client.send('DELETE', `/__sandbox/users/${bob.sub}`)
  expect([(await remove()).status, (await remove()).status]).toEqual([200, 200])
  expect(client.sandbox.users()).toEqual([])
  expect((await client.me(bob.access_token)).status).toBe(401)
})

test('sandbox control API: PATCH /users/:sub changes contacts, and keeps the sessions', async () => {
  const client = await start()
  const bob = await client.bob()
  const change = (changes: object, sub = bob.sub) =>
    client.send('PATCH', `/__sandbox/users/${sub}`, { body: changes })
  const { body } = await change({ email, phone_number: null, password: 'another one' })
  expect(body).toMatchObject({ sub: bob.sub, email })
  expect(body).not.toHaveProperty('phone_number')
  expect((await client.me(bob.access_token)).body).toMatchObject({ email })
  const signedIn = await client.signIn({ username: 'bob', password: 'another one' })
  expect(signedIn.body['sub']).toBe(bob.sub)
  await client.sandbox.addUser({ phone_number: phone })
  const errors = [
    await change({ phone_number: phone }),
    await change({ status: 'blocked' }),
    await change({ email: 1 }),
    await change({ email }, 'unknown'),
  ]
  expect(errors.map((answer) => answer.body['error'])).toEqual([
    'failed_precondition',
    'invalid_argument',
    'invalid_argument',
    'not_found',
  ])
})

test('sandbox control API: the text of a captcha picture is returned', async () => {
  const client = await start()
  const { token } = (await client.post('/auth/v1/captcha/data')).body
  const { body } = await client.get(`/__sandbox/captcha/${String(token)}`)
  expect(body).toEqual({ answer: expect.stringMatching(/^[A-Z0-9]{4}$/) })
  expect((await client.get('/__sandbox/captcha/none')).status).toBe(404)
  await client.post('/auth/v1/captcha/data')
  const newest = (await client.get('/__sandbox/captcha')).body
  expect(newest).toMatchObject({ answer: expect.stringMatching(/^\w+$/) })
  expect(newest).not.toEqual(body)
})

test('sandbox control API: the offset of the clock is set and validated', async () => {
  const client = await start()
  const set = (offsetSeconds: unknown) => client.post('/__sandbox/clock', { offsetSeconds })
  expect((await set(60)).body).toEqual({ offsetSeconds: 60, now: startTime + 60_000 })
  expect((await set(-60)).body).toEqual({ offsetSeconds: -60, now: startTime - 60_000 })
  client.sandbox.advance(90)
  expect((await client.get('/__sandbox/clock')).body['offsetSeconds']).toBe(30)
  for (const offset of ['60', null, 1e300, undefined]) {
    expect((await set(offset)).body['error']).toBe('invalid_argument')
  }
})

test('sandbox control API: settings are merged, validated and returned completely', async () => {
  const client = await start()
  const before = (await client.get('/__sandbox/config')).body
  expect(before).toMatchObject({ refreshPolicy: 'strict', maxSessions: 1, codeSeconds: 600 })
  const merged = await client.post('/__sandbox/config', { refreshPolicy: 'family' })
  expect(merged.body).toEqual({ ...before, refreshPolicy: 'family' })
  for (const patch of [
    { refreshPolicy: 'none' },
    { maxSessions: 0 },
    { accessTokenSeconds: 1.5 },
    { accessTokenSeconds: '5' },
    { allowedOrigins: 'x' },
    { captchaLength: 7 },
    { nonsense: 1 },
    { constructor: 1 },
  ]) {
    expect((await client.post('/__sandbox/config', patch)).body['error']).toBe('invalid_argument')
  }
  const sneaky = '{"__proto__":{"maxSessions":5}}'
  expect((await client.post('/__sandbox/config', sneaky)).body['error']).toBe('invalid_argument')
  expect(client.sandbox.config()).toEqual(merged.body)
})

test('sandbox control API: config returns a copy', async () => {
  const { sandbox } = await start()
  sandbox.config().maxSessions = 9
  expect(sandbox.config().maxSessions).toBe(1)
})

test('sandbox control API: reset restores the initial state', async () => {
  const client = await start({ maxSessions: 3 })
  const bob = await client.bob()
  await client.sendCode()
  client.sandbox.config({ maxSessions: 5 })
  client.sandbox.advance(60)
  client.sandbox.faults([{ method: 'POST', path: '/auth/v1/signin', status: 500 }])
  expect((await client.post('/__sandbox/reset')).body).toEqual({})
  const { sandbox } = client
  const rest = [sandbox.users(), sandbox.inbox(), sandbox.requests(), sandbox.faults()]
  expect(rest).toEqual([[], [], [], []])
  expect(sandbox.config().maxSessions).toBe(3)
  expect((await client.get('/__sandbox/clock')).body['offsetSeconds']).toBe(0)
  expect((await client.me(bob.access_token)).status).toBe(401)
})

test('sandbox control API: the control API is off on a server that other machines can reach', async () => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen({ host: '0.0.0.0' })
  onTestFinished(close)
  const open = new Client(sandbox, url.replace('0.0.0.0', '127.0.0.1'))
  expect((await open.get('/__sandbox/users')).status).toBe(501)
  expect((await open.sendCode()).status).toBe(200)
})

test('sandbox control API: a foreign Host header is rejected', async () => {
  const { url } = await start()
  const statusFor = async (host: string): Promise<number | undefined> => {
    const [response] = (await once(
      get(`${url}/__sandbox/users`, { headers: { host } }),
      'response',
    )) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  expect(await statusFor(new URL(url).host)).toBe(200)
  expect(await statusFor('evil.example')).toBe(421)
})

test('sandbox control API: the control API answers in process', async () => {
  const { sandbox } = await start()
  const response = await sandbox.fetch('http://any.example/__sandbox/users')
  expect(await response.json()).toEqual([])
})
