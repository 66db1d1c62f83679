import { expect, test } from 'vitest'
import { claimsOf, clientId, device, phone, start } from './client.ts'

test('sandbox tokens: a refresh returns a new pair for the same user', async () => {
  const client = await start()
  const bob = await client.bob()
  const { status, body } = await client.refresh(bob.refresh_token)
  expect(status).toBe(200)
  expect(body).toMatchObject({ token_type: 'Bearer', sub: bob.sub, expires_in: 7200 })
  expect(body['refresh_token']).not.toBe(bob.refresh_token)
  expect(body['access_token']).not.toBe(bob.access_token)
  expect((await client.me(String(body['access_token']))).status).toBe(200)
})

test('sandbox tokens: the strict policy rejects a used refresh token and keeps the session', async () => {
  const client = await start({ refreshPolicy: 'strict' })
  const bob = await client.bob()
  const { body } = await client.refresh(bob.refresh_token)
  const again = await client.refresh(bob.refresh_token)
  expect(again.status).toBe(400)
  expect(again.body['error']).toBe('invalid_grant')
  expect((await client.refresh(String(body['refresh_token']))).status).toBe(200)
})

test('sandbox tokens: the family policy revokes the session of a used refresh token', async () => {
  const client = await start({ refreshPolicy: 'family' })
  const bob = await client.bob()
  const { body } = await client.refresh(bob.refresh_token)
  expect((await client.refresh(bob.refresh_token)).body['error']).toBe('invalid_grant')
  const newest = await client.refresh(String(body['refresh_token']))
  expect(newest.body['error']).toBe('invalid_grant')
  expect((await client.me(String(body['access_token']))).status).toBe(401)
})

test('sandbox tokens: the window policy accepts a used refresh token for ten seconds', async () => {
  const client = await start({ refreshPolicy: 'window' })
  const bob = await client.bob()
  const first = await client.refresh(bob.refresh_token)
  client.sandbox.advance(9)
  const second = await client.refresh(bob.refresh_token)
  expect(second.status).toBe(200)
  client.sandbox.advance(1)
  expect((await client.refresh(bob.refresh_token)).body['error']).toBe('invalid_grant')
  for (const { body } of [first, second]) {
    expect((await client.refresh(String(body['refresh_token']))).status).toBe(200)
  }
})

