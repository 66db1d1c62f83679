import * as endpoints from '../../services/http/endpoints.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { provider } from '../../adapters/client/index.ts'
import { createAuth } from '../../adapters/client/createAuth.ts'
import { AbortControllerPolyfill } from '../../adapters/wechat/abort.ts'
import { HeadersPolyfill } from '../../adapters/wechat/headers.ts'
import {
  installGlobals,
  loginPage,
  wechat,
  type WechatOptions,
} from '../../adapters/wechat/index.ts'
import type { Wx } from '../../adapters/wechat/wx.ts'
import { signIn } from '../../machines/flows/signIn.ts'
import { type Config, createSandbox } from '../../sandbox/index.ts'
import { answer, failure, serve } from '../services/server.ts'
import { manualClock } from '../support/clock.ts'

/**
 * A stub of `wx` that forwards requests to a real server over HTTP. It supports the methods of
 * `wx.request` only, calls back asynchronously, and records the calls.
 */
function wxStub() {
  const stored = new Map<string, unknown>()
  const asked: { url: string; method: string; header: Record<string, string>; data?: string }[] = []
  const forwarded: { name: string; data: Record<string, unknown> }[] = []
  const opened: string[] = []
  const onShow = new Set<() => void>()
  const onNetwork = new Set<(status: { isConnected: boolean }) => void>()
  const later = (run: () => void) => void setTimeout(run)
  const methods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']
  const state = { aborted: 0, brokenStorage: false, silent: false }

  const storage =
    (run: (option: { key: string; data: unknown }) => object | undefined) =>
    (option: {
      key: string
      data?: unknown
      success(result: never): void
      fail(failure: { errMsg: string }): void
    }) =>
      later(() => {
        if (state.silent) return
        const result = state.brokenStorage ? undefined : run({ key: option.key, data: option.data })
        if (result) option.success(result as never)
        else option.fail({ errMsg: 'storage:fail data not found' })
      })

  const wx = {
    request({ url, method, header, data, dataType, redirect, success, fail }) {
      asked.push({ url, method, header, data })
      expect(methods).toContain(method)
      expect(dataType).not.toBe('json')
      const controller = new AbortController()
      fetch(url, { method, headers: header, body: data, redirect, signal: controller.signal })
        .then(async (response) => {
          // The URL goes to another callback, and the request ends.
          if (response.status < 400 && !response.ok)
            return fail({ errMsg: 'request:fail redirected' })
          const header = Object.fromEntries(
            [...response.headers].map(([name, value]) => [titled(name), value]),
          )
          success({ data: await response.text(), statusCode: response.status, header })
        })
        .catch(() => fail({ errMsg: 'request:fail' }))
      return {
        abort() {
          state.aborted++
          controller.abort()
        },
      }
    },
    getStorage: storage(({ key }) => (stored.has(key) ? { data: stored.get(key) } : undefined)),
    setStorage: storage(({ key, data }) => (stored.set(key, data), {})),
    removeStorage: storage(({ key }) => (stored.delete(key), {})),
    login: ({ success }) => later(() => success({ code: 'wx-code-anna' })),
    onAppShow: (listener) => void onShow.add(listener),
    offAppShow: (listener) => void onShow.delete(listener),
    onNetworkStatusChange: (listener) => void onNetwork.add(listener),
    offNetworkStatusChange: (listener) => void onNetwork.delete(listener),
    navigateTo: ({ url, success }) => later(() => (opened.push(url), success({}))),
    getRandomValues: ({ length, success }) =>
      later(() => {
        const randomValues = crypto.getRandomValues(new Uint8Array(length)).buffer
        success({ randomValues })
      }),
    getRendererUserAgent: ({ success }) => later(() => success('MicroMessenger')),
    cloud: {
      /** Forwards HTTP as the cloud function of the app does. */
      async callFunction({ name, data }) {
        const { url, method, headers, body } = data as RequestInit & { url: string }
        forwarded.push({ name, data: data as Record<string, unknown> })
        const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
        return { result: { body: await response.json() } }
      },
    },
  } satisfies Wx
  const listeners = () => onShow.size + onNetwork.size
  const show = () => onShow.forEach((listener) => listener())
  const connect = (isConnected: boolean) =>
    onNetwork.forEach((listener) => listener({ isConnected }))
  return { wx: wx as Wx, stored, asked, forwarded, opened, state, listeners, show, connect }
}

/** Waits for a condition, however busy the machine is. */
const until = (is: () => boolean) => vi.waitUntil(is)

