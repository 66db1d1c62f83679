import { expect, test } from 'vitest'
import { email, password, phone, start, startTime } from './client.ts'

test('sandbox user: user/me returns the profile', async () => {
  const client = await start()
  const { sub } = await client.sandbox.addUser({
    username: 'bob',
    password,
    phone_number: phone,
    email,
    name: 'Bob',
    gender: 'UNKNOWN',
    groups: ['staff'],
  })
  const { body } = await client.signIn({ username: 'bob', password })
  expect(body['groups']).toEqual(['staff'])
  expect((await client.me(String(body['access_token']))).body).toEqual({
    sub,
    username: 'bob',
    phone_number: phone,
    email,
    email_verified: true,
    name: 'Bob',
    gender: 'UNKNOWN',
    password: 'SET',
    groups: [{ id: 'staff' }],
    providers: [],
    created_at: new Date(startTime).toISOString(),
  })
})

test('sandbox user: user/me requires a bearer', async () => {
  const client = await start()
  for (const authorization of ['', 'Bearer', 'Bearer nonsense', 'Basic ZW52LTE6']) {
    const { status, body } = await client.get('/auth/v1/user/me', { headers: { authorization } })
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: 'unauthenticated', error_code: 16 })
  }
})

test('sandbox user: user/profile changes fields and returns the whole profile', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const body = { name: 'Robert', birthdate: '2000-01-01', zoneinfo: 'Asia/Shanghai' }
  const answer = await client.send('PATCH', '/auth/v1/user/profile', { bearer, body })
  expect(answer.body).toMatchObject({ ...body, username: 'bob', phone_number: phone })
  expect((await client.me(bearer)).body).toEqual(answer.body)
})

test('sandbox user: X-HTTP-Method-Override turns a POST into a PATCH', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const headers = { 'x-http-method-override': 'PATCH' }
  const sent = { bearer, headers }
  const answer = await client.post('/auth/v1/user/profile', { name: 'Robert' }, sent)
  expect(answer.body['name']).toBe('Robert')
  expect(client.sandbox.requests().at(-1)?.method).toBe('PATCH')
})

test('sandbox user: user/profile ignores contact, status and sub', async () => {
  const client = await start()
  const { access_token: bearer, sub } = await client.bob()
  const body = { sub: 'other', email, status: 'blocked', groups: ['admin'], password: 'x' }
  const answer = await client.send('PATCH', '/auth/v1/user/profile', { bearer, body })
  expect(answer.body).toMatchObject({ sub, groups: [] })
  expect(answer.body).not.toHaveProperty('email')
  expect((await client.signIn({ username: 'bob', password })).status).toBe(200)
})

test('sandbox user: user/profile changes the user name to an available one', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  await client.sandbox.addUser({ username: 'eve' })
  const rename = (username: string) =>
    client.send('PATCH', '/auth/v1/user/profile', { bearer, body: { username } })
  expect((await rename('eve')).body['error']).toBe('already_exists')
  expect((await rename('a@b')).body['error']).toBe('invalid_argument')
  expect((await rename('robert')).body['username']).toBe('robert')
  expect((await rename('robert')).status).toBe(200)
})
