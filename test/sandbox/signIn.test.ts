import { expect, test } from 'vitest'
import { claimsOf, clientId, device, email, password, phone, start, startTime } from './client.ts'

test('sandbox sign-in: a password signs in by user name, phone number or e-mail address', async () => {
  const client = await start()
  const { sub } = await client.sandbox.addUser({
    username: 'bob',
    phone_number: phone,
    email,
    password,
  })
  for (const username of ['bob', phone, email, email.toUpperCase()]) {
    const { status, body } = await client.signIn({ username, password })
    expect(status).toBe(200)
    expect(body).toEqual({
      token_type: 'Bearer',
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^m\..{20,126}$/),
      expires_in: 7200,
      sub,
      scope: 'user sso',
      groups: [],
    })
  }
})

test('sandbox sign-in: the access token is a signed JWT with the claims of its session', async () => {
  const client = await start()
  const { access_token: accessToken, sub } = await client.bob()
  expect(claimsOf(accessToken)).toMatchObject({
    iss: client.url,
    sub,
    aud: clientId,
    scope: 'user sso',
    project_id: clientId,
    env: clientId,
    user_id: sub,
    iat: startTime / 1000,
    exp: startTime / 1000 + 7200,
  })
  expect(accessToken.length).toBeLessThan(4096)
  const [head = '', , signature = ''] = accessToken.split('.')
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(accessToken), sub: 'other' }))
  const { status } = await client.me(`${head}.${forged.toString('base64url')}.${signature}`)
  expect(status).toBe(401)
})

test('sandbox sign-in: an unknown user, a missing password and a wrong password have different errors', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob', password })
  await client.sandbox.addUser({ username: 'eve' })
  const error = async (username: string, word: string): Promise<unknown> =>
    (await client.signIn({ username, password: word })).body['error']
  expect(await error('unknown', password)).toBe('not_found')
  expect(await error('bob', 'wrong')).toBe('invalid_password')
  expect(await error('bob', `${password} `)).toBe('invalid_password')
  expect(await error('eve', password)).toBe('password_not_set')
})

test('sandbox sign-in: blocked and pending users are reported only after the correct password', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'blocked', password, status: 'blocked' })
  await client.sandbox.addUser({ username: 'pending', password, status: 'pending' })
  for (const username of ['blocked', 'pending']) {
    const right = await client.signIn({ username, password })
    expect(right.body['error']).toBe(`user_${username}`)
    const wrong = await client.signIn({ username, password: 'wrong' })
    expect(wrong.body['error']).toBe('invalid_password')
  }
})

test('sandbox sign-in: failuresBeforeLock locks a user name for lockSeconds', async () => {
  const client = await start({ failuresBeforeLock: 3, lockSeconds: 100 })
  await client.sandbox.addUser({ username: 'bob', password })
  for (let tries = 0; tries < 3; tries++) await client.signIn({ username: 'bob', password: 'x' })
  const locked = await client.signIn({ username: 'bob', password })
  expect(locked.body).toMatchObject({ error: 'invalid_status', retry_after: 100 })
  client.sandbox.advance(100)
  expect((await client.signIn({ username: 'bob', password })).status).toBe(200)
})

test('sandbox sign-in: the correct password resets the failure count', async () => {
  const client = await start({ failuresBeforeLock: 2 })
  await client.sandbox.addUser({ username: 'bob', password })
  for (const word of ['x', password, 'x', password]) {
    const { body } = await client.signIn({ username: 'bob', password: word })
    expect(body['error']).toBe(word === password ? undefined : 'invalid_password')
  }
})

test('sandbox sign-in: a verification token signs in its own contact once', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone })
  await client.sandbox.addUser({ email })
  const verification_token = await client.proveContact()
  const foreign = await client.signIn({ username: email, verification_token })
  expect(foreign.body['error']).toBe('invalid_argument')
  const signedIn = await client.signIn({ username: phone, verification_token })
  expect(signedIn.body).toMatchObject({ scope: 'user sso' })
  const again = await client.signIn({ username: phone, verification_token })
  expect(again.body['error']).toBe('permission_denied')
})

test('sandbox sign-in: a verification token signs in once despite parallel requests', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone })
  const verification_token = await client.proveContact()
  const signIn = async () => {
    const url = `http://sandbox.test/auth/v1/signin?client_id=${clientId}`
    const body = JSON.stringify({ username: phone, verification_token })
    return (await client.sandbox.fetch(url, { method: 'POST', body })).status
  }
  const statuses = await Promise.all([signIn(), signIn(), signIn()])
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
})

test('sandbox sign-in: a failed sign-in keeps the verification token for the sign-up', async () => {
  const client = await start()
  const verification_token = await client.proveContact()
  const signedIn = await client.signIn({ username: phone, verification_token })
  expect(signedIn.body).toMatchObject({ error: 'not_found', error_code: 5 })
  expect((await client.signUp({ phone_number: phone, verification_token })).status).toBe(200)
})

test('sandbox sign-in: a verification token expires after 600 seconds', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone })
  const verification_token = await client.proveContact()
  client.sandbox.advance(600)
  const { body } = await client.signIn({ username: phone, verification_token })
  expect(body['error']).toBe('permission_denied')
})

test('sandbox sign-in: a sign-in requires a name and a password or verification token', async () => {
  const client = await start()
  for (const body of [{}, { username: 'bob' }, { password }, { username: 1, password }]) {
    expect((await client.signIn(body)).body['error']).toBe('invalid_argument')
  }
})

test('sandbox sign-in: a guest has one uid per device', async () => {
  const client = await start()
  const first = (await client.guest()).body
  expect(first).toMatchObject({ scope: 'anonymous' })
  expect((await client.guest()).body['sub']).toBe(first['sub'])
  expect((await client.guest('e'.repeat(32))).body['sub']).not.toBe(first['sub'])
  const again = await start()
  expect((await again.guest()).body['sub']).toBe(first['sub'])
})

test('sandbox sign-in: an invalid device id adds a new guest each time', async () => {
  const client = await start()
  const [one, two] = [await client.guest('short'), await client.guest('short')]
  expect(one.body['sub']).not.toBe(two.body['sub'])
})

test('sandbox sign-in: a sign-in requires a client id in the query or by Basic', async () => {
  const client = await start()
  const authorization = `Basic ${Buffer.from(`${clientId}:`).toString('base64')}`
  const path = '/auth/v1/signin/anonymously'
  const basic = await client.post(path, {}, { query: {}, headers: { authorization } })
  expect(basic.status).toBe(200)
  expect(claimsOf(String(basic.body['access_token']))).toMatchObject({ aud: clientId })
  const { status, body } = await client.post(path, {}, { query: {} })
  expect(status).toBe(400)
  expect(body).toMatchObject({ error: 'invalid_argument', error_code: 3 })
})

test('sandbox sign-in: an expired bearer that is not required answers failed_precondition', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  client.sandbox.advance(7200)
  const { body } = await client.post('/auth/v1/signin/anonymously', {}, { bearer })
  expect(body).toMatchObject({
    error: 'failed_precondition',
    error_description: 'token expiry',
  })
})

test('sandbox sign-in: the request id is returned', async () => {
  const client = await start()
  const headers = { 'x-request-id': 'a'.repeat(32), 'x-device-id': device }
  const answer = await client.post('/auth/v1/signin/anonymously', {}, { headers })
  expect(answer.headers.get('x-request-id')).toBe('a'.repeat(32))
})
