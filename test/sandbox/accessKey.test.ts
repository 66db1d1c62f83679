import { expect, test } from 'vitest'
import { phone, start } from './client.ts'

const bearer = 'publishable-key-1'

test('a publishable key does for a code, without a client id', async () => {
  const client = await start({ accessKeys: [bearer] })
  expect((await client.sendCode({ phone_number: phone }, { bearer })).status).toBe(200)
  const target = await client.sendCode({ phone_number: phone, target: 'CUR_USER' }, { bearer })
  expect(target.body['error']).toBe('unauthenticated')
})

test('it is nobody', async () => {
  const client = await start({ accessKeys: [bearer] })
  expect((await client.me(bearer)).body['error']).toBe('unauthenticated')
  const changed = await client.patch('/auth/v1/user/profile', bearer, { name: 'x' })
  expect(changed.body['error']).toBe('unauthenticated')
})

test('a session needs a client id all the same', async () => {
  const client = await start({ accessKeys: [bearer] })
  const enter = (query: Record<string, string>) =>
    client.post('/auth/v1/signin/anonymously', {}, { bearer, query })
  expect((await enter({})).body['error']).toBe('invalid_argument')
  expect((await enter({ client_id: 'env-1' })).status).toBe(200)
})

test('a key that is not set is a bad bearer', async () => {
  const client = await start()
  expect((await client.sendCode({ phone_number: phone }, { bearer })).status).toBe(401)
})
