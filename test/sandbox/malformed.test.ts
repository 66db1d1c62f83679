import fc from 'fast-check'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { start } from './client.ts'

const endpoints = [
  ['POST', '/auth/v1/verification'],
  ['POST', '/auth/v1/verification/verify'],
  ['POST', '/auth/v1/signin'],
  ['POST', '/auth/v1/signup'],
  ['POST', '/auth/v1/signin/anonymously'],
  ['POST', '/auth/v1/token'],
  ['POST', '/auth/v1/revoke'],
  ['POST', '/auth/v1/user/signout'],
  ['GET', '/auth/v1/user/me'],
  ['PATCH', '/auth/v1/user/profile'],
  ['DELETE', '/auth/v1/user/me'],
  ['DELETE', '/auth/v1/user/revoke/all'],
  ['POST', '/auth/v1/user/sudo'],
  ['PATCH', '/auth/v1/user/contact'],
  ['PATCH', '/auth/v1/user/password'],
  ['POST', '/auth/v1/reset'],
  ['GET', '/auth/v1/user/query'],
  ['GET', '/auth/v1/checkIfUserExist'],
  ['GET', '/auth/v1/checkUsername'],
  ['GET', '/auth/v1/provider/uri'],
  ['POST', '/auth/v1/provider/token'],
  ['PATCH', '/auth/v1/provider/token'],
  ['POST', '/auth/v1/signin/with/provider'],
  ['POST', '/auth/v2/signin/with/provider'],
  ['GET', '/auth/v1/user/provider'],
  ['POST', '/auth/v1/user/provider/bind'],
  ['DELETE', '/auth/v1/user/provider/demo_idp'],
  ['GET', '/auth/idp/demo_idp'],
  ['POST', '/auth/idp/demo_idp'],
  ['GET', '/auth/idp/%E0%A4%A'],
  ['GET', '/auth/idp/demo_idp/signout'],
  ['POST', '/auth/v1/signin/custom'],
  ['POST', '/auth/v1/user/basic/edit'],
  ['POST', '/auth/v2/signin/username'],
  ['POST', '/auth/v2/signin/publichkey'],
  ['POST', '/auth/v2/signin/verificationcode'],
  ['POST', '/auth/v2/token'],
  ['GET', '/auth/v2/user/me'],
  ['POST', '/auth/v1/captcha/data'],
  ['POST', '/auth/v1/captcha/data/verify'],
  ['POST', '/auth/v1/captcha/init'],
  ['GET', '/auth/v1/captcha/page'],
  ['POST', '/auth/v1/captcha/page'],
  ['POST', '/auth/v1/nowhere'],
  ['POST', '/__sandbox/users'],
  ['POST', '/__sandbox/consent'],
  ['POST', '/__sandbox/tickets'],
  ['POST', '/__sandbox/config'],
  ['POST', '/__sandbox/clock'],
] as const

const names = [
  'username',
  'password',
  'phone_number',
  'phone',
  'email',
  'target',
  'verification_id',
  'verification_code',
  'verification_token',
  'ticket',
  'uid',
  'expiresInSeconds',
  'params',
  'public_key_thumbprint',
  'encrypt_password',
  'encrypt_new_password',
  'nickname',
  'accessKeys',
  'twoFactor',
  'provider_id',
  'provider_token',
  'provider_code',
  'provider_access_token',
  'provider_params',
  'provider_redirect_uri',
  'identities',
  'providers',
  'sudo_token',
  'new_password',
  'old_password',
  'conflict_resolution',
  'id',
  'anonymous_token',
  'grant_type',
  'refresh_token',
  'token',
  'key',
  'redirect_uri',
  'state',
  'name',
  'gender',
  'groups',
  'status',
  'client_id',
  'maxSessions',
  'offsetSeconds',
  '__proto__',
  'constructor',
  'toString',
]

const text = fc.string({ unit: 'binary', maxLength: 40 })
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  text,
  fc.constantFrom(
    '+86 13800000000',
    'a@b.c',
    'bob',
    'demo_idp',
    'wx_mp',
    'wx-code-x',
    '',
    'x'.repeat(5000),
    1e308,
    null,
  ),
)
const object = fc.dictionary(fc.oneof(fc.constantFrom(...names), text), value)
const body = fc.oneof(
  text,
  object.map((each) => JSON.stringify(each)),
  fc.jsonValue().map((each) => JSON.stringify(each)),
  fc.constantFrom('{"__proto__":{"x":1}}', '[]', 'null', '1e999', '{"username":1e999}', '{'),
)
const header = fc.stringMatching(/^[\x21-\x7e]{0,60}$/)

