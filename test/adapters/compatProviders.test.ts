import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  answeredFailure,
  type Compat,
  failure,
  openCompat,
  password,
  username,
} from './compatWorld.ts'

const back = 'http://127.0.0.1:9/back'

/** Returns a provider token of a user of the provider. */
async function tokenOf({ auth, sandbox }: Compat, login = 'alex') {
  const { uri } = await auth.genProviderRedirectUri({
    provider_id: 'demo_idp',
    provider_redirect_uri: back,
    state: 'wx_open',
    other_params: { sign_out_uri: back },
  })
  const returned = new URL(sandbox.consent(uri, login)).searchParams
  expect(returned.get('state')).toBe('wx_open')
  return auth.grantProviderToken({
    provider_id: 'demo_idp',
    provider_redirect_uri: back,
    provider_code: returned.get('code')!,
  })
}

describe('third-party sign-in', () => {
  test('signInWithProvider signs a new user up and a known user in', async () => {
    const compat = await openCompat()
    const granted = await tokenOf(compat)
    expect(granted).toMatchObject({
      provider_token: expect.any(String),
      expires_in: 3600,
      provider_profile: { provider_id: 'demo_idp', name: 'Alex Doe', sub: expect.any(String) },
    })
    const { user } = await compat.auth.signInWithProvider(granted)
    expect(user.uid).toBe(compat.sandbox.users()[0]!.sub)
    expect(compat.calls()).toEqual([
      'GET /auth/v1/provider/uri',
      'POST /auth/v1/provider/token',
      'POST /auth/v1/signin/with/provider',
      'GET /auth/v1/user/me',
    ])
    const again = await tokenOf(compat)
    const version = 'v2'
    expect((await compat.auth.signInWithProvider({ ...again, version })).user.uid).toBe(user.uid)
    expect(compat.calls()).toContain('POST /auth/v2/signin/with/provider')
  })

  test.each([
    { provider_redirect_uri: 'https://evil.example/' },
    { redirect_uri: '//evil.example' },
    { provider_redirect_uri: back, redirect_uri: 'https://app.example@evil.example/' },
    { provider_redirect_uri: 'javascript:alert(1)' },
    { other_params: { sign_out_uri: 'https://evil.example/' } },
  ])('genProviderRedirectUri refuses the address in %j before anything is sent', async (more) => {
    const init = { auth: { returnOrigins: ['https://shop.example'] } }
    const { auth, calls } = await openCompat({ init })
    vi.stubGlobal('location', new URL('https://app.example/'))
    onTestFinished(() => void vi.unstubAllGlobals())
    const params = { provider_id: 'demo_idp', state: 's' }
    await expect(auth.genProviderRedirectUri({ ...params, ...more })).rejects.toMatchObject({
      error: 'invalid_argument',
      error_description: expect.stringContaining('returnOrigins') as string,
    })
    expect(calls()).toEqual([])
    for (const origin of ['https://app.example', 'https://shop.example']) {
      await auth.genProviderRedirectUri({ ...params, provider_redirect_uri: `${origin}/back` })
    }
    expect(calls()).toHaveLength(2)
  })

  test('getVerification and createCaptchaData refuse an address of another origin', async () => {
    const { auth, calls } = await openCompat()
    vi.stubGlobal('location', new URL('https://app.example/'))
    onTestFinished(() => void vi.unstubAllGlobals())
    const refused = { error: 'invalid_argument' }
    const email_redirect_to = 'https://evil.example/'
    const sent = auth.getVerification({ email: 'ada@example.com', email_redirect_to })
    await expect(sent).rejects.toMatchObject(refused)
    const picture = auth.createCaptchaData({ state: 's', redirect_uri: email_redirect_to })
    await expect(picture).rejects.toMatchObject(refused)
    expect(calls()).toEqual([])
  })

  test('genProviderRedirectUri passes on where to sign out', async () => {
    const { auth, sandbox } = await openCompat()
    const params = { provider_id: 'demo_idp', provider_redirect_uri: back, state: 's' }
    const other_params = { sign_out_uri: back, empty: '' }
    const uris = await auth.genProviderRedirectUri({ ...params, other_params })
    expect(uris).toEqual({ uri: expect.any(String), signout_uri: expect.any(String) })
    const { query } = sandbox.requests()[0]!
    expect(Object.keys(query).toSorted()).toEqual([
      'client_id',
      'other_params[sign_out_uri]',
      'provider_id',
      'redirect_uri',
      'state',
    ])
  })

  test('bindWithProvider, getProviders and unbindProvider bind, list and unbind a provider', async () => {
    const compat = await openCompat()
    await compat.member()
    const { auth } = compat
    expect((await auth.getProviders()).id).toBe(undefined)

    const { provider_token } = await tokenOf(compat)
    expect(await auth.bindWithProvider({ provider_token })).toBe(undefined)
    expect(auth.currentUser?.providers).toMatchObject([{ id: 'demo_idp' }])

    const { total, data, id, name } = await auth.getProviders()
    expect(total).toBe(data.length)
    expect(data.filter(({ bind }) => bind)).toMatchObject([{ id: 'demo_idp' }])
    expect({ id, name }).toMatchObject({ id: 'demo_idp', name: expect.any(String) })
    expect((await auth.getCurrentUser())?.providers).toMatchObject([
      { id: 'demo_idp', providerUserId: expect.any(String) },
    ])

    expect(await auth.unbindProvider({ provider_id: id! })).toBe(undefined)
    expect(compat.calls().slice(-2)).toEqual([
      'DELETE /auth/v1/user/provider/demo_idp',
      'GET /auth/v1/user/me',
    ])
    expect(auth.currentUser?.providers).toEqual([])
    expect((await auth.getProviders()).data.some(({ bind }) => bind)).toBe(false)
  })

  test('genProviderRedirectUri rejects a provider that is not enabled', async () => {
    const { auth } = await openCompat()
    const params = { provider_id: 'unknown', provider_redirect_uri: back }
    expect(await failure(auth.genProviderRedirectUri(params))).toMatchObject({
      error: 'provider_not_enabled',
    })
  })

  test('patchProviderToken adds parameters to a provider token', async () => {
    const { auth, calls } = await openCompat()
    const provider_id = 'wx1234567890abcdef'
    const { provider_token } = await auth.grantProviderToken({
      provider_id,
      provider_code: 'wx-code-alex',
    })
    const patched = await auth.patchProviderToken({
      provider_token,
      provider_id,
      provider_params: { code: 'wx-phone-13800000000' },
    })
    expect(patched.provider_profile).toMatchObject({ phone_number: '+86 13800000000' })
    expect(calls().at(-1)).toBe('PATCH /auth/v1/provider/token')
  })
})

