import { expect, test } from 'vitest'
import { type Client, start } from './client.ts'

const enter = (client: Client, ticket: unknown, more: object = {}) =>
  client.post('/auth/v1/signin/custom', { provider_id: 'custom', ticket, ...more })

test('a ticket signs in the user it names, made at first sight', async () => {
  const client = await start()
  const ticket = await client.sandbox.mintTicket('user-7')
  expect(ticket).toMatch(/^[\w-]{16}\/@@\/[\w-]+\.[\w-]+\.[\w-]+$/)
  const { status, body } = await enter(client, ticket)
  expect(status).toBe(200)
  expect(body).toMatchObject({ sub: 'user-7', scope: 'user sso', token_type: 'Bearer' })
  expect((await client.refresh(String(body['refresh_token']))).body['sub']).toBe('user-7')
  expect((await enter(client, await client.sandbox.mintTicket('user-7'))).body['sub']).toBe(
    'user-7',
  )
  expect(client.sandbox.users()).toHaveLength(1)
})

test('a ticket names a user who is there already', async () => {
  const client = await start()
  await client.sandbox.addUser({ sub: 'bob-1', username: 'bob' })
  const { body } = await enter(client, await client.sandbox.mintTicket('bob-1'))
  expect((await client.me(String(body['access_token']))).body['username']).toBe('bob')
})

test('a session without refresh token just ends', async () => {
  const client = await start({ customRefreshToken: 'off' })
  const { body } = await enter(client, await client.sandbox.mintTicket('user-7'))
  expect(body).not.toHaveProperty('refresh_token')
  expect((await client.me(String(body['access_token']))).status).toBe(200)
  client.sandbox.advance(7200)
  expect((await client.me(String(body['access_token']))).status).toBe(401)
})

test('a ticket expires', async () => {
  const client = await start()
  const ticket = await client.sandbox.mintTicket('user-7', { expiresInSeconds: 60 })
  expect((await enter(client, ticket)).status).toBe(200)
  client.sandbox.advance(60)
  expect((await enter(client, ticket)).body['error']).toBe('permission_denied')
  const late = await client.sandbox.mintTicket('user-7', { expiresInSeconds: 0 })
  expect((await enter(client, late)).body['error']).toBe('permission_denied')
})

test('a ticket must be genuine', async () => {
  const client = await start()
  const other = await start()
  const ticket = await client.sandbox.mintTicket('user-7')
  const [id = '', jwt = ''] = ticket.split('/@@/')
  const foreign = await other.sandbox.mintTicket('user-7')
  const { access_token: bearer } = await client.bob()
  for (const forged of [foreign, `x/@@/${jwt}`, `${id}/@@/${jwt}x`, `${id}/@@/${bearer}`]) {
    expect((await enter(client, forged)).body['error']).toBe('permission_denied')
  }
  for (const malformed of [jwt, `${id}/@@/x`, `${ticket}/@@/x`, '/@@/', '', undefined, 1]) {
    expect((await enter(client, malformed)).body['error']).toBe('invalid_argument')
  }
  const wrong = await enter(client, ticket, { provider_id: 'demo_idp' })
  expect(wrong.body['error']).toBe('invalid_argument')
})

test('a ticket lets in nobody who is blocked, and no guest', async () => {
  const client = await start()
  await client.sandbox.addUser({ sub: 'bob-1', username: 'bob', status: 'blocked' })
  const blocked = await enter(client, await client.sandbox.mintTicket('bob-1'))
  expect(blocked.body['error']).toBe('user_blocked')
  const guest = String((await client.guest()).body['sub'])
  const refused = await enter(client, await client.sandbox.mintTicket(guest))
  expect(refused.body['error']).toBe('failed_precondition')
})

test('who came by a ticket may not look up users, and needs no sudo token', async () => {
  const client = await start()
  const { body } = await enter(client, await client.sandbox.mintTicket('user-7'))
  const bearer = String(body['access_token'])
  const asked = await client.get('/auth/v1/user/query', { bearer, query: { id: 'user-7' } })
  expect(asked.body['error']).toBe('permission_denied')
  expect((await client.sudo(bearer, {})).body['sudo_token']).toBe('')
  expect((await client.delete('/auth/v1/user/me', bearer)).body['sub']).toBe('user-7')
})

test('the control API makes tickets', async () => {
  const client = await start()
  const { body } = await client.post('/__sandbox/tickets', { uid: 'user-7', expiresInSeconds: 9 })
  expect((await enter(client, body['ticket'])).body['sub']).toBe('user-7')
  for (const bad of [
    {},
    { uid: '' },
    { uid: 'a b' },
    { uid: 1 },
    { uid: 'x', expiresInSeconds: 'x' },
  ]) {
    const { body: refused } = await client.post('/__sandbox/tickets', bad)
    expect(refused['error']).toBe('invalid_argument')
  }
})
