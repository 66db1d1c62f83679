import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'
import { type Client, device, redirect_uri, start } from './client.ts'

/** Sends a request under any host name. Returns status and body. */
const sendTo = (
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const options = { host: hostname, port, path, method: 'POST', headers }
    const sent = request(options, (response) => {
      let text = ''
      response.on('data', (part) => (text += String(part)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.once('error', reject)
    sent.end('{}')
  })

const guestPath = '/auth/v1/signin/anonymously?client_id=env-1'

/** Whether a page of the origin can read the answer. */
const isReadable = ({ ok, headers }: Response, origin: string): boolean =>
  ok && ['*', origin].includes(headers.get('access-control-allow-origin') ?? '')

test.each(['*', 'https://app.example', 'https://app.example:*'])(
  'sandbox control API: allowedOrigins %j opens no path of it to that origin',
  async (allowed) => {
    const client = await start({ allowedOrigins: [allowed] })
    const origin = 'https://app.example'
    for (const path of ['inbox', 'users', 'requests', 'config', 'clock', 'faults', '']) {
      for (const prefix of ['/__sandbox/', '/%5F%5Fsandbox/', '//__sandbox/']) {
        const response = await client.fetch('GET', prefix + path, { headers: { origin } })
        expect(isReadable(response, origin)).toBe(false)
      }
    }
    const preflight = await client.fetch('OPTIONS', '/__sandbox/config', { headers: { origin } })
    expect(preflight.status).toBe(403)
    const changed = await client.post(
      '/__sandbox/config',
      { maxSessions: 7 },
      { headers: { origin } },
    )
    expect(changed.status).toBe(403)
    expect(client.sandbox.config().maxSessions).toBe(1)
    const guest = await client.fetch('POST', '/auth/v1/signin/anonymously', {
      body: {},
      headers: { origin, 'x-device-id': device },
    })
    expect(isReadable(guest, origin)).toBe(true)
  },
)

test.each(['http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]:3000'])(
  'sandbox control API: a page on this machine at %s may use it, whatever allowedOrigins says',
  async (origin) => {
    const client = await start({ allowedOrigins: [] })
    const response = await client.fetch('GET', '/__sandbox/inbox', { headers: { origin } })
    expect(isReadable(response, origin)).toBe(true)
  },
)

test.each([
  'null',
  'https://servicewechat.com',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://2130706433.evil.example',
  'nonsense',
])('sandbox control API: the origin %s is refused', async (origin) => {
  const client = await start({ allowedOrigins: ['*'] })
  const response = await client.fetch('GET', '/__sandbox/inbox', { headers: { origin } })
  expect(response.status).toBe(403)
})

test('sandbox control API: a page of another site cannot embed an answer, but a link opens it', async () => {
  const client = await start()
  const get = (headers: Record<string, string>) =>
    client.fetch('GET', '/__sandbox/inbox', { headers })
  const crossSite = { 'sec-fetch-site': 'cross-site' }
  // Node's own fetch sets `sec-fetch-mode`, so these go through the sandbox in process.
  const { sandbox, url } = client
  const inProcess = (headers: Record<string, string>) =>
    sandbox.fetch(`${url}/__sandbox/inbox`, { headers })
  expect((await inProcess({ ...crossSite, 'sec-fetch-mode': 'no-cors' })).status).toBe(403)
  expect((await inProcess({ ...crossSite, 'sec-fetch-mode': 'navigate' })).status).toBe(200)
  expect((await get({})).status).toBe(200)
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain; application/json',
  'application/jsonp',
])('sandbox control API: a POST of type %s is refused', async (type) => {
  const client = await start()
  const headers = { 'content-type': type }
  for (const path of ['config', 'users', 'reset', 'faults', 'clock', 'consent', 'tickets']) {
    const { status } = await client.post(`/__sandbox/${path}`, { maxSessions: 7 }, { headers })
    expect(status).toBe(415)
  }
  expect(client.sandbox.config().maxSessions).toBe(1)
})

test.each(['/auth/v1/signin/anonymously', '/auth/idp/demo_idp', '/__sandbox/config', '/', '/web'])(
  'sandbox host: %s answers under no foreign host name',
  async (path) => {
    const { url, sandbox } = await start({ allowedOrigins: ['*'] })
    const { port } = new URL(url)
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ]) {
      const headers = { host, origin: `http://${host}`, 'content-type': 'application/json' }
      expect((await sendTo(url, `${path}?client_id=env-1`, headers)).status).toBe(421)
    }
    expect(sandbox.users()).toEqual([])
    expect(sandbox.requests()).toEqual([])
  },
)

test.each(['localhost', '127.0.0.1', '[::1]'])(
  'sandbox host: a guest signs in under the host name %s',
  async (name) => {
    const { url } = await start()
    const host = `${name}:${new URL(url).port}`
    expect((await sendTo(url, guestPath, { host })).status).toBe(200)
  },
)

test('sandbox host: a server for other machines answers to its addresses and given names', async () => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen({ host: '0.0.0.0', names: ['sandbox.internal'] })
  onTestFinished(close)
  const at = url.replace('0.0.0.0', '127.0.0.1')
  const statusFor = async (host: string) => (await sendTo(at, guestPath, { host })).status
  expect(await statusFor('192.168.0.7:8787')).toBe(200)
  expect(await statusFor('sandbox.internal')).toBe(200)
  expect(await statusFor('evil.example')).toBe(421)
})

const nested = (levels: number, open = '[', shut = ']'): string =>
  open.repeat(levels) + shut.repeat(levels)

