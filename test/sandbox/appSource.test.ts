import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { device, type Json, start, startTime } from './client.ts'

const appSign = 'my-app'
const appSources = { [appSign]: { appAccessKeyId: '1', appAccessKey: 'key of the app' } }
const path = '/auth/v1/signin/anonymously'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs as clients outside a browser do: a JWT of HS256 in the header. */
function toHeader(change: { key?: string; alg?: string; claims?: Json; head?: Json } = {}): string {
  const { key = 'key of the app', alg = 'HS256', claims, head } = change
  const payload = { data: {}, timestamp: startTime, appAccessKeyId: '1', appSign, ...claims }
  const token = `${encode({ alg, typ: 'JWT' })}.${encode(payload)}`
  const signature = createHmac('sha256', key).update(token).digest('base64url')
  const fields = { timestamp: startTime, appAccessKeyId: '1', appSign, ...head }
  const text = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
  return [...text, `sign=${token}.${signature}`].join(';')
}

const open = async () => {
  const client = await start({ appSources })
  const send = async (headers: Record<string, string>) =>
    (await client.post(path, {}, { headers: { 'x-device-id': device, ...headers } })).body
  return { client, send }
}

test('sandbox app sources: a request signed with the key of a registered app is accepted', async () => {
  const { send } = await open()
  expect(await send({ 'x-tcb-app-source': toHeader() })).toHaveProperty('access_token')
})

test('sandbox app sources: the name of an app may have any characters, encoded in the header', async () => {
  const { client, send } = await open()
  const name = '小程序 app'
  client.sandbox.config({ appSources: { [name]: appSources[appSign] } })
  const change = { claims: { appSign: name }, head: { appSign: encodeURIComponent(name) } }
  expect(await send({ 'x-tcb-app-source': toHeader(change) })).toHaveProperty('access_token')
})

test('sandbox app sources: a page needs no signature, and every other request does', async () => {
  const { client, send } = await open()
  expect(await send({ origin: 'http://localhost:5173' })).toHaveProperty('access_token')
  expect((await send({}))['error']).toBe('permission_denied')
  client.sandbox.config({ appSources: {} })
  expect(await send({})).toHaveProperty('access_token')
  expect(await send({ 'x-tcb-app-source': 'any' })).toHaveProperty('access_token')
})

test.each([
  ['another key', { key: 'other' }],
  ['another app', { claims: { appSign: 'other' }, head: { appSign: 'other' } }],
  [
    'an app that every object has',
    { claims: { appSign: 'constructor' }, head: { appSign: 'constructor' } },
  ],
  ['another version of the key', { head: { appAccessKeyId: '2' } }],
  ['no algorithm', { alg: 'none' }],
  ['a signature of another app', { claims: { appSign: 'other' } }],
  ['a signature of another time', { claims: { timestamp: startTime - 1 } }],
  [
    'an old signature',
    { claims: { timestamp: startTime - 301_000 }, head: { timestamp: startTime - 301_000 } },
  ],
  ['no time', { claims: { timestamp: 'x' }, head: { timestamp: 'x' } }],
])('sandbox app sources: a request with %s is refused', async (_, change) => {
  const { send, client } = await open()
  const headers = { 'x-tcb-app-source': toHeader(change) }
  expect((await send(headers))['error']).toBe('permission_denied')
  expect((await send({ ...headers, origin: 'http://localhost:5173' }))['error']).toBe(
    'permission_denied',
  )
  expect(client.sandbox.users()).toEqual([])
})

test.each(['nonsense', 'sign=a.b.c', '', ';;;===', `appSign=${appSign};appAccessKeyId=1;sign=..`])(
  'sandbox app sources: the header %j is refused',
  async (header) => {
    const { send } = await open()
    expect((await send({ 'x-tcb-app-source': header }))['error']).toBe('permission_denied')
  },
)

test('sandbox app sources: services check the signature as well', async () => {
  const { client, send } = await open()
  const { access_token } = await send({ 'x-tcb-app-source': toHeader() })
  const call = (headers: Record<string, string>) =>
    client.post('/v1/functions/none', {}, { bearer: String(access_token), headers })
  expect((await call({})).status).toBe(403)
  expect((await call({ 'x-tcb-app-source': toHeader() })).status).toBe(404)
})

test('sandbox sign-in: signing in anonymously can be disabled', async () => {
  const client = await start({ anonymousSignIn: 'off' })
  const { status, body } = await client.guest()
  expect([status, body['error'], body['error_code']]).toEqual([403, 'login_type_disabled', 4045])
  expect(client.sandbox.users()).toEqual([])
})