const titled = (name: string) => name.replace(/(^|-)[a-z]/g, (text) => text.toUpperCase())

let stub: ReturnType<typeof wxStub>
const running = new Set<{ stop(): void }>()
beforeEach(() => {
  stub = wxStub()
  vi.stubGlobal('wx', stub.wx)
})
afterEach(() => {
  for (const auth of running) auth.stop()
  running.clear()
  vi.unstubAllGlobals()
})

async function startSandbox(config: Partial<Config> = {}) {
  const sandbox = createSandbox({ config: { resendSeconds: 0, ...config } })
  const clock = manualClock()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const open = ({ cloud = false } = {}) => {
    const { login: _login, navigate: _navigate, ...options } = wechat({ cloud })
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows: { signIn },
      clock,
      ...options,
    })
    auth.start()
    running.add(auth)
    return auth
  }
  return {
    sandbox,
    url,
    open,
    received: () =>
      sandbox.requests().map(({ method, path }) => `${method} ${path.replace('/auth', '')}`),
    /** Moves the time of client and server forward. */
    pass(seconds: number) {
      sandbox.advance(seconds)
      clock.advance(seconds * 1000)
    },
  }
}

const phone_number = '+86 13800000000'

test.each([{ cloud: false }, { cloud: true }])(
  'wechat: a user signs up by code, sets a name, resumes later and signs out: %o',
  async ({ cloud }) => {
    const { sandbox, open, received, pass } = await startSandbox()
    const first = open({ cloud })
    first.send({ type: 'flow.start', flow: 'signIn' })
    first.send({ type: 'contact.submit', phone_number })
    // The code that keeps a flow is loaded with the first one.
    await until(() => String(stub.stored.get('authflow_demo')).includes('askingCode'))
    first.stop()

    // WeChat has ended the mini-program while the user looked for the message.
    const second = open({ cloud })
    await until(() => second.get().step === 'askingCode')
    second.send({ type: 'code.submit', code: sandbox.inbox()[0]!.code })
    await until(() => second.get().step === 'askingProfile')
    second.send({ type: 'profile.submit', profile: { name: '小程序用户' } })
    await until(() => second.get().status === 'signedIn' && !second.get().flow)
    second.stop()

    pass(7200)
    const third = open({ cloud })
    await until(() => third.get().status === 'signedIn')
    expect(await third.call(endpoints.getUser)).toMatchObject({ name: '小程序用户', phone_number })
    third.send({ type: 'session.end' })
    await until(() => received().at(-1) === 'POST /v1/revoke')
    await until(() => !stub.stored.has('credentials_demo'))
    await until(() => !stub.stored.has('authflow_revoke_demo'))

    expect(received()).toEqual([
      'POST /v1/verification',
      'POST /v1/verification/verify',
      'POST /v1/signup',
      'PATCH /v1/user/profile',
      'POST /v1/token',
      'GET /v1/user/me',
      'POST /v1/revoke',
    ])
    expect([stub.asked.length, stub.forwarded.length]).toEqual(cloud ? [0, 7] : [7, 0])
  },
)

test.each([{ cloud: false }, { cloud: true }])(
  'wechat: a user signs in by the code of wx.login and is deleted by DELETE: %o',
  async ({ cloud }) => {
    const { sandbox, open, received } = await startSandbox()
    const auth = open({ cloud })
    const { provider_token } = await auth.call(endpoints.grantProviderToken, {
      provider_id: 'wx1234',
      provider_code: await wechat().login(),
      provider_params: { provider_code_type: 'open_id', appid: 'wx1234' },
    })
    await auth.call(endpoints.signInWithProvider, { provider_id: 'wx1234', provider_token })
    expect(sandbox.users()).toHaveLength(1)
    await auth.call(endpoints.deleteUser)
    expect(sandbox.users()).toEqual([])
    expect(received().at(-1)).toBe('DELETE /v1/user/me')
  },
)