test.each([
  ['POST', '/auth/v1/signin', `{"username":${nested(9000)}}`],
  ['POST', '/auth/v1/verification', nested(20_000)],
  [
    'POST',
    '/auth/v1/provider/token',
    `{"provider_params":${nested(9000, '{"a":', '}')}}`.replace('}}', '1}}'),
  ],
  ['POST', '/__sandbox/faults', `[{"method":"GET","path":"/x","body":${nested(9000)}}]`],
  ['POST', '/__sandbox/config', `{"providers":${nested(9000)}}`],
  ['POST', '/__sandbox/users', `{"identities":${nested(9000)}}`],
  ['POST', '/__sandbox/users', nested(101)],
])('sandbox JSON: %s %s with thousands of levels is a bad request', async (method, path, body) => {
  const client = await start()
  const { status } = await client.send(method, path, { body })
  expect(status).toBe(400)
  expect((await client.get('/__sandbox/users')).status).toBe(200)
})

test('sandbox JSON: a fault with a nested body is accepted', async () => {
  const client = await start()
  const fault = { method: 'GET', path: '/x', body: JSON.parse(nested(50)) as unknown }
  expect((await client.post('/__sandbox/faults', [fault])).status).toBe(200)
})

test('sandbox pages: a provider page cannot be shown in a frame, and the captcha page can', async () => {
  const client = await start()
  const provider = await fetch(await client.providerUri())
  expect(provider.headers.get('x-frame-options')).toBe('DENY')
  expect(provider.headers.get('content-security-policy')).toContain(`frame-ancestors 'none'`)
  const malformed = await client.fetch('GET', '/auth/idp/none')
  expect(malformed.headers.get('content-security-policy')).toContain(`frame-ancestors 'none'`)
  const { body } = await client.post('/auth/v1/captcha/init', { redirect_uri, state: 's' })
  const captcha = await fetch(String(body['url']))
  expect(captcha.headers.get('x-frame-options')).toBeNull()
  expect(captcha.headers.get('content-security-policy')).not.toContain('frame-ancestors')
})

test('sandbox pages: a form of another origin consents to nothing, even if the origin may sign in', async () => {
  const client = await start({ allowedOrigins: ['*'] })
  const uri = await client.providerUri()
  const submit = (origin?: string) =>
    fetch(uri, {
      method: 'POST',
      redirect: 'manual',
      headers: origin === undefined ? {} : { origin },
      body: new URLSearchParams({ action: 'allow', account: 'alex' }),
    })
  expect((await submit('https://evil.example')).status).toBe(403)
  expect((await submit('null')).status).toBe(403)
  expect((await submit(client.url)).status).toBe(303)
  expect((await submit()).status).toBe(303)
})

/** Milliseconds of the fastest of some requests, which no other work has slowed down. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 60; round++) {
    const began = performance.now()
    await run()
    times.push(performance.now() - began)
  }
  return times.toSorted((a, b) => a - b)[5]!
}

test('sandbox cost: a request costs the same after thousands of guests, users and codes', async () => {
  const { sandbox, url } = await start({ resendSeconds: 0, sendsPerHour: null, maxSessions: 5 })
  const send = (path: string, body: object, deviceId = device) =>
    sandbox.fetch(`${url}${path}?client_id=env-1`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'x-device-id': deviceId },
    })
  const calls: Record<string, () => Promise<unknown>> = {
    lookup: () => sandbox.fetch(`${url}/auth/v1/checkIfUserExist?client_id=env-1&username=zz`),
    guest: () => send('/auth/v1/signin/anonymously', {}),
    wrong: () => send('/auth/v1/signin/with/provider', { provider_token: 'none' }),
  }
  const measure = async () => {
    const times = await Promise.all(
      Object.entries(calls).map(async ([name, run]) => [name, await fastest(run)] as const),
    )
    return Object.fromEntries(times) as Record<string, number>
  }
  await measure()
  const before = await measure()
  for (let n = 0; n < 3000; n++) {
    await send('/auth/v1/signin/anonymously', {}, `device-${String(n).padStart(25, '0')}`)
    if (n % 10 === 0) await sandbox.addUser({ username: `user-${n}`, email: `u${n}@example.com` })
  }
  const after = await measure()
  const slower = Object.keys(calls).filter(
    (name) => after[name]! / Math.max(before[name]!, 0.2) >= 3,
  )
  expect(slower).toEqual([])
})

test('sandbox cost: expired entries are purged while requests come in', async () => {
  const client = await start({ captchaSeconds: 60 })
  const picture = async () => String((await client.post('/auth/v1/captcha/data')).body['token'])
  const first = await picture()
  client.sandbox.advance(120)
  expect(client.sandbox.captchaAnswer(first)).toMatch(/^\w{4}$/)
  for (let n = 0; n < 5; n++) await picture()
  expect(client.sandbox.captchaAnswer(first)).toBeUndefined()
})

const signInAs = async (client: Client, username: string) =>
  (await client.signIn({ username, password: 'right password' })).body

test('sandbox users: a name is free again once its owner has another one or is gone', async () => {
  const client = await start()
  const { sandbox } = client
  await sandbox.addUser({ sub: 'one', username: 'ada', password: 'right password' })
  const bearer = String((await signInAs(client, 'ada'))['access_token'])
  await client.patch('/auth/v1/user/profile', bearer, { username: 'eve' })
  expect((await signInAs(client, 'ada'))['error']).toBe('not_found')
  expect((await signInAs(client, 'eve'))['sub']).toBe('one')
  await sandbox.addUser({ sub: 'two', username: 'ada', password: 'right password' })
  expect((await signInAs(client, 'ada'))['sub']).toBe('two')
  sandbox.removeUser('two')
  expect((await signInAs(client, 'ada'))['error']).toBe('not_found')
  sandbox.reset()
  expect((await signInAs(client, 'eve'))['error']).toBe('not_found')
})
