import { expect, test } from 'vitest'
import { type Client, start } from './client.ts'

const signInByTicket = (client: Client, ticket: unknown, more: object = {}) =>
  client.post('/auth/v1/signin/custom', { provider_id: 'custom', ticket, ...more })

test('sandbox custom ticket: a ticket signs in its user, who is added by the first one', async () => {
  const client = await start()
  const ticket = await client.sandbox.mintTicket('user-7')
  expect(ticket).toMatch(/^[\w-]{16}\/@@\/[\w-]+\.[\w-]+\.[\w-]+$/)
  const { status, body } = await signInByTicket(client, ticket)
  expect(status).toBe(200)
  expect(body).toMatchObject({ sub: 'user-7', scope: 'user sso', token_type: 'Bearer' })
  expect((await client.refresh(String(body['refresh_token']))).body['sub']).toBe('user-7')
  expect(
    (await signInByTicket(client, await client.sandbox.mintTicket('user-7'))).body['sub'],
  ).toBe('user-7')
  expect(client.sandbox.users()).toHaveLength(1)
})

test('sandbox custom ticket: a ticket signs in an existing user', async () => {
  const client = await start()
  await client.sandbox.addUser({ sub: 'bob-1', username: 'bob' })
  const { body } = await signInByTicket(client, await client.sandbox.mintTicket('bob-1'))
  expect((await client.me(String(body['access_token']))).body['username']).toBe('bob')
})

test('sandbox custom ticket: a session without a refresh token ends with its access token', async () => {
  const client = await start({ customRefreshToken: 'off' })
  const { body } = await signInByTicket(client, await client.sandbox.mintTicket('user-7'))
  expect(body).not.toHaveProperty('refresh_token')
  expect((await client.me(String(body['access_token']))).status).toBe(200)
  client.sandbox.advance(7200)
  expect((await client.me(String(body['access_token']))).status).toBe(401)
})

test('sandbox custom ticket: a ticket expires', async () => {
  const client = await start()
  const ticket = await client.sandbox.mintTicket('user-7', { expiresInSeconds: 60 })
  expect((await signInByTicket(client, ticket)).status).toBe(200)
  client.sandbox.advance(60)
  expect((await signInByTicket(client, ticket)).body['error']).toBe('permission_denied')
  const late = await client.sandbox.mintTicket('user-7', { expiresInSeconds: 0 })
  expect((await signInByTicket(client, late)).body['error']).toBe('permission_denied')
})

test('sandbox custom ticket: a forged ticket answers permission_denied and a malformed one invalid_argument', async () => {
  const client = await start()
  const other = await start()
  const ticket = await client.sandbox.mintTicket('user-7')
  const [id = '', jwt = ''] = ticket.split('/@@/')
  const foreign = await other.sandbox.mintTicket('user-7')
  const { access_token: bearer } = await client.bob()
  for (const forged of [foreign, `x/@@/${jwt}`, `${id}/@@/${jwt}x`, `${id}/@@/${bearer}`]) {
    expect((await signInByTicket(client, forged)).body['error']).toBe('permission_denied')
  }
  for (const malformed of [jwt, `${id}/@@/x`, `${ticket}/@@/x`, '/@@/', '', undefined, 1]) {
    expect((await signInByTicket(client, malformed)).body['error']).toBe('invalid_argument')
  }
  const wrong = await signInByTicket(client, ticket, { provider_id: 'demo_idp' })
  expect(wrong.body['error']).toBe('invalid_argument')
})

test('sandbox custom ticket: a ticket for a blocked user or a guest is rejected', async () => {
  const client = await start()
  await client.sandbox.addUser({ sub: 'bob-1', username: 'bob', status: 'blocked' })
  const blocked = await signInByTicket(client, await client.sandbox.mintTicket('bob-1'))
  expect(blocked.body['error']).toBe('user_blocked')
  const guest = String((await client.guest()).body['sub'])
  const refused = await signInByTicket(client, await client.sandbox.mintTicket(guest))
  expect(refused.body['error']).toBe('failed_precondition')
})

test('sandbox custom ticket: a user signed in by a ticket cannot query users and needs no sudo token', async () => {
  const client = await start()
  const { body } = await signInByTicket(client, await client.sandbox.mintTicket('user-7'))
  const bearer = String(body['access_token'])
  const asked = await client.get('/auth/v1/user/query', { bearer, query: { id: 'user-7' } })
  expect(asked.body['error']).toBe('permission_denied')
  expect((await client.sudo(bearer, {})).body['sudo_token']).toBe('')
  expect((await client.delete('/auth/v1/user/me', bearer)).body['sub']).toBe('user-7')
})

test('sandbox custom ticket: the control API creates tickets', async () => {
  const client = await start()
  const { body } = await client.post('/__sandbox/tickets', { uid: 'user-7', expiresInSeconds: 9 })
  expect((await signInByTicket(client, body['ticket'])).body['sub']).toBe('user-7')
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