describe('wechat: watch', () => {
  const signedIn = async () => {
    const { open, received, pass } = await startSandbox()
    const auth = open()
    await auth.call(endpoints.signInAnonymously)
    return { auth, received, pass }
  }
  const renewals = (received: () => string[]) =>
    received().filter((call) => call === 'POST /v1/token').length

  test.each([
    ['is shown', () => stub.show()],
    ['is online again', () => stub.connect(true)],
  ])('wechat: an expired token is refreshed when the mini-program %s', async (_, wake) => {
    const { auth, received, pass } = await signedIn()
    wake()
    pass(7200)
    stub.connect(false)
    expect(await auth.call(endpoints.isUsernameRegistered, { username: 'x' })).toEqual({
      exist: false,
    })
    expect(renewals(received)).toBe(0)
    wake()
    await until(() => renewals(received) === 1)
    await auth.getAccessToken()
    wake()
    expect(await auth.call(endpoints.isUsernameRegistered, { username: 'x' })).toEqual({
      exist: false,
    })
    expect(renewals(received)).toBe(1)
  })

  test('wechat: auth.stop removes the listeners, and auth.start adds them again', async () => {
    const { auth } = await signedIn()
    expect(stub.listeners()).toBe(2)
    auth.stop()
    expect(stub.listeners()).toBe(0)
    auth.start()
    expect(stub.listeners()).toBe(2)
    auth.stop()
    auth.stop()
    expect(stub.listeners()).toBe(0)
  })
})

describe('third-party sign-in', () => {
  const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }

  const begin = async (options: WechatOptions, more: object = {}) => {
    const { sandbox, url } = await startSandbox()
    const { login: _login, navigate: _navigate, ...place } = wechat(options)
    const auth = createAuth({ env: 'demo', endpoint: url, flows: { provider }, ...place })
    auth.start()
    running.add(auth)
    auth.send({ type: 'flow.start', flow: 'provider', input: { ...input, ...more } })
    return { sandbox, auth }
  }

  test('wechat: third-party sign-in opens the webview page and finishes with its response', async () => {
    const { sandbox, auth } = await begin({ webview: '/pages/web/index' })
    await until(() => stub.opened.length > 0)
    const [, page, query] = /^(.*)\?url=(.*)$/.exec(stub.opened[0]!)!
    expect(page).toBe('/pages/web/index')
    auth.send({ type: 'provider.return', url: `${input.redirect_uri}?code=x&state=foreign` })
    auth.send({
      type: 'provider.return',
      url: sandbox.consent(decodeURIComponent(query!), 'alex'),
    })
    await until(() => auth.get().status === 'signedIn')
  })

  test.each([
    ['without a webview page', {}, {}, 'failed_precondition'],
    ['in a popup', { webview: '/pages/web/index' }, { isPopup: true }, 'unimplemented'],
  ])('wechat: third-party sign-in %s fails', async (_, options, more, code) => {
    const { auth } = await begin(options, more)
    await until(() => auth.get().step === 'askingRetry')
    expect(auth.get().error).toMatchObject({ code, operation: 'openPopup' })
    expect(stub.opened).toEqual([])
  })
})

