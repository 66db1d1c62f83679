import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { HttpOptions } from '../../services/http/http.ts'
import { VERSION } from '../../services/version.ts'
import { anyText } from './arbitrary.ts'
import { answer, call, cut, failure, failureOf, type Handler, secret, serve } from './server.ts'

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
