import { constants, publicEncrypt } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Client, email, type Json, password, phone, start } from './client.ts'

const edit = (client: Client, bearer: string, body: Json) =>
  client.post('/auth/v1/user/basic/edit', body, { bearer })

test('sandbox user/basic/edit: profile fields are accepted under both of their names', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const renamed = { nickname: 'Robert', avatar_url: 'https://img.example/1', username: 'robert' }
  expect((await edit(client, bearer, { ...renamed, gender: 'MALE' })).body).toEqual({})
  expect((await client.me(bearer)).body).toMatchObject({
    name: 'Robert',
    picture: 'https://img.example/1',
    username: 'robert',
    gender: 'MALE',
  })
  await client.sandbox.addUser({ username: 'eve' })
  expect((await edit(client, bearer, { username: 'eve' })).body['error']).toBe('already_exists')
  expect((await edit(client, bearer, { gender: 'X' })).body['error']).toBe('invalid_argument')
})

test('sandbox user/basic/edit: a contact is changed only by the user who has verified it', async () => {
  const client = await start({ sendsBeforeCaptcha: 100, resendSeconds: 0 })
  const bob = await client.addAndSignIn({ username: 'bob' })
  const eve = await client.addAndSignIn({ username: 'eve' })
  const error = async (bearer: string, body: Json): Promise<unknown> =>
    (await edit(client, bearer, body)).body['error']
  await client.proveContact({ email })
  expect(await error(bob, { email })).toBe('failed_precondition')
  const { verification_id } = (await client.sendCode({ email }, { bearer: bob })).body
  expect(await error(bob, { email })).toBe('failed_precondition')
  await client.verify(verification_id, client.sandbox.inbox(email)[0]?.code)
  expect(await error(eve, { email })).toBe('failed_precondition')
  expect(await error(bob, { email, phone_number: phone })).toBe('invalid_argument')
  expect(await error(bob, { email })).toBeUndefined()
  expect((await client.me(bob)).body['email']).toBe(email)
  expect(await error(bob, { email })).toBe('failed_precondition')
})

test.each(['phone', 'phone_number'])(
  'sandbox user/basic/edit: a phone number is accepted as %s',
  async (field) => {
    const client = await start()
    const bob = await client.addAndSignIn({ username: 'bob' })
    const error = async (body: Json): Promise<unknown> =>
      (await edit(client, bob, body)).body['error']
    expect(await error({ [field]: '13800000000' })).toBe('invalid_argument')
    expect(await error({ [field]: [phone] })).toBe('invalid_argument')
    expect(await error({ [field]: phone })).toBe('failed_precondition')
    const sent = await client.sendCode({ phone_number: phone }, { bearer: bob })
    await client.verify(sent.body['verification_id'], client.sandbox.inbox(phone)[0]?.code)
    expect(await error({ [field]: phone, email })).toBe('invalid_argument')
    expect(await error({ [field]: phone })).toBeUndefined()
    expect((await client.me(bob)).body['phone_number']).toBe(phone)
  },
)

test("sandbox user/basic/edit: another user's contact and a guest's contact are rejected", async () => {
  const client = await start()
  const bob = await client.addAndSignIn({ username: 'bob' })
  await client.sandbox.addUser({ email })
  expect((await edit(client, bob, { email })).body['error']).toBe('failed_precondition')
  const guest = String((await client.guest()).body['access_token'])
  expect((await edit(client, guest, { phone_number: phone })).body['error']).toBe(
    'permission_denied',
  )
  expect((await edit(client, guest, { nickname: 'Guest' })).status).toBe(200)
})

test('sandbox user/basic/edit: the old password permits a new one when both are encrypted', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const { public_key, public_key_thumbprint } = (await client.post('/auth/v2/signin/publichkey'))
    .body
  const encrypt = (text: string): string => {
    const key = { key: String(public_key), padding: constants.RSA_PKCS1_PADDING }
    return publicEncrypt(key, Buffer.from(text)).toString('base64')
  }
  const change = (old: string, next: string) =>
    edit(client, bearer, {
      public_key_thumbprint,
      encrypt_password: encrypt(old),
      encrypt_new_password: encrypt(next),
    })
  expect((await change('wrong', 'new')).body['error']).toBe('invalid_password')
  expect((await change(password, 'new')).status).toBe(200)
  expect((await client.signIn({ username: 'bob', password: 'new' })).status).toBe(200)
})

test('sandbox user/basic/edit: the old password permits a new one when both are plain', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const change = (old: unknown) => edit(client, bearer, { password: old, new_password: 'new' })
  expect((await change('wrong')).body['error']).toBe('invalid_password')
  expect((await change(['wrong'])).body['error']).toBe('invalid_argument')
  expect((await change(undefined)).body['error']).toBe('permission_denied')
  expect((await change(password)).status).toBe(200)
  expect((await client.signIn({ username: 'bob', password: 'new' })).status).toBe(200)
})

test('sandbox user/basic/edit: a user with neither password nor contact sets a password without proof', async () => {
  const client = await start()
  const provider_token = await client.providerToken()
  const bearer = String((await client.withProvider(provider_token)).body['access_token'])
  expect((await edit(client, bearer, { username: 'alex' })).status).toBe(200)
  expect((await edit(client, bearer, { new_password: 'new' })).status).toBe(200)
  expect((await client.signIn({ username: 'alex', password: 'new' })).status).toBe(200)
})