describe('fetch over wx.request', () => {
  test.each(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])(
    'requestFetch sends %s unchanged',
    async (method) => {
      const server = await serve()
      await wechat().fetch(server.origin, { method })
      expect(server.last().method).toBe(method)
      expect(stub.asked[0]!.header).not.toHaveProperty('x-http-method-override')
    },
  )

  test('requestFetch sends PATCH as POST with X-HTTP-Method-Override', async () => {
    const server = await serve()
    await wechat().fetch(`${server.origin}/a?b=c`, {
      method: 'PATCH',
      body: '{"d":1}',
      headers: new Headers({ 'Content-Type': 'application/json', 'X-One': '1' }),
    })
    const { method, url, body, headers } = server.last()
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/a?b=c', body: '{"d":1}' })
    expect(headers).toMatchObject({
      'x-http-method-override': 'PATCH',
      'content-type': 'application/json',
      'x-one': '1',
    })
  })

  test('requestFetch accepts headers in every form, and none', async () => {
    const server = await serve()
    const pairs: [string, string][] = [['X-One', '1']]
    for (const headers of [
      { 'X-One': '1' },
      pairs,
      new Headers(pairs),
      new HeadersPolyfill(pairs),
    ]) {
      await wechat().fetch(server.origin, { headers: headers as HeadersInit })
      expect(server.last().headers).toHaveProperty('x-one', '1')
    }
    await wechat().fetch(new URL(server.origin))
    expect(server.last()).toMatchObject({ method: 'GET', body: '' })
  })

  test('requestFetch returns status, case-insensitive headers, text and JSON', async () => {
    const server = await serve(answer(429, { error: 'x' }, { 'retry-after': '7' }))
    const response = await wechat().fetch(server.origin)
    expect(response).toMatchObject({ ok: false, status: 429 })
    expect(response.headers.get('retry-after')).toBe('7')
    expect(response.headers.get('Retry-After')).toBe('7')
    expect(response.headers.get('x-none')).toBeNull()
    expect(await response.clone().text()).toBe('{"error":"x"}')
    expect(await response.json()).toEqual({ error: 'x' })
  })

  test('requestFetch returns the text of an answer, also if it is not JSON or WeChat has parsed it', async () => {
    const server = await serve(answer(200, '<html>', { 'content-type': 'text/html' }))
    const response = await wechat().fetch(server.origin)
    expect(response.ok).toBe(true)
    expect(await response.text()).toBe('<html>')
    await expect(response.json()).rejects.toThrow(SyntaxError)

    stub.wx.request = ({ success }) => {
      success({ data: { a: 1 }, statusCode: 200, header: { 'Set-Cookie': ['a', 'b'] } })
      return { abort: () => undefined }
    }
    const parsed = await wechat().fetch(server.origin)
    expect(await parsed.text()).toBe('{"a":1}')
    expect(parsed.headers.get('set-cookie')).toBe('a,b')
  })

  test('requestFetch follows redirects only if it may', async () => {
    const server = await serve((request, response) =>
      answer(request.path === '/' ? 307 : 200, 'x', { location: '/else' })(request, response),
    )
    const followed = await wechat().fetch(server.origin)
    expect(followed.status).toBe(200)
    const { fetch } = wechat()
    await expect(fetch(server.origin, { redirect: 'manual' })).rejects.toThrow(TypeError)
    expect(server.requests.map(({ path }) => path)).toEqual(['/', '/else', '/'])
  })

  test('requestFetch: an abort ends the request and rejects with its reason', async () => {
    const server = await serve(() => undefined)
    const controller = new AbortController()
    const response = wechat().fetch(server.origin, { signal: controller.signal })
    await until(() => server.requests.length === 1)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(response).rejects.toBe(reason)
    expect(stub.state.aborted).toBe(1)
  })

  test('requestFetch sends nothing after an abort, and aborts nothing after the answer', async () => {
    const server = await serve()
    const reason = new Error('enough')
    const before = wechat().fetch(server.origin, { signal: AbortSignal.abort(reason) })
    await expect(before).rejects.toBe(reason)
    expect(server.requests).toEqual([])

    const controller = new AbortController()
    await wechat().fetch(server.origin, { signal: controller.signal })
    controller.abort(reason)
    expect(stub.state.aborted).toBe(0)
  })

  test('requestFetch fails with a TypeError without the query of the URL', async () => {
    const server = await serve()
    await server.close()
    await expect(wechat().fetch(server.origin)).rejects.toThrow(TypeError)

    const failWith = async (errMsg: string) => {
      stub.wx.request = ({ fail }) => {
        fail({ errMsg })
        return { abort: () => undefined }
      }
      return wechat()
        .fetch('https://x.example/a?captcha_token=canary')
        .catch((thrown: TypeError & { code?: string }) => thrown as TypeError & { code?: string })
    }
    const quoted = await failWith(
      'request:fail invalid url "https://x.example/a?captcha_token=canary"',
    )
    expect(quoted).toBeInstanceOf(TypeError)
    expect(quoted).toHaveProperty('message', 'request:fail invalid url "https://x.example/a?…"')
    const unlisted = await failWith('request:fail url not in domain list')
    expect(unlisted).toMatchObject({ code: 'url-not-in-domain-list' })
  })

  test('createAuth over requestFetch fails with unreachable and WeChat’s reason', async () => {
    const { open } = await startSandbox()
    stub.wx.request = ({ fail }) => {
      fail({ errMsg: 'request:fail url not in domain list' })
      return { abort: () => undefined }
    }
    expect(
      await failure(open().call(endpoints.signIn, { username: 'bob', password: 'x' })),
    ).toMatchObject({
      code: 'unreachable',
      operation: 'signIn',
      description: expect.stringMatching(
        /^cannot reach 127\.0\.0\.1:\d+: .*\(url-not-in-domain-list\)$/,
      ) as string,
    })
  })
})

