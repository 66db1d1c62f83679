import { expect, test } from 'vitest'
import { email, password, phone, start } from './client.ts'

const path = '/auth/v1/user/password'
const new_password = 'new password'

test('sandbox password: a new password revokes all other sessions', async () => {
  const client = await start({ maxSessions: 3 })
  const here = await client.bob()
  const there = await client.bob()
  const sudo_token = await client.sudoToken(here.access_token)
  const changed = await client.patch(path, here.access_token, { new_password, sudo_token })
  expect(changed).toMatchObject({ status: 200, body: {} })
  expect((await client.me(here.access_token)).status).toBe(200)
  expect((await client.refresh(here.refresh_token)).status).toBe(200)
  expect((await client.me(there.access_token)).status).toBe(401)
  expect((await client.refresh(there.refresh_token)).body['error']).toBe('invalid_grant')
  const old = await client.signIn({ username: 'bob', password })
  expect(old.body['error']).toBe('invalid_password')
  expect((await client.signIn({ username: 'bob', password: new_password })).status).toBe(200)
})

test('sandbox password: a sudo token is accepted in the query', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const query = { sudo_token: await client.sudoToken(bearer) }
  expect((await client.patch(path, bearer, { new_password }, query)).status).toBe(200)
})

test('sandbox password: the old password replaces the sudo token unless the user has a phone number', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'eve' })
  const change = (user: string, old_password: string, query = {}) =>
    client.patch(path, user, { new_password, old_password, sudo_token: '' }, query)
  expect((await change(bearer, 'wrong')).body['error']).toBe('invalid_password')
  expect((await change(bearer, password)).status).toBe(200)
  const { access_token: bob } = await client.bob()
  expect((await change(bob, password)).body['error']).toBe('permission_denied')
  const query = { sudo_token: await client.sudoToken(bob) }
  expect((await change(bob, 'wrong', query)).body['error']).toBe('invalid_password')
  expect((await change(bob, password, query)).status).toBe(200)
})

test('sandbox password: a change requires a new password and a registered user', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'eve' })
  const sudo_token = String((await client.sudo(bearer, { password })).body['sudo_token'])
  const empty = await client.patch(path, bearer, { new_password: '', sudo_token })
  expect(empty.body['error']).toBe('invalid_argument')
  const guest = String((await client.guest()).body['access_token'])
  const refused = await client.patch(path, guest, { new_password, sudo_token: '' })
  expect(refused.body['error']).toBe('permission_denied')
})

test.each([{ phone_number: phone }, { email }])(
  'sandbox password: a forgotten password is reset by %j',
  async (contact) => {
    const client = await start({ failuresBeforeLock: 2, resendSeconds: 0 })
    const bearer = await client.addAndSignIn({ username: 'eve', ...contact })
    const sudoToken = await client.sudoToken(bearer, contact)
    for (const word of ['x', 'y']) await client.signIn({ username: 'eve', password: word })
    const verification_token = await client.proveContact(contact)
    const body = { ...contact, new_password, verification_token }
    expect(await client.post('/auth/v1/reset', body)).toMatchObject({ status: 200, body: {} })
    expect((await client.post('/auth/v1/reset', body)).body['error']).toBe('permission_denied')
    expect((await client.me(bearer)).status).toBe(401)
    const signedIn = await client.signIn({ username: 'eve', password: new_password })
    const renewed = String(signedIn.body['access_token'])
    const change = { new_password, sudo_token: sudoToken }
    expect((await client.patch(path, renewed, change)).body['error']).toBe('permission_denied')
  },
)

test('sandbox password: a failed reset does not spend the verification token', async () => {
  const client = await start()
  const contact = { phone_number: phone }
  const verification_token = await client.proveContact(contact)
  const reset = (more: object) =>
    client.post('/auth/v1/reset', { ...contact, new_password, verification_token, ...more })
  expect((await reset({})).body['error']).toBe('not_found')
  const { sub } = await client.sandbox.addUser({ ...contact, status: 'blocked' })
  expect((await reset({})).body['error']).toBe('user_blocked')
  client.sandbox.removeUser(sub)
  await client.sandbox.addUser(contact)
  expect((await reset({ new_password: '' })).body['error']).toBe('invalid_argument')
  expect((await reset({ phone_number: '13800000000' })).body['error']).toBe('invalid_argument')
  expect((await reset({})).status).toBe(200)
  expect((await client.signIn({ username: phone, password: new_password })).status).toBe(200)
})
