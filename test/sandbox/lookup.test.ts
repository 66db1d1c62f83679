import { expect, test } from 'vitest'
import { email, phone, start } from './client.ts'

const path = '/auth/v1/user/query'

test('sandbox user lookup: a query combines ids, user name, e-mail address and phone number', async () => {
  const client = await start()
  const { access_token: bearer, sub } = await client.bob()
  const eve = await client.sandbox.addUser({
    username: 'eve',
    email,
    name: 'Eve',
    gender: 'FEMALE',
  })
  const ask = async (query: Record<string, string>) => {
    const { body } = await client.get(path, { bearer, query })
    const found = body['data'] as { sub: string }[]
    expect(body['total']).toBe(found.length)
    return found.map((each) => each.sub)
  }
  expect(await ask({ id: `${sub},${eve.sub},unknown` })).toEqual([sub, eve.sub])
  expect(await ask({ username: 'eve' })).toEqual([eve.sub])
  expect(await ask({ email: email.toUpperCase() })).toEqual([eve.sub])
  expect(await ask({ phone_number: phone })).toEqual([sub])
  expect(await ask({ id: sub, username: 'eve' })).toEqual([])
  const unused = { id: 'undefined', email: 'undefined', phone_number: 'undefined' }
  expect(await ask({ ...unused, username: 'eve' })).toEqual([eve.sub])
  const { body } = await client.get(path, { bearer, query: { username: 'eve' } })
  expect(body['data']).toEqual([{ sub: eve.sub, name: 'Eve', gender: 'FEMALE', email }])
})

test('sandbox user lookup: guests are not found and cannot query', async () => {
  const client = await start()
  const guest = (await client.guest()).body
  const { access_token: bearer } = await client.bob()
  const query = { id: String(guest['sub']) }
  expect((await client.get(path, { bearer, query })).body).toEqual({ total: 0, data: [] })
  const asking = await client.get(path, { bearer: String(guest['access_token']), query })
  expect(asking.body['error']).toBe('permission_denied')
})

test('sandbox user lookup: a query requires a criterion and accepts at most 50 ids', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const status = async (query: Record<string, string>) =>
    (await client.get(path, { bearer, query })).status
  expect(await status({ id: Array(50).fill('x').join(',') })).toBe(200)
  expect(await status({ id: Array(51).fill('x').join(',') })).toBe(400)
  expect(await status({})).toBe(400)
  expect(await status({ id: 'undefined' })).toBe(400)
  expect(await status({ phone_number: '13800000000' })).toBe(400)
  expect((await client.get(path, { query: { client_id: 'x', id: 'x' } })).status).toBe(401)
})

test('sandbox user lookup: checkIfUserExist reports whether a name is registered', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob', phone_number: phone, email })
  const ask = async (username: string) =>
    (await client.get('/auth/v1/checkIfUserExist', { query: { client_id: 'env-1', username } }))
      .body
  for (const username of ['bob', phone, email]) expect(await ask(username)).toEqual({ exist: true })
  expect(await ask('eve')).toEqual({ exist: false })
  expect((await ask(''))['error']).toBe('invalid_argument')
})

test('sandbox user lookup: checkUsername reports whether a user name is available', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob' })
  const ask = async (username: string) =>
    (await client.get('/auth/v1/checkUsername', { query: { client_id: 'env-1', username } })).body
  expect(await ask('eve')).toEqual({})
  expect((await ask('bob'))['error']).toBe('already_exists')
  expect((await ask('a@b'))['error']).toBe('invalid_argument')
})