describe('fetch over wx.cloud.callFunction', () => {
  test('cloudFetch calls the cloud function in the form of the official SDK', async () => {
    const server = await serve(answer(200, { a: 1 }))
    const response = await wechat({ cloud: true }).fetch(`${server.origin}/a?b=c`, {
      method: 'PATCH',
      body: '{"d":1}',
      headers: { 'X-One': '1' },
    })
    expect(stub.forwarded).toEqual([
      {
        name: 'httpOverCallFunction',
        data: {
          url: `${server.origin}/a?b=c`,
          method: 'PATCH',
          headers: {
            origin: 'https://servicewechat.com',
            'User-Agent': 'MicroMessenger',
            'x-one': '1',
          },
          body: { d: 1 },
        },
      },
    ])
    expect(server.last().method).toBe('PATCH')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ a: 1 })
  })

  test.each<[string, unknown, number, string]>([
    ['the body alone', { body: { a: 1 } }, 200, '{"a":1}'],
    ['an error', { body: { error: 'not_found' } }, 400, '{"error":"not_found"}'],
    ['an error by number', { body: { error_code: 5 } }, 400, '{"error_code":5}'],
    [
      'an error of the gateway',
      { body: { code: 'X', message: '' } },
      400,
      '{"code":"X","message":""}',
    ],
    ['the whole answer', { statusCode: 429, body: { error: 'x' } }, 429, '{"error":"x"}'],
    ['an answer without body', { statusCode: 204 }, 204, ''],
    ['text', { body: '<html>' }, 200, '<html>'],
    ['an odd status', { statusCode: 'OK', body: {} }, 200, '{}'],
    ['nothing', undefined, 502, ''],
    ['null', null, 502, ''],
    ['something else', { data: 1 }, 502, ''],
  ])('cloudFetch reads %s', async (_, result, status, text) => {
    stub.wx.cloud.callFunction = async () => ({ result })
    const response = await wechat({ cloud: true }).fetch('https://x.example')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(text)
  })

  test('cloudFetch reads headers that the cloud function returns', async () => {
    const headers = { 'Retry-After': 7 }
    stub.wx.cloud.callFunction = async () => ({ result: { statusCode: 429, headers, body: {} } })
    const response = await wechat({ cloud: true }).fetch('https://x.example')
    expect(response.headers.get('retry-after')).toBe('7')
  })

  test.each<[object, string | undefined]>([
    [Object.assign(new Error('gone'), { errMsg: 'cloud.callFunction:fail timeout' }), 'timeout'],
    [{ errCode: -501000, errMsg: 'cloud.callFunction:fail Error: errCode: -501000' }, '-501000'],
    [{ errMsg: 'cloud.callFunction:fail https://x.example?token=canary' }, undefined],
    [new Error('gone'), undefined],
    [{}, undefined],
  ])('cloudFetch fails with a TypeError: %o', async (thrown, code) => {
    stub.wx.cloud.callFunction = () => Promise.reject(thrown as Error)
    const failed = await wechat({ cloud: true })
      .fetch('https://x.example')
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(TypeError)
    expect((failed as { code?: string }).code).toBe(code)
    expect((failed as Error).message).not.toContain('canary')
  })

  test('cloudFetch works without a user agent and fails without cloud.init', async () => {
    delete stub.wx.getRendererUserAgent
    stub.wx.cloud.callFunction = async ({ data }) => ({ result: { body: data } })
    const response = await wechat({ cloud: true }).fetch('https://x.example', { body: 'no JSON' })
    expect(await response.json()).toMatchObject({ headers: { 'User-Agent': '' }, body: 'no JSON' })
    Object.assign(stub.wx, { cloud: undefined })
    await expect(wechat({ cloud: true }).fetch('https://x.example')).rejects.toThrow(TypeError)
  })

  test('cloudFetch: an abort rejects at once', async () => {
    stub.wx.cloud.callFunction = () => new Promise(() => undefined)
    const controller = new AbortController()
    const { signal } = controller
    const response = wechat({ cloud: true }).fetch('https://x.example', { signal })
    controller.abort()
    await expect(response).rejects.toThrow('aborted')
  })
})

describe('wxStore', () => {
  const store = () => wechat().storage.shared

  test('wxStore keeps texts in the storage of WeChat', async () => {
    await store().set('a', '1')
    expect(stub.stored).toEqual(new Map([['a', '1']]))
    expect(await store().get('a')).toBe('1')
    await store().remove('a')
    expect(stub.stored.size).toBe(0)
    expect(await store().get('a')).toBeUndefined()
    stub.stored.set('b', { no: 'text' })
    expect(await store().get('b')).toBeUndefined()
  })

  test('wxStore runs its operations in order', async () => {
    const one = store()
    const done = [one.set('a', '1'), one.get('a'), one.remove('a'), one.get('a'), one.set('a', '2')]
    expect(await Promise.all(done.map(async (each) => each))).toEqual([
      undefined,
      '1',
      undefined,
      undefined,
      undefined,
    ])
    expect(stub.stored).toEqual(new Map([['a', '2']]))
  })

  test('wxStore keeps a value in memory when storage fails, and writes the next one', async () => {
    const one = store()
    await one.set('a', '1')
    stub.state.brokenStorage = true
    await one.set('a', '2')
    expect(await one.get('a')).toBe('2')
    await one.remove('a')
    stub.state.brokenStorage = false
    expect(await one.get('a')).toBeUndefined()
    await one.set('a', '3')
    expect(stub.stored.get('a')).toBe('3')
    expect(await store().get('a')).toBe('3')
  })

  test('wxStore does not wait for a call that never ends', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    stub.state.silent = true
    const one = store()
    const got = Promise.all([one.set('a', '1'), one.get('a'), one.get('b')])
    await vi.runAllTimersAsync()
    expect(await got).toEqual([undefined, '1', undefined])
  })
})