interface Callbacks {
  success(result: object): void
  fail(failure: object): void
}
interface Forwarded {
  url: string
  method: string
  headers: Record<string, string>
  body: object
}

/** A mini-program: `wx.login`, and a cloud function that forwards to the sandbox. */
function miniProgram() {
  const pages: string[] = []
  const cloud: { name: string; data: Forwarded }[] = []
  let login = 'alex'
  const wx = {
    login: ({ success, fail }: Callbacks) =>
      login ? success({ code: `wx-code-${login}` }) : fail({ errMsg: 'login:fail denied' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1234567890abcdef' } }),
    navigateTo({ url, success }: Callbacks & { url: string }) {
      pages.push(url)
      success({})
    },
    cloud: {
      async callFunction(call: (typeof cloud)[0]) {
        cloud.push(call)
        const { url, method, headers, body } = call.data
        const { origin: _, ...sent } = headers
        const answer = await fetch(url, { method, headers: sent, body: JSON.stringify(body) })
        return { result: { body: (await answer.json()) as unknown } }
      },
    },
  }
  return { wx, pages, cloud, become: (next: string) => (login = next) }
}

describe('WeChat mini-program', () => {
  const open = async () => {
    const mini = miniProgram()
    vi.stubGlobal('wx', mini.wx)
    return { ...(await openCompat()), ...mini }
  }
  afterEach(() => void vi.unstubAllGlobals())

  test('cloudbase.init: wx becomes the global wx', async () => {
    const { wx } = miniProgram()
    vi.stubGlobal('wx', undefined)
    const { auth } = await openCompat({ init: { wx } })
    expect((await auth.signInWithUnionId()).user.uid).toBeTruthy()
  })
  const silent = [
    'POST /auth/v1/provider/token',
    'POST /auth/v1/signin/with/provider',
    'GET /auth/v1/user/me',
  ]

  test('signInWithOpenId sends its requests through WeChat’s cloud', async () => {
    const { auth, calls, cloud, sandbox } = await open()
    const { user, data, error } = await auth.signInWithOpenId()
    expect(error).toBe(null)
    expect(data.user!.id).toBe(user.uid)
    expect(user.uid).toBe(sandbox.users()[0]!.sub)
    expect(calls()).toEqual(silent)
    expect(cloud.map(({ name }) => name)).toEqual(Array(2).fill('httpOverCallFunction'))
    expect(cloud[0]!.data).toMatchObject({
      method: 'POST',
      headers: { origin: 'https://servicewechat.com', 'x-device-id': expect.any(String) },
      body: {
        provider_id: 'wx1234567890abcdef',
        provider_code: 'wx-code-alex',
        provider_params: { provider_code_type: 'open_id', appid: 'wx1234567890abcdef' },
      },
    })
    expect(JSON.stringify(cloud)).not.toContain('via_wx_cloud')
  })

  test('signInWithOpenId with useWxCloud false sends its requests by wx.request', async () => {
    const { auth, calls, cloud } = await open()
    await auth.signInWithOpenId({ useWxCloud: false })
    expect(calls()).toEqual(silent)
    expect(cloud).toEqual([])
  })

  test('signInWithOpenId fails with an error that comes through WeChat’s cloud', async () => {
    const { auth, become } = await open()
    become('???')
    expect(await answeredFailure(auth.signInWithOpenId())).toMatchObject({
      error: 'failed_precondition',
      error_description: '从第三方获取用户信息失败',
    })
  })

  test('signInWithUnionId signs in the same user in another app', async () => {
    const { auth, calls, sandbox } = await open()
    const { user } = await auth.signInWithUnionId()
    expect(user.uid).toBeTruthy()
    expect(calls()).toEqual(silent)
    expect(Object.keys(sandbox.requests()[1]!.body as object).toSorted()).toEqual([
      'provider_id',
      'provider_token',
    ])
  })

  test('signInWithPhoneAuth signs in by the phone number', async () => {
    const { auth, calls } = await open()
    const { user, error } = await auth.signInWithPhoneAuth({ phoneCode: 'wx-phone-13800000000' })
    expect(error).toBe(null)
    expect(user.phoneNumber).toBe('+86 13800000000')
    expect(calls()).toEqual(silent)
  })

  test('signInWithOpenId fails with WeChat’s message when wx.login fails', async () => {
    const { auth, become, calls } = await open()
    become('')
    expect(await failure(auth.signInWithUnionId())).toMatchObject({
      error: 'failed_precondition',
      error_description: 'login:fail denied',
    })
    expect(calls()).toEqual([])
  })

  test('toDefaultLoginPage opens the sign-in page of the mini-program', async () => {
    const { auth, pages } = await open()
    await auth.toDefaultLoginPage({ config_version: 'env', query: { a: '1&2' } })
    await auth.toDefaultLoginPage()
    const page = '/packages/$wd_system/pages/login/index'
    expect(pages).toEqual([`${page}?a=1%262`, page])
  })

  test.each([
    ['signInWithOpenId', ({ auth }: Compat) => answeredFailure(auth.signInWithOpenId())],
    ['signInWithUnionId', ({ auth }: Compat) => failure(auth.signInWithUnionId())],
    [
      'signInWithPhoneAuth',
      ({ auth }: Compat) => answeredFailure(auth.signInWithPhoneAuth({ phoneCode: 'x' })),
    ],
    ['signInAnonymouslyInWx', ({ auth }: Compat) => failure(auth.signInAnonymouslyInWx())],
    ['bindOpenId', ({ auth }: Compat) => failure(auth.bindOpenId())],
  ])('%s fails with unimplemented outside of a mini-program', async (_, attempt) => {
    const compat = await openCompat()
    const { calls } = compat
    expect(await attempt(compat)).toMatchObject({
      error: 'unimplemented',
      error_description: expect.stringContaining('init({ wx })'),
    })
    expect(calls()).toEqual([])
  })
})

describe('the hosted sign-in page', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test('toDefaultLoginPage redirects to the hosted page with encoded parameters', async () => {
    const returnOrigins = ['https://other.example']
    const { auth } = await openCompat({ init: { clientId: 'client', auth: { returnOrigins } } })
    const left: URL[] = []
    const assign = (url: string) => left.push(new URL(url))
    vi.stubGlobal('location', {
      href: 'https://app.example/a?b=c',
      origin: 'https://app.example',
      assign,
    })
    await auth.toDefaultLoginPage({ query: { 'a&b': 'c=d&client_id=x' } })
    await auth.toDefaultLoginPage({
      config_version: 'v1',
      app_id: 'app-1',
      redirect_uri: 'https://other.example/back',
    })
    expect(left.map(({ origin, pathname }) => origin + pathname)).toEqual([
      'https://app.example/__auth/',
      'https://other.example/__auth/',
    ])
    expect([...left[0]!.searchParams]).toEqual([
      ['app_id', ''],
      ['env_id', 'demo'],
      ['client_id', 'client'],
      ['config_version', 'env'],
      ['redirect_uri', 'https://app.example/a?b=c'],
      ['a&b', 'c=d&client_id=x'],
    ])
    const foreign = auth.toDefaultLoginPage({ redirect_uri: 'https://evil.example/' })
    expect(await answeredFailure(foreign)).toMatchObject({ error: 'invalid_argument' })
    expect(left).toHaveLength(2)
    expect(left[1]!.searchParams.get('config_version')).toBe('v1')
    expect(left[1]!.searchParams.get('app_id')).toBe('app-1')
  })

  test('toDefaultLoginPage fails with unimplemented without a page', async () => {
    const { auth } = await openCompat()
    expect(await answeredFailure(auth.toDefaultLoginPage())).toMatchObject({
      error: 'unimplemented',
    })
  })
})

test.each<[string, (compat: Compat) => Promise<unknown>]>([
  ['provider_id', ({ auth }) => auth.genProviderRedirectUri(undefined as never)],
  ['provider_id', ({ auth }) => auth.grantProviderToken({} as never)],
  ['provider_token', ({ auth }) => auth.patchProviderToken({} as never)],
  ['provider_token', ({ auth }) => auth.signInWithProvider(undefined as never)],
  ['provider_token', ({ auth }) => auth.bindWithProvider({} as never)],
  ['provider_id', ({ auth }) => auth.unbindProvider({} as never)],
  [
    'phoneCode',
    async ({ auth }) => {
      throw await answeredFailure(auth.signInWithPhoneAuth({} as never))
    },
  ],
])('provider methods reject malformed parameters before a request: %s', async (named, run) => {
  const compat = await openCompat()
  await compat.sandbox.addUser({ username, password })
  await compat.auth.signIn({ username, password })
  compat.calls()
  const error = await failure(run(compat))
  expect(error).toMatchObject({ error: 'invalid_argument' })
  expect(error.error_description).toContain(`${named} is required`)
  expect(compat.calls()).toEqual([])
})
