import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../services/error.ts'
import type { Call, HttpOptions } from '../../services/http/http.ts'
import { Secret } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { VERSION } from '../../services/version.ts'
import { anyText } from './arbitrary.ts'
import { answer, failure, type Handler, serve } from './server.ts'

const call: Call = { operation: 'signIn', method: 'POST', path: '/v1/signin', body: {} }
const secret = (text: string) => new Secret(text)

/** Hangs up instead of answering. */
const cut: Handler = (_, response) => response.destroy()

/** What one call to a server that answers so fails with. */
const failureOf = async (handler: Handler, more: Partial<Call & HttpOptions> = {}) => {
  const server = await serve(handler)
  return failure(server.http(more)({ ...call, ...more }))
}

describe('http: requests', () => {
  test.each(['GET', 'POST', 'PATCH', 'DELETE'] as const)(
    'http: %s is sent to /auth and the path',
    async (method) => {
      const { http, last } = await serve()
      const body = method === 'GET' ? undefined : { name: 'Li Hua' }
      await http()({ operation: 'any', method, path: '/v1/user/me', body })
      expect(last()).toMatchObject({
        method,
        url: '/auth/v1/user/me?client_id=demo',
        body: body ? '{"name":"Li Hua"}' : '',
      })
      expect(last().headers['content-type']).toBe(body && 'application/json')
    },
  )

  test('http: secrets of the body are sent as text and undefined fields not at all', async () => {
    const { http, last } = await serve()
    const password = 'p"ä\\\u2028 '
    await http()({
      ...call,
      body: {
        username: 'lihua',
        password: secret(password),
        sudo_token: secret(''),
        name: undefined,
        provider_params: { code: secret('c'), list: [1, null] },
      },
    })
    expect(JSON.parse(last().body)).toEqual({
      username: 'lihua',
      password,
      sudo_token: '',
      provider_params: { code: 'c', list: [1, null] },
    })
  })

  test('http: secrets of the query are sent as text and undefined fields not at all', async () => {
    const { http, last } = await serve()
    const query = { sudo_token: secret('a+b/c=&d'), 'other_params[a]': 'ä b', none: undefined }
    await http()({ ...call, method: 'DELETE', body: undefined, query })
    expect(last().query).toEqual({
      sudo_token: 'a+b/c=&d',
      'other_params[a]': 'ä b',
      client_id: 'demo',
    })
  })

  test('http: the client id is sent only without an access token', async () => {
    const { http, last } = await serve()
    await http()({ ...call, accessToken: secret('token') })
    expect(last().url).toBe('/auth/v1/signin')
    expect(last().headers.authorization).toBe('Bearer token')

    await http({ clientId: 'a&b=c' })(call)
    expect(last().query).toEqual({ client_id: 'a&b=c' })
    expect(last().headers.authorization).toBeUndefined()
  })

  test('http: a captcha token is encoded in the query, with either credential', async () => {
    const { http, last } = await serve()
    await fc.assert(
      fc.asyncProperty(anyText({ minLength: 1 }), fc.boolean(), async (token, isUser) => {
        const accessToken = isUser ? secret('token') : undefined
        await http()({ ...call, accessToken, captchaToken: secret(token) })
        expect(last().query).toEqual({
          captcha_token: token,
          ...(!isUser && { client_id: 'demo' }),
        })
      }),
    )
    await http()({ ...call, captchaToken: secret('a b+c/d=&#?%') })
    expect(last().url).toMatch(
      /^\/auth\/v1\/signin\?captcha_token=a(\+|%20)b%2B[^ &#]+&client_id=demo$/,
    )
  })

  test('http: language, version and a fresh request id are sent', async () => {
    const { http, requests } = await serve()
    const send = http({ language: 'en-US' })
    for (let count = 0; count < 20; count++) await send(call)
    const headers = requests.map(({ headers }) => headers)
    for (const each of headers) {
      expect(each['accept-language']).toBe('en-US')
      expect(each['x-sdk-version']).toBe(`cloudbase-authflow/${VERSION}`)
      expect(each['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    }
    expect(new Set(headers.map((each) => each['x-request-id'])).size).toBe(20)
  })

  test('VERSION: it is the version of package.json', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8'))).toHaveProperty('version', VERSION)
  })

  test('http: a request is sent once, whatever the answer', async () => {
    const answers = [200, 408, 425, 429, 500, 502, 503, 504].map((status) =>
      answer(status, '<html>'),
    )
    for (const handler of [...answers, cut]) {
      const { http, requests } = await serve(handler)
      await failure(http()({ ...call, method: 'GET', body: undefined }))
      expect(requests).toHaveLength(1)
    }
  })

  test('http: the given fetch is used, else the global one at the time of the call', async () => {
    const { http, requests } = await serve(answer(200, { real: true }))
    const fetch = () => Promise.resolve(Response.json({ given: true }))
    expect(await http({ fetch })(call)).toEqual({ given: true })

    const send = http()
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ global: true })))
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(await send(call)).toEqual({ global: true })
    expect(requests).toEqual([])
  })
})

