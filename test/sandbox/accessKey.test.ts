import { expect, test } from 'vitest'
import { phone, start } from './client.ts'

const bearer = 'publishable-key-1'

test('sandbox access keys: a publishable key may request a code without a client id', async () => {
  const client = await start({ accessKeys: [bearer] })
  expect((await client.sendCode({ phone_number: phone }, { bearer })).status).toBe(200)
  const target = await client.sendCode({ phone_number: phone, target: 'CUR_USER' }, { bearer })
  expect(target.body['error']).toBe('unauthenticated')
})

test('sandbox access keys: a publishable key identifies no user', async () => {
  const client = await start({ accessKeys: [bearer] })
  expect((await client.me(bearer)).body['error']).toBe('unauthenticated')
  const changed = await client.patch('/auth/v1/user/profile', bearer, { name: 'x' })
  expect(changed.body['error']).toBe('unauthenticated')
})

test('sandbox access keys: a sign-in with a publishable key requires a client id', async () => {
  const client = await start({ accessKeys: [bearer] })
  const signInAsGuest = (query: Record<string, string>) =>
    client.post('/auth/v1/signin/anonymously', {}, { bearer, query })
  expect((await signInAsGuest({})).body['error']).toBe('invalid_argument')
  expect((await signInAsGuest({ client_id: 'env-1' })).status).toBe(200)
})

test('sandbox access keys: an unknown key is rejected as a bearer', async () => {
  const client = await start()
  expect((await client.sendCode({ phone_number: phone }, { bearer })).status).toBe(401)
})
