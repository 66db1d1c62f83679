import { expect, test } from 'vitest'
import { password, phone, start } from './client.ts'

const me = '/auth/v1/user/me'

test('sandbox account: deleting the account removes the user, sessions and sudo tokens', async () => {
  const client = await start({ maxSessions: 2 })
  const here = await client.bob()
  const there = await client.bob()
  const sudo_token = await client.sudoToken(here.access_token)
  const deleted = await client.delete(me, here.access_token, { sudo_token })
  expect(deleted.body).toMatchObject({ sub: here.sub, username: 'bob', phone_number: phone })
  for (const { access_token, refresh_token } of [here, there]) {
    expect((await client.me(access_token)).body['error']).toBe('unauthenticated')
    expect((await client.refresh(refresh_token)).body['error']).toBe('invalid_grant')
  }
  const signedIn = await client.signIn({ username: 'bob', password })
  expect(signedIn.body['error']).toBe('not_found')
  expect(client.sandbox.users()).toEqual([])
})

test('sandbox account: deleting the account requires a sudo token', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const queries: Record<string, string>[] = [{}, { sudo_token: '' }, { sudo_token: 'wrong' }]
  for (const query of queries) {
    expect((await client.delete(me, bearer, query)).body['error']).toBe('permission_denied')
  }
  expect((await client.me(bearer)).status).toBe(200)
})

test('sandbox account: a guest may delete the account without a sudo token', async () => {
  const client = await start()
  const guest = String((await client.guest()).body['access_token'])
  expect((await client.delete(me, guest)).status).toBe(200)
  expect((await client.me(guest)).status).toBe(401)
})

test("sandbox account: user/revoke/all revokes all sessions of the user and no other user's", async () => {
  const client = await start({ maxSessions: 2 })
  const sessions = [await client.bob(), await client.bob()]
  const eve = await client.addAndSignIn({ username: 'eve' })
  const path = '/auth/v1/user/revoke/all'
  expect((await client.delete(path, sessions[0]?.access_token ?? '')).body).toEqual({})
  for (const { access_token } of sessions) {
    expect((await client.me(access_token)).status).toBe(401)
  }
  expect((await client.me(eve)).status).toBe(200)
})