describe('the device id', () => {
  const idOf = (request: { headers: { [name: string]: unknown } }) => request.headers['x-device-id']

  test('device id: 32 hex digits are stored under the key of the official SDK', async () => {
    const { http, requests, last } = await serve()
    const store = memoryStore()
    await http({ store })(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(await store.get('device_id')).toBe(idOf(last()))

    await http({ store })(call)
    await http({ store: memoryStore() })(call)
    const [first, again, other] = requests.map(idOf)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test.each(['7f6c37ab16a34b35b48d29c2601db3ee', 'a'.repeat(16), 'Z-9_'.repeat(12)])(
    'device id: the stored %s is kept',
    async (id) => {
      const { http, last } = await serve()
      const store = memoryStore()
      await store.set('device_id', id)
      await http({ store })(call)
      expect(idOf(last())).toBe(id)
      expect(await store.get('device_id')).toBe(id)
    },
  )

  test.each([
    ['empty', ''],
    ['too short', 'a'.repeat(15)],
    ['too long', 'a'.repeat(49)],
    ['a header more', `${'a'.repeat(32)}\r\nx-evil: 1`],
    ['a line more', `${'a'.repeat(32)}\n`],
    ['no ASCII', '设'.repeat(20)],
    ['blank', ' '.repeat(32)],
  ])('device id: a stored one that is %s is replaced', async (_, id) => {
    const { http, last } = await serve()
    const store = memoryStore()
    await store.set('device_id', id)
    await http({ store })(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(await store.get('device_id')).toBe(idOf(last()))
  })

  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value)))
  const laterStore = (): Store => {
    const { get, set, remove } = memoryStore()
    return {
      get: async (key) => later(await get(key)),
      set: async (key, value) => later(await set(key, value)),
      remove: async (key) => later(await remove(key)),
    }
  }

  test.each([
    ['at once', memoryStore],
    ['later', laterStore],
  ])('device id: concurrent calls share one, with a store that answers %s', async (_, create) => {
    const { http, requests } = await serve()
    const store = create()
    const send = http({ store })
    await Promise.all([send(call), send(call), send(call)])
    expect(requests).toHaveLength(3)
    expect(new Set(requests.map(idOf))).toEqual(new Set([await store.get('device_id')]))
  })

  const blocked = (): never => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  const broken = () => Promise.reject(new Error('no database'))

  test.each<[string, Partial<Store>]>([
    ['throws', { get: blocked, set: blocked }],
    ['rejects', { get: broken, set: broken }],
    ['can be read only', { set: blocked }],
    ['can be read only, as it says later', { set: broken }],
    ['can be written only', { get: broken }],
  ])('device id: calls share one with a store that %s', async (_, store) => {
    const { http, requests } = await serve()
    const send = http({ store: { ...memoryStore(), ...store } })
    await Promise.all([send(call), send(call)])
    await send(call)
    expect(requests.map(idOf)).toEqual(Array(3).fill(idOf(requests[0]!)))
    expect(idOf(requests[0]!)).toMatch(/^[0-9a-f]{32}$/)
  })

  test('device id: no secure context is required', async () => {
    const { http, last } = await serve()
    const getRandomValues = crypto.getRandomValues.bind(crypto)
    vi.stubGlobal('crypto', { getRandomValues })
    onTestFinished(() => void vi.unstubAllGlobals())
    await http()(call)
    expect(idOf(last())).toMatch(/^[0-9a-f]{32}$/)
    expect(last().headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('http: answers', () => {
  test.each([
    ['an object', answer(200, { sub: 'u' }), { sub: 'u' }],
    ['201', answer(201, { sub: 'u' }), { sub: 'u' }],
    ['204', answer(204), {}],
    ['no body', answer(200, ''), {}],
    ['no content type', answer(200, { sub: 'u' }, { 'content-type': '' }), { sub: 'u' }],
    ['text/plain', answer(200, { sub: 'u' }, { 'content-type': 'text/plain' }), { sub: 'u' }],
    ['text/html', answer(200, { sub: 'u' }, { 'content-type': 'text/html' }), { sub: 'u' }],
    ['image/png', answer(200, { sub: 'u' }, { 'content-type': 'image/png' }), { sub: 'u' }],
    ['space around it', answer(200, '\r\n {"sub":"u"}\n'), { sub: 'u' }],
    ['a byte order mark', answer(200, '\ufeff{"sub":"u"}'), { sub: 'u' }],
    ['other letters', answer(200, { name: '李华 \u2028 😀' }), { name: '李华 \u2028 😀' }],
    [
      'compressed',
      answer(200, gzipSync('{"sub":"u"}'), { 'content-encoding': 'gzip' }),
      { sub: 'u' },
    ],
    ['large', answer(200, { data: 'x'.repeat(1_000_000) }), { data: 'x'.repeat(1_000_000) }],
    ['no error to speak of', answer(200, { error: '', code: 0 }), { error: '', code: 0 }],
    ['nothing for an error', answer(200, { error: null }), { error: null }],
  ])('http: an answer with %s is read', async (_, handler, expected) => {
    const { http } = await serve(handler)
    expect(await http()(call)).toEqual(expected)
  })
})

describe('http: cleaning up', () => {
  /** A signal that counts its listeners. */
  const countedSignal = () => {
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const counted = Object.assign(signal, {
      addEventListener: (_: string, listener: unknown) => void listeners.add(listener),
      removeEventListener: (_: string, listener: unknown) => void listeners.delete(listener),
    })
    return { signal: counted, listeners }
  }

  test.each<[string, HttpOptions['fetch'], number]>([
    ['succeeds', async () => Response.json({ sub: 'u' }), 12_345],
    ['fails', () => Promise.reject(new TypeError('Failed to fetch')), 12_345],
    ['is given up', () => new Promise<never>(() => {}), 12],
  ])('http: no timer and no listener is left when a call %s', async (_, fetch, timeout) => {
    const { http } = await serve()
    const start = vi.spyOn(globalThis, 'setTimeout')
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    onTestFinished(() => void vi.restoreAllMocks())
    const { signal, listeners } = countedSignal()
    const settled = http({ fetch, timeout })({ ...call, signal }).catch(() => undefined)
    expect(listeners.size).toBe(1)
    await settled
    expect(listeners.size).toBe(0)
    const timers = start.mock.results.filter((_, at) => start.mock.calls[at]![1] === timeout)
    expect(timers).toHaveLength(1)
    expect(clear).toHaveBeenCalledWith(timers[0]!.value)
  })

  test('http: neither AbortSignal.any nor AbortSignal.timeout is required', async () => {
    const { http } = await serve(answer(200, { sub: 'u' }))
    vi.stubGlobal('AbortSignal', { any: undefined, timeout: undefined })
    onTestFinished(() => void vi.unstubAllGlobals())
    const { signal } = new AbortController()
    expect(await http()({ ...call, signal })).toEqual({ sub: 'u' })
  })
})

test('http: an endless answer is given up after a few MiB', async () => {
  let sent = 0
  const chunk = Buffer.alloc(1 << 16, 'a')
  const endless: Handler = (_, response) => {
    const write = () => {
      while (!response.destroyed && sent < 1e8) {
        sent += chunk.length
        if (!response.write(chunk)) return void response.once('drain', write)
      }
    }
    response.writeHead(200)
    write()
  }
  expect(await failureOf(endless)).toMatchObject({ code: 'invalid_response', status: 200 })
  expect(sent).toBeLessThan(16e6)
})

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
      // The official client never looks at the status.
      [200, 'captcha_invalid'],
      // Codes nobody has heard of yet.
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
      const description = `cannot reach ${new URL(origin).host}: no server listens there (ECONNREFUSED)`
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
        'no connection, or CORS or mixed content forbids the request (TypeError)',
      ],
      ['ENOTFOUND', named('ENOTFOUND'), 'its name does not resolve (DNS) (ENOTFOUND)'],
      ['ECONNRESET', named('ECONNRESET'), 'the connection was cut (ECONNRESET)'],
      [
        'a certificate',
        named('DEPTH_ZERO_SELF_SIGNED_CERT'),
        'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
      ],
      [
        'a domain the mini-program lacks',
        named('url-not-in-domain-list'),
        'the mini-program must list this domain (url-not-in-domain-list)',
      ],
      ['an unknown code', named('new_code'), 'new_code'],
      ['what a mini-program says', { errMsg: 'request:fail', errno: 600001 }, 'no reason given'],
      ['a text', 'offline', 'no reason given'],
      ['nothing', undefined, 'FetchError'],
    ])('unreachable: fetch rejects with %s', async (_, reason, cause) => {
      const fetch = () => Promise.reject(reason as Error)
      const error = await failureOf(answer(200), { fetch, origin: 'https://user:pass@a.example' })
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

    test('unreachable: fetch returns no response', async () => {
      const fetch = () => Promise.resolve(undefined as unknown as Response)
      expect((await failureOf(answer(200), { fetch })).code).toBe('unreachable')
    })

    test('unreachable: the origin is no URL', async () => {
      const error = await failureOf(answer(200), { origin: 'no origin' })
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

  describe('retryAfter', () => {
    const retryAfterOf = async (body: object, headers: Record<string, string> = {}) =>
      (await failureOf(answer(429, { error: 'resource_exhausted', ...body }, headers))).retryAfter

    test.each([
      [{ retry_after: 60 }, 60],
      [{ retryAfter: 60 }, 60],
      [{ retry_after: 0.5 }, 0.5],
      [{ retry_after: '60' }, 60],
      [{ retry_after: 0 }, undefined],
      [{ retry_after: -60 }, undefined],
      [{ retry_after: '-60' }, undefined],
      [{ retry_after: 'NaN' }, undefined],
      [{ retry_after: 'Infinity' }, undefined],
      [{ retry_after: 'soon' }, undefined],
      [{ retry_after: '' }, undefined],
      [{ retry_after: null }, undefined],
      [{ retry_after: {} }, undefined],
      [{}, undefined],
    ])('retryAfter: %j means %j seconds', async (body, seconds) => {
      expect(await retryAfterOf(body)).toBe(seconds)
    })

    test('retryAfter: a number beyond all numbers is ignored', async () => {
      const body = '{"error":"resource_exhausted","retry_after":1e999}'
      expect((await failureOf(answer(429, body))).retryAfter).toBeUndefined()
    })

    test.each([
      ['120', 120],
      ['0', undefined],
      ['-1', undefined],
      ['soon', undefined],
    ])('retryAfter: the header %s is read', async (header, seconds) => {
      expect(await retryAfterOf({}, { 'retry-after': header })).toBe(seconds)
    })

    describe('retryAfter as a date', () => {
      const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')

      /** As a clock here would say that is a year late. */
      const waitFor = async (headers: Record<string, string | undefined>) => {
        vi.useFakeTimers({ toFake: ['Date'], now: now - 365 * 86_400_000 })
        onTestFinished(() => void vi.useRealTimers())
        const handler: Handler = (_, response) => {
          response.sendDate = false
          for (const [name, value] of Object.entries(headers))
            if (value) response.setHeader(name, value)
          response.writeHead(429).end('{"error":"resource_exhausted"}')
        }
        return (await failureOf(handler)).retryAfter
      }

      const date = new Date(now).toUTCString()

      test.each([
        ['Sun, 06 Nov 1994 08:50:37 GMT', 60],
        ['Sunday, 06-Nov-94 08:50:37 GMT', 60],
        ['Sun Nov  6 08:50:37 1994', 60],
        ['Sun, 06 Nov 1994 08:50:37', 60],
        // In the past, now, beyond a day.
        ['Sun, 06 Nov 1994 08:49:36 GMT', undefined],
        [date, undefined],
        ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400],
        // None.
        ['Sun, 06 Nov 1994 08:50:37 PST', undefined],
        ['1994-11-06T08:50:37Z', undefined],
        ['1994-11-06', undefined],
        ['Sun, GMT', undefined],
        ['Tomorrow at 8', undefined],
        ['GMT', undefined],
        ['1', 1],
        ['1 GMT', undefined],
        ['Sun, 99 Nov 1994 99:99:99 GMT', undefined],
        ['x'.repeat(5000), undefined],
      ])('retryAfter: the date %s is read', async (header, seconds) => {
        expect(await waitFor({ date, 'retry-after': header })).toBe(seconds)
      })

      test.each([undefined, 'yesterday', '1994-11-06', '784111777'])(
        'retryAfter: the local clock is used when the Date of the answer is %j',
        async (date) => {
          const inAMinute = new Date(now - 365 * 86_400_000 + 60_000).toUTCString()
          expect(await waitFor({ date, 'retry-after': inAMinute })).toBe(60)
        },
      )
    })

    test.each([
      [{ retry_after: 1e9 }, {}],
      [{ retry_after: '100000' }, {}],
      [{}, { 'retry-after': '999999999' }],
    ])('retryAfter: %j %j is limited to a day', async (body, headers) => {
      expect(await retryAfterOf(body, headers as Record<string, string>)).toBe(86_400)
    })

    test.each([[{ retry_after: 'soon' }], [{ retry_after: true }], [{ retry_after: [60] }]])(
      'retryAfter: the invalid body %j does not hide the header',
      async (body) => {
        expect(await retryAfterOf(body, { 'retry-after': '7' })).toBe(7)
      },
    )

    test('retryAfter: the body wins over the header', async () => {
      expect(await retryAfterOf({ retry_after: 60 }, { 'retry-after': '120' })).toBe(60)
    })

    test('retryAfter: the header of a proxy is read', async () => {
      const handler = answer(503, '<html></html>', { 'retry-after': '7' })
      expect(await failureOf(handler)).toMatchObject({ code: 'unavailable', retryAfter: 7 })
    })
  })

  test('http error: requestId is the x-request-id of the request', async () => {
    const handlers = [answer(400, { error: 'internal' }), answer(502), () => undefined] as Handler[]
    for (const handler of handlers) {
      const { http, last } = await serve(handler)
      const error = await failure(http({ timeout: 100 })(call))
      expect(error.requestId).toBe(last().headers['x-request-id'])
    }
  })
})

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

  /** Everything a log, an inspector or a curious eye can get out of it. */
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
    ['an origin that is none', answer(200), { origin: 'no origin' }],
    ['an origin of nobody', answer(200), { origin: 'http://127.0.0.1:1' }],
    ['an origin of another kind', answer(200), { origin: 'gopher://127.0.0.1' }],
    ['an origin with a password', answer(200), { origin: 'http://a:b@127.0.0.1:1' }],
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