describe('login and navigate', () => {
  test('login and navigate return a code and open a page', async () => {
    expect(await wechat().login()).toBe('wx-code-anna')
    await wechat().navigate(loginPage())
    await wechat().navigate(loginPage({ from: 'a b', to: '页&=' }))
    const path = '/packages/$wd_system/pages/login/index'
    expect(stub.opened).toEqual([path, `${path}?from=a%20b&to=%E9%A1%B5%26%3D`])
  })

  test('login and navigate fail with an AuthError', async () => {
    const { login, navigate } = wechat()
    stub.wx.login = ({ fail }) => fail({ errMsg: 'login:fail network' })
    stub.wx.navigateTo = ({ fail }) =>
      fail({ errMsg: 'navigateTo:fail page "x?a=canary" is not found' })
    expect(await failure(login())).toMatchObject({
      code: 'failed_precondition',
      operation: 'login',
      description: 'login:fail network',
    })
    expect(await failure(navigate('x'))).toMatchObject({
      code: 'failed_precondition',
      operation: 'navigate',
      description: 'navigateTo:fail page "x?…" is not found',
    })
    stub.wx.login = ({ success }) => success({ code: '' })
    expect(await failure(login())).toMatchObject({ code: 'invalid_response' })
    stub.wx.login = () => {
      throw new TypeError('no login here')
    }
    expect(await failure(login())).toMatchObject({ description: 'TypeError: no login here' })
    stub.wx.login = ({ fail }) => fail({ errMsg: 'login:fail request timeout' })
    expect(await failure(login())).toMatchObject({ code: 'deadline_exceeded' })
  })

  test('login passes its timeout to WeChat and waits no longer', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const loginStub = vi.fn<Wx['login']>()
    stub.wx.login = loginStub
    const late = failure(wechat().login({ timeout: 300 }))
    await vi.advanceTimersByTimeAsync(300)
    expect(await late).toMatchObject({ code: 'deadline_exceeded', operation: 'login' })
    expect(loginStub.mock.calls[0]![0].timeout).toBe(300)
  })
})

test('wechat: login with timeout Infinity waits for WeChat, and one that makes no sense is refused', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let option: Parameters<Wx['login']>[0] | undefined
  stub.wx.login = (given) => (option = given)
  const code = wechat().login({ timeout: Infinity })
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(option).not.toHaveProperty('timeout')
  option!.success({ code: 'wx-code' })
  expect(await code).toBe('wx-code')
  for (const timeout of [NaN, 0, -1])
    expect(await failure(wechat().login({ timeout }))).toMatchObject({ code: 'invalid_argument' })
})

