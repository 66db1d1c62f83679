import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore } from '../../services/session/store.ts'
import { answer, call, cut, failure, failureOf, type Handler, secret, serve } from './server.ts'

describe('http: failures', () => {
  describe('codes of the server', () => {
    test.each([
      [400, 'invalid_argument'],
      [400, 'invalid_grant'],
      [400, 'captcha_required'],
      [401, 'unauthenticated'],
      [403, 'permission_denied'],
      [404, 'not_found'],
      [429, 'resource_exhausted'],
      [500, 'internal'],
      [503, 'unavailable'],
      // The official SDK ignores the status.
      [200, 'captcha_invalid'],
      // An unknown code.
      [400, 'new.code-2'],
    ])('http error: %d %s keeps the code of the server', async (status, code) => {
      const body = { error: code, error_code: 4001, error_description: 'why', details: [] }
      const error = await failureOf(answer(status, body))
      expect(error).toMatchObject({ code, status, description: 'why', operation: 'signIn' })
    })

    test.each([
      [403, { code: 'PERMISSION_DENIED', message: 'cors permission denied' }],
      [200, { code: 'INVALID_ENV', message: 'no such environment' }],
      [400, { error: '', code: 'INVALID_ENV', message: 'no such environment' }],
      [200, { error: null, code: 'INVALID_ENV', message: 'no such environment' }],
    ])('http error: %d %j keeps the code of the gateway', async (status, body) => {
      const { code, message: description } = body
      expect(await failureOf(answer(status, body))).toMatchObject({ code, status, description })
    })

    test('http error: a description is text of at most 300 characters', async () => {
      const long = await failureOf(
        answer(400, { error: 'internal', error_description: 'x'.repeat(5000) }),
      )
      expect(long.description).toBe('x'.repeat(300))
      for (const error_description of [1, true, {}, ['text']]) {
        const error = await failureOf(answer(400, { error: 'internal', error_description }))
        expect(error.description).toBeUndefined()
      }
    })
  })

  describe('codes for the HTTP status', () => {
    const bodies: [string, unknown][] = [
      ['HTML', '<!doctype html><title>Bad gateway</title>'],
      ['nothing', ''],
      ['truncated JSON', '{"error":"inval'],
      ['a list', [{ error: 'internal' }]],
      ['a number', 42],
      ['null', null],
      ['a text', JSON.stringify('internal')],
      ['true', true],
      ['10 MB', JSON.stringify({ error: 'internal', error_description: 'x'.repeat(10_000_000) })],
      ...[
        0,
        400,
        true,
        {},
        ['internal'],
        { code: 'internal' },
        'two words',
        'x'.repeat(65),
        '\n',
      ].map((error): [string, unknown] => [
        `error: ${JSON.stringify(error).slice(0, 20)}`,
        { error },
      ]),
      ['code: 400', { code: 400 }],
    ]
    const statuses: [number, string][] = [
      [400, 'unknown'],
      [403, 'permission_denied'],
      [404, 'unknown'],
      [429, 'resource_exhausted'],
      [500, 'unavailable'],
      [502, 'unavailable'],
      [503, 'unavailable'],
      [504, 'unavailable'],
    ]
    const cases = bodies.flatMap(([name, body]) =>
      statuses.map(([status, code]) => [status, name, code, body] as const),
    )
    test.each(cases)('http error: %d with %s is %s', async (status, _, code, body) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const error = await failureOf(answer(status, text))
      expect(error).toMatchObject({ code, status, operation: 'signIn' })
      expect(error.description).toBeUndefined()
    })

    test.each(
      bodies
        .filter(([name]) => name !== 'nothing' && name !== 'error: 0')
        .map(([name, body]) => [name, typeof body === 'string' ? body : JSON.stringify(body)]),
    )('http error: 200 with %s is invalid_response', async (_, text) => {
      expect(await failureOf(answer(200, text))).toMatchObject({
        code: 'invalid_response',
        status: 200,
      })
    })

    test('http error: 401 is unauthenticated only with an access token', async () => {
      // A proxy's sign-in page must not end a session whose refresh token it has never seen.
      const asUser = { accessToken: secret('token') }
      for (const body of ['', '<html>Sign in to the network</html>', '{}']) {
        expect((await failureOf(answer(401, body), asUser)).code).toBe('unauthenticated')
        expect((await failureOf(answer(401, body))).code).toBe('unknown')
      }
    })
  })

  describe('redirects', () => {
    test.each([301, 302, 303, 307, 308])(
      'http: the redirect %d is not followed',
      async (status) => {
        const other = await serve()
        const handler = answer(status, '', { location: `${other.origin}/auth/v1/signin` })
        const body = { username: 'lihua', password: secret('correct horse') }
        const error = await failureOf(handler, { body })
        expect(error).toMatchObject({ code: 'invalid_response', status })
        expect(other.requests).toEqual([])
      },
    )
  })

  describe('unreachable', () => {
    test('unreachable: no server listens', async () => {
      const { http, close, origin } = await serve()
      await close()
      const error = await failure(http()(call))
      const description = `cannot reach ${new URL(origin).host}: no server listens (ECONNREFUSED)`
      expect(error).toMatchObject({ code: 'unreachable', description })
      expect(error.status).toBeUndefined()
    })

    test.each<[string, Handler]>([
      ['before the answer', cut],
      [
        'in the middle of it',
        (_, response) => {
          response.writeHead(200, { 'content-length': 100 })
          response.write('{"sub":"u"')
          setImmediate(() => response.destroy())
        },
      ],
      ['with an answer that is no HTTP', (_, { socket }) => void socket?.end('SSH-2.0-x\r\n\r\n')],
      [
        'with an answer that cannot be unpacked',
        answer(200, 'not packed', { 'content-encoding': 'gzip' }),
      ],
    ])('unreachable: the connection ends %s', async (_, handler) => {
      const error = await failureOf(handler)
      expect(error).toMatchObject({ code: 'unreachable', operation: 'signIn' })
      expect(error.description).toMatch(/^cannot reach 127\.0\.0\.1:\d+: [\w ]+(\(\w+\))?$/)
    })

    const named = (code: string) => Object.assign(new Error('x'), { code })
    test.each([
      [
        'a TypeError',
        new TypeError('Failed to fetch'),
        'no connection, CORS or mixed content (TypeError)',
      ],
      ['ENOTFOUND', named('ENOTFOUND'), 'no such host (DNS) (ENOTFOUND)'],
      ['ECONNRESET', named('ECONNRESET'), 'ECONNRESET'],
      [
        'a certificate',
        named('DEPTH_ZERO_SELF_SIGNED_CERT'),
        'untrusted certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
      ],
      [
        'a domain the mini-program lacks',
        named('url-not-in-domain-list'),
        'no domain of the mini-program (url-not-in-domain-list)',
      ],
      ['an unknown code', named('new_code'), 'new_code'],
      ['what a mini-program says', { errMsg: 'request:fail', errno: 600001 }, 'no reason given'],
      ['a text', 'offline', 'no reason given'],
      ['nothing', undefined, 'FetchError'],
    ])('unreachable: fetch rejects with %s', async (_, reason, cause) => {
      const fetch = () => Promise.reject(reason as Error)
      const error = await failureOf(answer(200), {
        fetch,
        origin: () => 'https://user:pass@a.example',
      })
      expect(error.code).toBe('unreachable')
      expect(error.cause).toBeUndefined()
      expect(error.description).toBe(`cannot reach a.example: ${cause}`)
    })

    test('unreachable: the device is offline', async () => {
      vi.stubGlobal('navigator', { onLine: false })
      onTestFinished(() => void vi.unstubAllGlobals())
      const fetch = () => Promise.reject(new TypeError('Failed to fetch'))
      const { description } = await failureOf(answer(200), { fetch })
      expect(description).toMatch(/: the device is offline \(TypeError\)$/)
    })

    test('local: fetch returns no response', async () => {
      const fetch = () => Promise.resolve(undefined as unknown as Response)
      expect((await failureOf(answer(200), { fetch })).code).toBe('local')
    })

    test.each([
      'AbortSignal.any is not a function',
      "Cannot read properties of undefined (reading 'x')",
      "undefined is not an object (evaluating 'a.b')",
      'a.b is undefined',
      'can\'t access property "x", a is null',
      "Failed to execute 'fetch' on 'Window': Invalid name",
      'Illegal invocation',
    ])('local: the page fails with the TypeError %j', async (message) => {
      const fetch = () => Promise.reject(new TypeError(message))
      const error = await failureOf(answer(200), { fetch })
      expect(error).toMatchObject({ code: 'local', description: `TypeError: ${message}` })
    })

    test.each([
      'Failed to fetch',
      'NetworkError when attempting to fetch resource.',
      'Load failed',
      'The Internet connection appears to be offline.',
      '似乎已断开与互联网的连接。',
      'Could not connect to the server.',
      'cancelled',
      'network error',
      'fetch failed',
      'Origin null is not allowed by Access-Control-Allow-Origin.',
    ])('unreachable: a browser fails with the TypeError %j', async (message) => {
      const fetch = () => Promise.reject(new TypeError(message))
      expect((await failureOf(answer(200), { fetch })).code).toBe('unreachable')
    })

    test('local: an API that the browser lacks', async () => {
      const fetch = () => Promise.reject(new ReferenceError('TextDecoder is not defined'))
      expect((await failureOf(answer(200), { fetch })).code).toBe('local')
    })

    test('unreachable: the origin is no URL', async () => {
      const error = await failureOf(answer(200), { origin: () => 'no origin' })
      expect(error.code).toBe('unreachable')
      expect(error.description).toBe('the endpoint is no URL, like https://example.com')
    })
  })

  describe('deadline_exceeded', () => {
    const never: Handler = () => undefined
    const halfway: Handler = (_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"sub":')
    }

    test.each([
      ['no answer', never],
      ['half an answer', halfway],
    ])('deadline_exceeded: %s arrives in time', async (_, handler) => {
      const error = await failureOf(handler, { timeout: 50 })
      expect(error).toMatchObject({ code: 'deadline_exceeded', operation: 'signIn' })
      expect(error.status).toBeUndefined()
    })

    test('deadline_exceeded: fetch ignores its signal and never settles', async () => {
      const fetch = () => new Promise<never>(() => {})
      const error = await failureOf(never, { timeout: 50, fetch })
      expect(error).toMatchObject({ code: 'deadline_exceeded', operation: 'signIn' })
    })

    test('deadline_exceeded: the store of the device id never answers', async () => {
      const store = { ...memoryStore(), get: () => new Promise<never>(() => {}) }
      expect((await failureOf(never, { timeout: 50, store })).code).toBe('deadline_exceeded')
    })

    test.each([Infinity, 2 ** 31])('timeout: %d ms are not over at once', async (timeout) => {
      const { http } = await serve((_, response) => {
        setTimeout(() => response.end('{"sub":"u"}'), 20)
      })
      expect(await http({ timeout })(call)).toEqual({ sub: 'u' })
    })

    test('deadline_exceeded: a signal of the caller does not replace the timeout', async () => {
      const { signal } = new AbortController()
      expect((await failureOf(never, { timeout: 50, signal })).code).toBe('deadline_exceeded')
    })
  })

  describe('cancelled', () => {
    test('cancelled: a call with an aborted signal is not sent', async () => {
      const { http, requests } = await serve()
      const error = await failure(http()({ ...call, signal: AbortSignal.abort() }))
      expect(error).toMatchObject({ code: 'cancelled', operation: 'signIn' })
      expect(requests).toEqual([])
    })

    test.each<[string, Handler]>([
      ['while it waits', () => undefined],
      [
        'while it is answered',
        (_, response) => {
          response.writeHead(200, { 'content-length': 100 })
          response.write('{"sub":')
        },
      ],
    ])('cancelled: the caller aborts %s', async (_, handler) => {
      const abort = new AbortController()
      const server = await serve((request, response) => {
        handler(request, response)
        setImmediate(() => abort.abort(new Error('gone')))
      })
      const error = await failure(server.http()({ ...call, signal: abort.signal }))
      expect(error.code).toBe('cancelled')
      expect(error.cause).toBeUndefined()
    })

    test('cancelled: fetch ignores its signal and never settles', async () => {
      const abort = new AbortController()
      const fetch = () => (setImmediate(() => abort.abort()), new Promise<never>(() => {}))
      const { http } = await serve()
      expect((await failure(http({ fetch })({ ...call, signal: abort.signal }))).code).toBe(
        'cancelled',
      )
    })

    test('cancelled: an answered call cannot be cancelled', async () => {
      const abort = new AbortController()
      const { http } = await serve(answer(200, { sub: 'u' }))
      const settled = await http()({ ...call, signal: abort.signal })
      abort.abort()
      expect(settled).toEqual({ sub: 'u' })
    })
  })

  test('http error: requestId is the x-request-id of the request', async () => {
    for (const handler of [answer(400, { error: 'internal' }), answer(502)]) {
      const { http, last } = await serve(handler)
      const error = await failure(http()(call))
      expect(error.requestId).toBe(last().headers['x-request-id'])
    }
  })

  test('http error: requestId of a request without an answer is its x-request-id', async () => {
    const { http, last, requests } = await serve(() => undefined)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const failing = failure(http({ timeout: 1000 })(call))
    while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(1000)
    const { code, requestId } = await failing
    expect({ code, requestId }).toEqual({
      code: 'deadline_exceeded',
      requestId: last().headers['x-request-id'],
    })
  })
})
