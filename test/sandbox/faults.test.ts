import { expect, test } from 'vitest'
import { type Client, email, start } from './client.ts'

const path = '/auth/v1/verification'

const plan = (client: Client, ...faults: object[]) => client.post('/__sandbox/faults', faults)

test('sandbox faults: a fault replaces the response as many times as planned', async () => {
  const client = await start()
  const body = { error: 'unavailable', error_code: 14 }
  const headers = { 'Retry-After': '3' }
  await plan(client, { method: 'POST', path, times: 2, status: 503, body, headers })
  for (let times = 0; times < 2; times++) {
    const answer = await client.sendCode()
    expect([answer.status, answer.body]).toEqual([503, body])
    expect(answer.headers.get('retry-after')).toBe('3')
  }
  expect(client.sandbox.inbox()).toEqual([])
  expect((await client.sendCode()).status).toBe(200)
})

test('sandbox faults: a fault with acts handles the request and replaces the response', async () => {
  const client = await start()
  await plan(client, { method: 'POST', path, status: 504, body: 'Gateway Timeout', acts: true })
  const response = await client.fetch('POST', path, { body: { email, target: 'ANY' } })
  expect([response.status, await response.text()]).toEqual([504, 'Gateway Timeout'])
  expect(client.sandbox.inbox()).toHaveLength(1)
})

test('sandbox faults: a body that is a text is sent unchanged', async () => {
  const client = await start()
  await plan(client, { method: 'POST', path, status: 502, body: '<html>Bad Gateway</html>' })
  const response = await client.fetch('POST', path, { body: {} })
  expect([response.status, await response.text()]).toEqual([502, '<html>Bad Gateway</html>'])
})

test('sandbox faults: a fault applies to its method and path, and a star matches a prefix', async () => {
  const client = await start({ resendSeconds: 0 })
  await plan(client, { method: 'POST', path: '/auth/v1/captcha/*', status: 500, body: {} })
  expect((await client.sendCode()).status).toBe(200)
  expect((await client.post('/auth/v1/captcha/data')).status).toBe(500)
  await plan(client, { method: '*', path: '/auth/v1/user/me', status: 500, body: {} })
  expect((await client.sendCode()).status).toBe(200)
  expect((await client.get('/auth/v1/user/me')).status).toBe(500)
})

test('sandbox faults: drop before breaks the connection and handles nothing', async () => {
  const client = await start()
  await plan(client, { method: 'POST', path, drop: 'before' })
  await expect(client.sendCode()).rejects.toThrow(TypeError)
  expect(client.sandbox.inbox()).toEqual([])
  expect(client.sandbox.requests().at(-1)).not.toHaveProperty('status')
  expect((await client.sendCode()).status).toBe(200)
})

test('sandbox faults: drop after handles the request and breaks the connection', async () => {
  const client = await start()
  await plan(client, { method: 'POST', path, drop: 'after' })
  await expect(client.sendCode()).rejects.toThrow(TypeError)
  expect(client.sandbox.inbox()).toHaveLength(1)
})

test('sandbox faults: a broken connection rejects the in-process fetch with a TypeError', async () => {
  const { sandbox, url } = await start()
  const send = () =>
    sandbox.fetch(`${url}${path}?client_id=x`, { method: 'POST', body: JSON.stringify({ email }) })
  for (const drop of ['before', 'after'] as const) {
    sandbox.faults([{ method: 'POST', path, drop }])
    await expect(send()).rejects.toThrow(TypeError)
  }
  expect(sandbox.inbox()).toHaveLength(1)
})

test('sandbox faults: every connection serves one request, so that browsers repeat none', async () => {
  const client = await start()
  expect((await client.sendCode()).headers.get('connection')).toBe('close')
})

test('sandbox faults: a delay does not change the response', async () => {
  const client = await start()
  await plan(client, { method: 'POST', path, delayMs: 20 })
  expect((await client.sendCode()).status).toBe(200)
})

test('sandbox faults: an abort signal cancels the in-process fetch', async () => {
  const { sandbox, url } = await start()
  sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', delayMs: 60_000 }])
  const waiting = sandbox.fetch(`${url}/auth/v1/user/me`, { signal: AbortSignal.timeout(1) })
  await expect(waiting).rejects.toThrow('timeout')
})

test('sandbox faults: faults are listed with their remaining times and replaced as a whole', async () => {
  const client = await start()
  const fault = { method: 'post', path, times: 3, status: 500 }
  expect((await plan(client, fault)).body).toEqual([{ ...fault, method: 'POST' }])
  await client.fetch('POST', path, { body: {} })
  expect(client.sandbox.faults()).toEqual([{ ...fault, method: 'POST', times: 2 }])
  expect(client.sandbox.faults([])).toEqual([])
})

test.each([
  {},
  null,
  { method: 'POST' },
  { method: 'POST', path, times: 0 },
  { method: 'POST', path, status: 99 },
  { method: 'POST', path, drop: 'always' },
  { method: 'POST', path, delayMs: -1 },
  { method: 'POST', path, headers: { 'bad name': 'x' } },
  { method: 'POST', path, dropp: 'before' },
  { method: 'POST', path, acts: 'yes' },
])('sandbox faults: the fault %j is rejected', async (fault) => {
  const client = await start()
  const { status, body } = await client.post('/__sandbox/faults', [fault])
  expect([status, body['error']]).toEqual([400, 'invalid_argument'])
})