describe('installGlobals', () => {
  const lacking = ['AbortController', 'AbortSignal', 'Headers', 'crypto', 'queueMicrotask']

  test('installGlobals changes no existing global', async () => {
    const before = lacking.map((name) => globalThis[name as never] as unknown)
    await installGlobals()
    expect(lacking.map((name) => globalThis[name as never] as unknown)).toEqual(before)
  })

  test('installGlobals: getRandomValues uses each random byte of WeChat once and has no other source', async () => {
    vi.stubGlobal('crypto', {})
    let asked = 0
    stub.wx.getRandomValues = ({ length, success }) => {
      const first = asked++ * length
      success({ randomValues: new Uint8Array(length).map((_, i) => (first + i) / 256).buffer })
    }
    await installGlobals()
    const draw = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    expect([...draw(2), ...draw(255)]).toEqual([0, 0, ...Array<number>(254).fill(0), 1])
    const words = crypto.getRandomValues(new Uint32Array(2).subarray(1))
    expect([...words]).toEqual([0x01010101])
    expect(asked).toBe(1)
    draw(2000)
    await new Promise((resolve) => setTimeout(resolve))
    expect([...draw(1)]).toEqual([16])
    expect(() => draw(4096)).toThrow('no random bytes')
    await new Promise((resolve) => setTimeout(resolve))
    expect([...draw(1)]).toEqual([32])
    expect(asked).toBe(3)
  })

  test('installGlobals fails with unimplemented without WeChat’s random bytes', async () => {
    vi.stubGlobal('crypto', undefined)
    delete stub.wx.getRandomValues
    expect(await failure(installGlobals())).toMatchObject({ code: 'unimplemented' })
  })

  test('installGlobals: createAuth runs with ECMAScript, timers and wx alone', async () => {
    const { sandbox, url } = await startSandbox()
    const result = await runInMiniProgram(
      `
        const missing = () => ${JSON.stringify(lacking)}.filter((name) => !(name in globalThis))
        const before = missing()
        await installGlobals()
        const { login, navigate, ...options } = wechat({ webview: '/pages/web/index' })
        const auth = createAuth({
          env: 'demo', endpoint: '${url}', flows: { signIn, provider }, ...options,
        })
        auth.start()
        auth.send({ type: 'flow.start', flow: 'signIn' })
        auth.send({ type: 'contact.submit', phone_number: '${phone_number}' })
        while (auth.get().step !== 'askingCode') await pause()
        auth.send({ type: 'code.submit', code: inbox() })
        while (auth.get().step !== 'askingProfile') await pause()
        auth.send({ type: 'profile.skip' })
        await auth.call(endpoints.updateProfile, { name: 'Anna' })
        const { name } = await auth.call(endpoints.getUser)
        const wrong = await auth.call(endpoints.signIn, { username: 'x', password: 'y' }).catch((e) => e.code)
        await auth.call(endpoints.deleteUser, { sudo_token: 'wrong' }).catch(() => undefined)
        auth.send({ type: 'session.end' })
        while (auth.get().status !== 'signedOut') await pause()
        const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }
        auth.send({ type: 'flow.start', flow: 'provider', input })
        while (!opened[0]) await pause()
        const back = consent(decodeURIComponent(opened[0].split('?url=')[1]))
        auth.send({ type: 'provider.return', url: back })
        while (auth.get().status !== 'signedIn') await pause()
        auth.stop()
        return JSON.stringify({ before, after: missing(), name, wrong })
      `,
      {
        inbox: () => sandbox.inbox()[0]!.code,
        opened: stub.opened,
        consent: (page: string) => sandbox.consent(page, 'alex'),
      },
    )
    expect(JSON.parse(result)).toEqual({
      before: lacking,
      after: [],
      name: 'Anna',
      wrong: 'not_found',
    })
    expect(sandbox.requests().map(({ method }) => method)).toContain('DELETE')
    expect(sandbox.requests().map(({ method }) => method)).toContain('PATCH')
  })
})

test('installGlobals: the compat API runs with ECMAScript, timers and wx alone', async () => {
  const { sandbox, url } = await startSandbox({ captchaOnEveryCall: 'on' })
  await sandbox.addUser({ username: 'anna', password: 'right password' })
  const result = await runInMiniProgram(
    `
      await installGlobals()
      const { fetch, storage } = wechat()
      const app = cloudbase.init({ env: 'demo', fetch, storage: storage.shared })
      app.registerHost('${url}')
      const auth = app.auth({
        captchaOptions: {
          async openURIWithCallback(uri) {
            const { captchaData, state, token } = cloudbase.parseCaptcha(uri)
            return app.auth().verifyCaptchaData({ token, key: answerOf(token) })
          },
        },
      })
      await auth.signIn({ username: 'anna', password: 'right password' })
      const { username } = await auth.getCurrentUser()
      return username
    `,
    { answerOf: (token: string) => sandbox.captchaAnswer(token) },
  )
  expect(result).toBe('anna')
})

/** Runs a script in one bundle and without a browser's globals, as a mini-program does. */
async function runInMiniProgram(script: string, globals: object): Promise<string> {
  const entry = `
    import cloudbase from './adapters/compat/index.ts'
    import { createAuth, provider, signIn } from './adapters/client/index.ts'
    import * as endpoints from './services/http/endpoints.ts'
    import { installGlobals, wechat } from './adapters/wechat/index.ts'
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5))
    export const run = async () => {${script}}
  `
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? join(process.cwd(), 'entry.js') : undefined),
        load: (id) => (id.endsWith('entry.js') ? entry : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'iife', name: 'app', codeSplitting: false })
  const place = createContext({ wx: stub.wx, setTimeout, clearTimeout, console, ...globals })
  runInContext(`${output[0].code}; globalThis.app = app`, place)
  return (place as { app: { run(): Promise<string> } }).app.run()
}

