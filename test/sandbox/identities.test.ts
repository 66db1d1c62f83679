import { expect, test } from 'vitest'
import { type Client, email, start } from './client.ts'

const path = '/auth/v1/user/provider'

const bind = (client: Client, bearer: string, provider_token: string) =>
  client.post(`${path}/bind`, { provider_token }, { bearer })

test('sandbox identities: identities are listed, bound and unbound', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const before = await client.get(path, { bearer })
  expect(before.body).toEqual({
    total: 3,
    data: [
      { id: 'wx_open', name: '微信开放平台', bind: false },
      { id: 'wx_mp', name: '微信公众号', bind: false },
      { id: 'demo_idp', name: 'Demo IdP', bind: false },
    ],
  })
  expect((await bind(client, bearer, await client.providerToken())).body).toEqual({})
  expect((await client.get(path, { bearer })).body['data']).toContainEqual({
    id: 'demo_idp',
    name: 'Demo IdP',
    provider_user_id: expect.any(String),
    provider_user_name: 'Alex Doe',
    bind: true,
  })
  expect((await client.me(bearer)).body['providers']).toMatchObject([{ id: 'demo_idp' }])
  expect((await client.delete(`${path}/demo_idp`, bearer)).body).toEqual({})
  expect((await client.get(path, { bearer })).body).toEqual(before.body)
  const again = await client.delete(`${path}/demo_idp`, bearer)
  expect(again.body['error']).toBe('not_found')
})

test('sandbox identities: an identity of a removed provider is still listed', async () => {
  const client = await start({ providers: {} })
  const identities = [{ provider_id: 'old_idp', account: 'alex' }]
  const bearer = await client.addAndSignIn({ username: 'bob', identities })
  const { body } = await client.get(path, { bearer })
  const provider_user_id = expect.stringMatching(/^o/) as string
  const shown = { id: 'old_idp', name: 'old_idp', provider_user_id, bind: true }
  const data = [{ ...shown, provider_user_name: 'Alex Doe' }]
  expect(body).toEqual({ total: 1, data })
})

test('sandbox identities: an identity is bound to one user, and one identity per provider', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  await client.sandbox.addUser({ identities: [{ provider_id: 'demo_idp', account: 'alex' }] })
  const taken = await client.providerToken()
  expect((await bind(client, bearer, taken)).body['error']).toBe('failed_precondition')
  expect((await client.withProvider(taken)).status).toBe(200)
  expect((await bind(client, bearer, await client.providerToken('lilei'))).status).toBe(200)
  expect((await bind(client, bearer, await client.providerToken('lilei'))).status).toBe(200)
  const second = await bind(client, bearer, await client.providerToken('hanmeimei'))
  expect(second.body['error']).toBe('failed_precondition')
  expect((await bind(client, bearer, 'spent')).body['error']).toBe('permission_denied')
})

test('sandbox identities: the only way to sign in cannot be unbound', async () => {
  const client = await start()
  const { body } = await client.withProvider(await client.providerToken())
  const bearer = String(body['access_token'])
  const unbind = async (): Promise<unknown> =>
    (await client.delete(`${path}/demo_idp`, bearer)).body['error']
  expect(await unbind()).toBe('failed_precondition')
  const verification_token = await client.proveContact({ email })
  const contact = { email, sudo_token: '', verification_token }
  expect((await client.patch('/auth/v1/user/contact', bearer, contact)).status).toBe(200)
  expect(await unbind()).toBeUndefined()
})

test('sandbox identities: a user with only an identity needs no sudo token', async () => {
  const client = await start()
  const { body } = await client.withProvider(await client.providerToken())
  const bearer = String(body['access_token'])
  expect((await client.sudo(bearer, {})).body['sudo_token']).toBe('')
  const change = { new_password: 'first', sudo_token: '' }
  expect((await client.patch('/auth/v1/user/password', bearer, change)).status).toBe(200)
  const again = await client.patch('/auth/v1/user/password', bearer, change)
  expect(again.body['error']).toBe('permission_denied')
})

test('sandbox identities: a guest cannot bind or unbind an identity', async () => {
  const client = await start()
  const guest = String((await client.guest()).body['access_token'])
  const bound = await bind(client, guest, await client.providerToken())
  expect(bound.body['error']).toBe('permission_denied')
  const unbound = await client.delete(`${path}/demo_idp`, guest)
  expect(unbound.body['error']).toBe('permission_denied')
})
