import { expect, test } from 'vitest'
import { type Client, device, start } from './client.ts'

const path = '/auth/v1/signin/anonymously'

const preflight = (client: Client, origin: string) =>
  client.fetch('OPTIONS', path, {
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,x-device-id,x-request-id,x-sdk-version',
    },
  })

test.each([
  'http://localhost',
  'http://localhost:5173',
  'http://127.0.0.1:8080',
  'https://localhost:443',
  'https://servicewechat.com',
])('sandbox CORS: the origin %s is allowed by default', async (origin) => {
  const client = await start()
  const { status, headers } = await preflight(client, origin)
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe(origin)
  expect(headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(headers.get('access-control-allow-methods')).toContain('DELETE')
  expect(headers.get('access-control-allow-headers')).toContain('x-sdk-version')
  const called = await client.post(path, {}, { headers: { origin, 'x-device-id': device } })
  expect(called.status).toBe(200)
  expect(called.headers.get('access-control-allow-origin')).toBe(origin)
  expect(called.headers.get('access-control-expose-headers')).toContain('retry-after')
  expect(called.headers.get('vary')).toContain('origin')
})

test.each([
  'https://evil.example',
  'http://localhost.evil.example',
  'http://localhost:80.evil.example',
  'http://127.0.0.1.evil.example',
  'http://servicewechat.com',
  'https://servicewechat.com:8443',
  'https://mp.servicewechat.com',
  'null',
])('sandbox CORS: the origin %s is rejected by default', async (origin) => {
  const client = await start()
  const refused = await client.post(path, {}, { headers: { origin } })
  expect(refused.status).toBe(403)
  expect(refused.body).toEqual({
    error: 'permission_denied',
    error_code: 7,
    error_description: `cors permission denied,please check if ${origin} in your client env-1 domains`,
  })
  expect(refused.headers.has('access-control-allow-origin')).toBe(false)
  const asked = await preflight(client, origin)
  expect(asked.status).toBe(403)
  expect(asked.headers.has('access-control-allow-origin')).toBe(false)
  expect(client.sandbox.users()).toEqual([])
})

test('sandbox CORS: allowedOrigins replaces the default origins', async () => {
  const client = await start({ allowedOrigins: ['https://app.example'] })
  expect((await preflight(client, 'https://app.example')).status).toBe(204)
  expect((await preflight(client, 'https://app.example:444')).status).toBe(403)
  expect((await preflight(client, 'http://localhost')).status).toBe(403)
  client.sandbox.config({ allowedOrigins: ['*'] })
  expect((await preflight(client, 'https://any.example')).status).toBe(204)
})

test("sandbox CORS: the server's own origin is always allowed", async () => {
  const client = await start({ allowedOrigins: [] })
  expect((await preflight(client, client.url)).status).toBe(204)
})

test('sandbox CORS: an error response is readable for an allowed origin', async () => {
  const client = await start()
  const headers = { origin: 'http://localhost:5173' }
  const { status, headers: answered } = await client.get('/auth/v1/user/me', { headers })
  expect(status).toBe(401)
  expect(answered.get('access-control-allow-origin')).toBe('http://localhost:5173')
})