describe.each([
  ['of Node', AbortController],
  ['of the polyfill', AbortControllerPolyfill as unknown as typeof AbortController],
] as [string, typeof AbortController][])('AbortController %s', (_, Controller) => {
  test('AbortController aborts once, with a reason, and calls each listener once', () => {
    const controller = new Controller()
    const { signal } = controller
    const called: string[] = []
    const twice = () => called.push('twice')
    const gone = () => called.push('gone')
    signal.onabort = ({ type, target }) => called.push(`${type} ${target === signal}`)
    signal.addEventListener('abort', twice)
    signal.addEventListener('abort', twice)
    signal.addEventListener('abort', gone)
    signal.addEventListener('abort', { handleEvent: () => called.push('object') }, { once: true })
    signal.addEventListener('error', () => called.push('other'))
    signal.removeEventListener('abort', gone)
    expect(signal.aborted).toBe(false)
    expect(signal.reason).toBeUndefined()
    expect(signal.throwIfAborted()).toBeUndefined()
    controller.abort('why')
    controller.abort('again')
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBe('why')
    expect(() => signal.throwIfAborted()).toThrow('why')
    expect(called).toEqual(['abort true', 'twice', 'object'])
  })

  test('AbortController has an AbortError as its default reason', () => {
    const controller = new Controller()
    controller.abort()
    expect(controller.signal.reason).toMatchObject({ name: 'AbortError' })
  })
})

test('AbortController polyfill: a throwing listener is reported and does not stop the others', () => {
  const tasks: (() => void)[] = []
  vi.stubGlobal('queueMicrotask', (task: () => void) => tasks.push(task))
  onTestFinished(() => void vi.unstubAllGlobals())
  const controller = new AbortControllerPolyfill()
  const called = vi.fn<() => void>()
  controller.signal.addEventListener('abort', () => {
    throw new Error('mine')
  })
  controller.signal.addEventListener('abort', called)
  controller.abort()
  expect(called).toHaveBeenCalledOnce()
  expect(tasks).toHaveLength(1)
  expect(tasks[0]).toThrow('mine')
})

test.each([
  ['of Node', Headers],
  ['of the polyfill', HeadersPolyfill as unknown as typeof Headers],
])('Headers %s are case-insensitive', (_, Kind) => {
  const headers = new Kind({ 'X-One': '1' })
  headers.append('x-ONE', '2')
  headers.set('Two', '2')
  headers.append('three', '3')
  headers.delete('THREE')
  expect(headers.get('x-one')).toBe('1, 2')
  expect([headers.has('TWO'), headers.has('three'), headers.get('three')]).toEqual([
    true,
    false,
    null,
  ])
  const all = { two: '2', 'x-one': '1, 2' }
  expect(Object.fromEntries(headers)).toEqual(all)
  expect(Object.fromEntries(new Kind(headers).entries())).toEqual(all)
  expect(new Set(headers.keys())).toEqual(new Set(['two', 'x-one']))
  expect(new Set(headers.values())).toEqual(new Set(['2', '1, 2']))
  expect([...new Kind([['A', '1']])]).toEqual([['a', '1']])
  expect([...new Kind()]).toEqual([])
  const seen: Record<string, string> = {}
  headers.forEach((value, name) => (seen[name] = value))
  expect(seen).toEqual(all)
})

test('Wx: the declarations agree with WeChat’s typings', () => {
  const temp = mkdtempSync(join(tmpdir(), 'authflow-wx-'))
  onTestFinished(() => rmSync(temp, { recursive: true }))
  const file = join(temp, 'check.ts')
  const ours = join(process.cwd(), 'adapters/wechat/wx.ts')
  writeFileSync(file, `import type { Wx } from '${ours}'\nexport const known: Wx = wx\n`)
  const flags =
    '--ignoreConfig --noEmit --strict --skipLibCheck --allowImportingTsExtensions --module nodenext ' +
    '--target es2023 --lib es2023 --types miniprogram-api-typings --typeRoots node_modules'
  const tsc = spawnSync('node_modules/.bin/tsc', [...flags.split(' '), file], { encoding: 'utf8' })
  expect(tsc.stdout).toBe('')
  expect(tsc.status).toBe(0)
})