test('sandbox tokens: of parallel refreshes with one token only one succeeds', async () => {
  const client = await start()
  const bob = await client.bob()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.refresh(bob.refresh_token)),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('sandbox tokens: access and refresh tokens expire after the configured seconds', async () => {
  const client = await start({ accessTokenSeconds: 2, refreshTokenSeconds: 5 })
  const bob = await client.bob()
  const claims = claimsOf(bob.access_token)
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(2)
  client.sandbox.advance(1)
  expect((await client.me(bob.access_token)).status).toBe(200)
  client.sandbox.advance(1)
  const { status, body } = await client.me(bob.access_token)
  expect(status).toBe(401)
  expect(body).toMatchObject({ error: 'unauthenticated', error_code: 16 })
  client.sandbox.advance(2)
  const renewed = await client.refresh(bob.refresh_token)
  expect(renewed.body['expires_in']).toBe(2)
  client.sandbox.advance(5)
  const late = await client.refresh(String(renewed.body['refresh_token']))
  expect(late.body['error']).toBe('invalid_grant')
})

test('sandbox tokens: a new sign-in ends the oldest session beyond maxSessions', async () => {
  const client = await start()
  const first = await client.bob()
  const second = await client.bob()
  expect((await client.refresh(first.refresh_token)).body['error']).toBe('invalid_grant')
  expect((await client.me(first.access_token)).status).toBe(200)
  expect((await client.refresh(second.refresh_token)).status).toBe(200)
})

test('sandbox tokens: maxSessions allows parallel sessions', async () => {
  const client = await start({ maxSessions: 2 })
  const sessions = [await client.bob(), await client.bob(), await client.bob()]
  const answers = []
  for (const { refresh_token } of sessions)
    answers.push((await client.refresh(refresh_token)).status)
  expect(answers).toEqual([400, 200, 200])
})

test('sandbox tokens: revoking an expired access token revokes its session', async () => {
  const client = await start()
  for (const wait of [0, 7200]) {
    const bob = await client.bob()
    client.sandbox.advance(wait)
    const { status, body } = await client.post('/auth/v1/revoke', { token: bob.access_token })
    expect([status, body]).toEqual([200, {}])
    expect((await client.me(bob.access_token)).status).toBe(401)
    expect((await client.refresh(bob.refresh_token)).body['error']).toBe('invalid_grant')
  }
})

test('sandbox tokens: revoking an unknown token succeeds and revokes nothing', async () => {
  const client = await start()
  const bob = await client.bob()
  expect((await client.post('/auth/v1/revoke', { token: 'nonsense' })).status).toBe(200)
  expect((await client.me(bob.access_token)).status).toBe(200)
})

test('sandbox tokens: user/signout revokes the session and returns the redirect URI', async () => {
  const client = await start({ allowedOrigins: ['https://app.example'] })
  const { access_token: bearer } = await client.bob()
  const body = { redirect_uri: 'https://app.example/out?a=1', state: 'x y' }
  const answer = await client.post('/auth/v1/user/signout', body, { bearer })
  expect(answer.body).toEqual({ redirect_uri: 'https://app.example/out?a=1&state=x+y' })
  expect((await client.me(bearer)).status).toBe(401)
})

test.each([
  'javascript://x/%0aalert(1)',
  'https://evil.example/out',
  'https://app.example.evil.example/',
  'https://app.example:444/',
  'http://app.example/',
  'https://app.example@evil.example/',
  'other://app.example/',
])(
  'sandbox tokens: user/signout rejects the redirect URI %s and keeps the session',
  async (uri) => {
    const client = await start({ allowedOrigins: ['https://app.example', 'myapp:'] })
    const { access_token: bearer } = await client.bob()
    const body = { redirect_uri: uri }
    const answer = await client.post('/auth/v1/user/signout', body, { bearer })
    expect(answer.body['error']).toBe('invalid_argument')
    expect((await client.me(bearer)).status).toBe(200)
    const query = { redirect_uri: uri }
    expect((await client.fetch('GET', '/auth/idp/demo_idp/signout', { query })).status).toBe(400)
  },
)

test('sandbox tokens: user/signout leads to the own origin and to a listed scheme of an app', async () => {
  const client = await start({ allowedOrigins: ['myapp:'] })
  for (const redirect_uri of [`${client.url}/bye`, 'myapp://signed-out']) {
    const { access_token: bearer } = await client.bob()
    const answer = await client.post('/auth/v1/user/signout', { redirect_uri }, { bearer })
    expect(answer.body).toEqual({ redirect_uri })
  }
})

test('sandbox tokens: a refresh token is bound to its client', async () => {
  const client = await start()
  const { refresh_token } = await client.bob()
  const body = { grant_type: 'refresh_token', refresh_token }
  const foreign = await client.post('/auth/v1/token', body, { query: { client_id: 'env-2' } })
  expect(foreign.body['error']).toBe('invalid_grant')
  expect((await client.refresh(refresh_token)).status).toBe(200)
})

test('sandbox tokens: the token endpoint accepts only refresh tokens', async () => {
  const client = await start()
  const other = { grant_type: 'password', refresh_token: 'x' }
  expect((await client.post('/auth/v1/token', other)).body['error']).toBe('invalid_argument')
  expect((await client.post('/auth/v1/token', {})).body['error']).toBe('invalid_argument')
  expect((await client.refresh('nonsense')).body['error']).toBe('invalid_grant')
})

test('sandbox tokens: a refreshed guest session stays a guest session', async () => {
  const client = await start()
  const guest = (await client.guest()).body
  const { body } = await client.refresh(String(guest['refresh_token']))
  expect(body).toMatchObject({ sub: guest['sub'], scope: 'anonymous' })
})

test('sandbox tokens: an access token of another server is rejected', async () => {
  const [client, other] = [await start(), await start()]
  const { access_token: bearer } = await other.bob()
  await client.sandbox.addUser({ phone_number: phone })
  const query = { client_id: clientId }
  const headers = { 'x-device-id': device }
  const { status } = await client.get('/auth/v1/user/me', { bearer, query, headers })
  expect(status).toBe(401)
})
