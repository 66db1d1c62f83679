import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import type { Call, HttpOptions } from '../../services/http/http.ts'
import { answer, call, cut, failure, failureOf, type Handler, secret, serve } from './server.ts'

describe('http: secrets in errors', () => {
  const canaries = Object.fromEntries(
    ['username', 'password', 'nested', 'bearer', 'captcha', 'sudo'].map((name) => [
      name,
      `canary-${name}-7f3a`,
    ]),
  ) as Record<'username' | 'password' | 'nested' | 'bearer' | 'captcha' | 'sudo', string>

  const confidential: Call = {
    ...call,
    query: { sudo_token: secret(canaries.sudo) },
    body: {
      username: canaries.username,
      password: secret(canaries.password),
      provider_params: { code: secret(canaries.nested) },
    },
    accessToken: secret(canaries.bearer),
    captchaToken: secret(canaries.captcha),
  }

  /** Everything that a log, an inspector or a debugger can show of an error. */
  const printed = (error: AuthError) => {
    const seen: unknown[] = []
    for (let each: unknown = error; each instanceof Error; each = each.cause)
      seen.push(each.message, each.stack, Object.getOwnPropertyDescriptors(each))
    const options = { showHidden: true, depth: Infinity, getters: true, maxStringLength: Infinity }
    return inspect([error, JSON.stringify(error), seen], options)
  }

  const leaksOf = (error: AuthError) =>
    Object.values(canaries).filter((canary) => printed(error).includes(canary))

  test('leaksOf: a hidden property is seen', () => {
    const hidden = Object.defineProperty(new Error('x'), 'request', {
      get: () => ({ body: canaries.password }),
    })
    expect(leaksOf(new AuthError('unknown', { cause: hidden }))).toEqual([canaries.password])
  })

  const dropped: Handler = (_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{"sub":"u"')
    setImmediate(() => response.destroy())
  }
  test.each([
    'correct horse',
    '密码密码密码密码',
    '!!!!!!!!',
    'phone',
    'required',
    'mfa_phone_required',
    '_',
  ])('http error: the password %j hides no known code of the server', async (password) => {
    for (const code of [
      'mfa_phone_required',
      'invalid_username_or_password',
      'two_factor_required',
    ]) {
      const { http } = await serve(answer(400, { error: code }))
      const body = { username: 'gus', password: secret(password) }
      expect((await failure(http()({ ...call, body }))).code).toBe(code)
    }
  })

  test('http error: numbers and e-mail addresses of the server are masked', async () => {
    const error_description =
      'user zhang.san@example.com (+86 138-0013-8000, １３８００１３８０００) has 3 tries in 3600 s, id 4711815'
    const { http } = await serve(answer(400, { error: 'not_found', error_description }))
    expect((await failure(http()(call))).description).toBe(
      'user z•••@example.com (•••, •••) has 3 tries in 3600 s, id •••',
    )
  })

  test.each([
    'ticket must be <private key id>/@@/<jwt>',
    'a name must not begin with @ or contain @@',
    'send 3 codes in 3600 s @ most',
  ])('http error: the text %j of the server, without a contact, stays as it is', async (text) => {
    const { http } = await serve(answer(400, { error: 'not_found', error_description: text }))
    expect((await failure(http()(call))).description).toBe(text)
  })

  test.each<[string, Handler, Partial<Call & HttpOptions>?]>([
    ['an error of the server', answer(400, { error: 'invalid_password' })],
    ['a page', answer(502, '<html></html>')],
    ['half an answer', answer(200, '{"sub":')],
    ['a redirect', answer(307, '', { location: '/elsewhere' })],
    ['no HTTP', (_, { socket }) => void socket?.end('SSH-2.0-x\r\n\r\n')],
    ['no answer', () => undefined, { timeout: 50 }],
    ['a cut line', cut],
    ['a line cut late', dropped],
    ['a cancelled call', answer(200), { signal: AbortSignal.abort() }],
    ['an origin that is none', answer(200), { origin: () => 'no origin' }],
    ['an origin where no server listens', answer(200), { origin: () => 'http://127.0.0.1:1' }],
    ['an origin of another kind', answer(200), { origin: () => 'gopher://127.0.0.1' }],
    ['an origin with a password', answer(200), { origin: () => 'http://a:b@127.0.0.1:1' }],
    ['a bearer no header can hold', answer(200), { accessToken: secret(`${canaries.bearer}\n.`) }],
    ['a body no JSON can hold', answer(200), { body: { ...confidential.body, big: 1n } }],
  ])('http error: no secret is in the error after %s', async (_, handler, more = {}) => {
    const { http } = await serve(handler)
    expect(leaksOf(await failure(http(more)({ ...confidential, ...more })))).toEqual([])
  })

  test.each<[string, (url: string, init: RequestInit) => unknown]>([
    ['its own properties', (url, init) => Object.assign(new Error('failed'), { url, ...init })],
    ['its message', (url, init) => new TypeError(`${url} ${inspect(init)}`)],
    ['its cause', (url, init) => new TypeError('failed', { cause: { url, init } })],
    [
      'a cause below',
      (url, init) => new Error('a', { cause: new Error('b', { cause: [url, init] }) }),
    ],
    [
      'a hidden property',
      (_, init) => Object.defineProperty(new Error('x'), 'config', { value: init }),
    ],
    ['no Error', (url, init) => ({ errMsg: 'request:fail', url, data: init.body })],
    ['a text', (url) => url],
    ['its name and code', (url) => Object.assign(new Error('x'), { name: url, code: url })],
  ])(
    'http error: no secret is in the error when fetch fails with the request in %s',
    async (_, fail) => {
      const fetch = (url: unknown, init?: RequestInit) =>
        Promise.reject(fail(String(url), init!) as Error)
      const { http } = await serve()
      const error = await failure(http({ fetch })(confidential))
      expect(error.code).toBe('unreachable')
      expect(leaksOf(error)).toEqual([])
    },
  )

  describe('secrets that the server repeats', () => {
    const names = Object.keys(canaries).filter((name) => name !== 'username')
    const fields = ['error', 'code', 'error_description', 'message', 'retry_after'] as const
    const echoes = names.flatMap((name) =>
      fields.flatMap((field) => [200, 400, 401, 500].map((status) => ({ name, field, status }))),
    )

    test.each(echoes)(
      'http error: the secret $name in $field of a $status is dropped',
      async ({ name, field, status }) => {
        const canary = canaries[name as keyof typeof canaries]
        const said = { error: 'internal', [field]: canary }
        const { http } = await serve(answer(status, said))
        expect(leaksOf(await failure(http()(confidential)))).toEqual([])
      },
    )

    const odd = 'p"ä\\\u2028 +/=&%Q'
    test.each([
      ['in a sentence', `the password ${odd} is wrong`],
      ['in JSON', JSON.stringify({ password: odd })],
      ['in small letters', odd.toLowerCase()],
      ['in capital letters', odd.toUpperCase()],
      ['across the end of what is kept', 'x'.repeat(298) + odd],
    ])('http error: a description with a secret %s is dropped', async (_, error_description) => {
      const body = { password: secret(odd) }
      const error = await failureOf(answer(400, { error: 'internal', error_description }), { body })
      expect(error).toMatchObject({ code: 'internal', message: 'signIn: internal' })
      expect(error.description).toBeUndefined()
    })

    test('http error: a description with a secret in a URL is dropped', async () => {
      const echo: Handler = (request, response) => {
        const error_description = `100 % of ${request.url} %ff`
        answer(400, { error: 'internal', error_description })(request, response)
      }
      const error = await failureOf(echo, { captchaToken: secret('a+b/c==') })
      expect(error.description).toBeUndefined()
    })

    test('http error: a secret as the name or code of what fetch throws is dropped', async () => {
      for (const field of ['name', 'code']) {
        const reason = Object.assign(new Error('x'), { [field]: canaries.password })
        const fetch = () => Promise.reject(reason)
        const error = await failureOf(answer(200), { ...confidential, fetch })
        expect(leaksOf(error)).toEqual([])
        expect(error.code).toBe('unreachable')
      }
    })

    test('http error: a known code stays, whatever the password is', async () => {
      const handler = answer(400, { error: 'invalid_password', error_description: 'No such user' })
      const body = { password: secret('password') }
      expect(await failureOf(handler, { body })).toMatchObject({
        code: 'invalid_password',
        description: 'No such user',
      })
    })

    test('http error: an empty secret drops nothing', async () => {
      const handler = answer(400, { error: 'new.code', error_description: 'why' })
      const body = { sudo_token: secret('') }
      expect(await failureOf(handler, { body })).toMatchObject({
        code: 'new.code',
        description: 'why',
      })
    })
  })
})