/** Whether a response is a page, a success or an error with its documented body. */
async function isDocumented(response: Response): Promise<boolean> {
  if (response.headers.get('content-type')?.startsWith('text/html')) return true
  const body = (await response.json()) as { error?: unknown; error_description?: unknown }
  const isError = typeof body.error === 'string' && typeof body.error_description === 'string'
  return response.ok !== isError
}

type Kind = 'none' | 'guest' | 'registered'

/** Signs in a new user of the kind and returns the Authorization header. */
async function authorize(sandbox: Sandbox, kind: Kind): Promise<object> {
  if (kind === 'none') return {}
  const [path, sent] =
    kind === 'guest'
      ? ['anonymously', {}]
      : ['custom', { ticket: await sandbox.mintTicket('fuzz') }]
  const init = { method: 'POST', body: JSON.stringify(sent) }
  const url = `http://sandbox.test/auth/v1/signin/${path}?client_id=env-1`
  const { access_token } = (await (await sandbox.fetch(url, init)).json()) as Record<string, string>
  return { authorization: `Bearer ${access_token}` }
}

test('sandbox malformed requests: no request is answered with status 500 or an undocumented body', async () => {
  const sandbox = createSandbox()
  await sandbox.addUser({ username: 'bob', email: 'a@b.c', phone_number: '+86 13800000000' })
  const query = fc.dictionary(fc.constantFrom('client_id', 'captcha_token', ...names), text)
  // Signing in costs more than all else in a run.
  const sessions: Partial<Record<Kind, object>> = {}
  const run = fc.asyncProperty(
    fc.constantFrom(...endpoints),
    body,
    query,
    fc.record({ authorization: header, 'x-device-id': header }, { requiredKeys: [] }),
    fc.constantFrom<Kind>('none', 'guest', 'registered'),
    async ([method, path], sent, parameters, given, kind) => {
      const session = (sessions[kind] ??= await authorize(sandbox, kind))
      const headers = { ...given, ...session }
      const url = `http://sandbox.test${path}?${new URLSearchParams(parameters)}`
      const content = method === 'GET' ? {} : { body: sent }
      const response = await sandbox.fetch(url, { method, headers, ...content })
      // The request may have ended the session.
      if (response.ok || response.status === 401) delete sessions[kind]
      expect(response.status).not.toBe(500)
      expect(await isDocumented(response)).toBe(true)
    },
  )
  await fc.assert(run, { numRuns: 1500 })
  expect(Object.prototype).not.toHaveProperty('x')
  // 1,500 requests take 2 s on an idle machine, and several times as long on a busy one.
})

test.each(['[]', 'null', '"text"', '1', '{', 'nonsense', '\u0000'])(
  'sandbox malformed requests: the body %j is rejected',
  async (sent) => {
    const client = await start()
    const { status, body: answer } = await client.post('/auth/v1/signin', sent)
    expect(status).toBe(400)
    expect(answer).toMatchObject({ error: 'invalid_argument', error_code: 3 })
  },
)

test('sandbox malformed requests: a body is accepted with any content type', async () => {
  const client = await start({ resendSeconds: 0 })
  for (const type of ['text/plain;charset=UTF-8', 'application/json', 'image/png', '']) {
    const headers = { 'content-type': type }
    const sent = await client.sendCode({ email: 'a@b.c' }, { headers })
    expect(sent.status).toBe(200)
  }
})

test('sandbox malformed requests: a body of more than 64 kB is rejected with and without content-length', async () => {
  const client = await start()
  const announced = await client.post('/auth/v1/signin', { username: 'x'.repeat(65_536) })
  expect(announced.status).toBe(413)
  expect(announced.body).toMatchObject({ error: 'invalid_argument', error_code: 3 })
  const stream = new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < 3; sent++) controller.enqueue(new Uint8Array(30_000).fill(32))
      controller.close()
    },
  })
  const init = { method: 'POST', body: stream, duplex: 'half' } as const
  const chunked = await fetch(`${client.url}/auth/v1/signin?client_id=x`, init)
  expect(chunked.status).toBe(413)
  expect((await client.guest()).status).toBe(200)
})

test('sandbox malformed requests: an unknown endpoint or method answers unimplemented', async () => {
  const client = await start()
  for (const [method, path] of [
    ['POST', '/auth/v1/nowhere'],
    ['GET', '/auth/v1/signin'],
    ['GET', '/'],
  ] as const) {
    const { status, body: answer } = await client.send(method, path)
    expect(status).toBe(501)
    expect(answer).toMatchObject({ error: 'unimplemented', error_code: 12 })
  }
})

test('sandbox malformed requests: bytes that are not HTTP do not stop the server', async () => {
  const client = await start()
  const socket = connect(Number(new URL(client.url).port), '127.0.0.1')
  socket.write('nonsense\r\n\r\n')
  await new Promise((resolve) => socket.on('close', resolve).resume())
  expect((await client.guest()).status).toBe(200)
})
