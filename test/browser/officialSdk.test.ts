import { type LoggedRequest, createSandbox } from 'cloudbase-authflow-sandbox'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type OpenPage, type ServedPage, openPage, servePage } from '../support/chromium.ts'

const env = 'sandbox-env'
const phone = '+86 13800000000'
const password = 'Correct-horse-7'
const hour = 3600

describe.each([
  ['3.7.0', 'test/browser/pages/officialSdk3.ts'],
  ['2.28.8', 'test/browser/pages/officialSdk2.ts'],
])('@cloudbase/js-sdk %s', (version, entry) => {
  let served: ServedPage
  beforeAll(async () => {
    served = await servePage(entry)
    return served.close
  })

  const open = async () => {
    const sandbox = createSandbox({ config: { resendSeconds: 0 } })
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    const page = await openPage(`${served.url}?${new URLSearchParams({ env, sandbox: url })}`)

    /** Returns the requests since the last call, each with the error of its answer. */
    const calls = () => {
      const sent = sandbox.requests().slice(seen).filter(isAuthCall)
      seen = sandbox.requests().length
      expect(new Set(sent.map(({ headers }) => headers['x-sdk-version']))).toEqual(
        new Set([`@cloudbase/js-sdk/${version}`]),
      )
      return sent.map(({ method, path, error }) => [method, path, error].filter(Boolean).join(' '))
    }
    let seen = 0

    /** Returns the user that the server reads for the stored session. */
    const user = async () => {
      const { access_token } = (await stored(page))!
      return ask(`${url}/auth/v1/user/me`, { authorization: `Bearer ${access_token}` })
    }

    return { sandbox, url, page, calls, user }
  }

  test('sandbox: the official SDK signs up with a code', async () => {
    const { sandbox, page, calls, user } = await open()

    const { verification_id, is_user } = await page.evaluate(sendCode, phone)
    const verification_code = sandbox.inbox(phone)[0]!.code
    await page.evaluate(
      async ({ phone, ...code }) => {
        const { verification_token } = await auth.verify(code)
        await auth.signUp({
          phone_number: phone,
          verification_code: code.verification_code,
          verification_token,
          name: 'Ada',
        })
      },
      { phone, verification_id, verification_code },
    )

    expect(is_user).toBe(false)
    expect(calls()).toEqual([
      'POST /auth/v1/verification',
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signup',
      'GET /auth/v1/user/me',
    ])
    expect(await user()).toMatchObject({ phone_number: phone, name: 'Ada' })
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK signs in with a code', async () => {
    const { sandbox, page, calls, user } = await open()
    const { sub } = await sandbox.addUser({ phone_number: phone })

    const { verification_id, is_user } = await page.evaluate(sendCode, phone)
    const verification_code = sandbox.inbox(phone)[0]!.code
    await page.evaluate(
      async ({ phone, ...code }) => {
        const { verification_token } = await auth.verify(code)
        await auth.signIn({ username: phone, verification_token })
      },
      { phone, verification_id, verification_code },
    )

    expect(is_user).toBe(true)
    expect(calls()).toEqual([
      'POST /auth/v1/verification',
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signin',
      'GET /auth/v1/user/me',
    ])
    expect(await user()).toMatchObject({ sub, phone_number: phone })
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK signs in with a password', async () => {
    const { sandbox, page, calls, user } = await open()
    const { sub } = await sandbox.addUser({ username: 'ada', password })

    await page.evaluate(signIn, { username: 'ada', password })

    expect(calls()).toEqual(['POST /auth/v1/signin', 'GET /auth/v1/user/me'])
    expect(await user()).toMatchObject({ sub, username: 'ada' })
    expect(await page.evaluate(() => auth.hasLoginState() !== null)).toBe(true)
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK signs in as the same anonymous user again after a sign-out', async () => {
    const { page, calls, user } = await open()

    await page.evaluate(() => auth.signInAnonymously())

    expect(calls()).toEqual(['POST /auth/v1/signin/anonymously', 'GET /auth/v1/user/me'])
    expect(await stored(page)).toMatchObject({ scope: 'anonymous' })
    const anonymous = await user()
    expect(anonymous['sub']).toEqual(expect.any(String))

    await page.evaluate(() => auth.signOut())
    await page.evaluate(() => auth.signInAnonymously())
    expect((await user())['sub']).toBe(anonymous['sub'])
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK solves a captcha after five wrong passwords and signs in', async () => {
    const { sandbox, page, calls, user } = await open()
    const { sub } = await sandbox.addUser({ username: 'ada', password })

    for (let attempt = 1; attempt <= 5; attempt++) {
      const failure = await page.evaluate(
        (user) => auth.signIn(user).catch(({ error }: { error: string }) => error),
        { username: 'ada', password: `wrong ${attempt}` },
      )
      expect(failure).toBe('invalid_password')
    }
    expect(calls()).toEqual(Array(5).fill('POST /auth/v1/signin invalid_password'))
    expect(await pictures(page)).toBe(0)

    await page.evaluate(signIn, { username: 'ada', password })
    expect(calls()).toEqual([
      'POST /auth/v1/signin captcha_required',
      'POST /auth/v1/captcha/data',
      'POST /auth/v1/captcha/data/verify',
      'POST /auth/v1/signin',
      'GET /auth/v1/user/me',
    ])
    expect(await pictures(page)).toBe(1)
    expect(await user()).toMatchObject({ sub })
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK solves a captcha after too many codes, and the code is sent', async () => {
    const { sandbox, page, calls } = await open()

    for (let send = 1; send <= 5; send++) await page.evaluate(sendCode, phone)
    expect(calls()).toEqual(Array(5).fill('POST /auth/v1/verification'))

    const { verification_id } = await page.evaluate(sendCode, phone)
    expect(calls()).toEqual([
      'POST /auth/v1/verification captcha_required',
      'POST /auth/v1/captcha/data',
      'POST /auth/v1/captcha/data/verify',
      'POST /auth/v1/verification',
    ])
    expect(await pictures(page)).toBe(1)
    expect(sandbox.inbox(phone)).toHaveLength(6)

    const verification_code = sandbox.inbox(phone)[0]!.code
    const verified = await page.evaluate((code) => auth.verify(code), {
      verification_id,
      verification_code,
    })
    expect(verified.verification_token).toEqual(expect.any(String))
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK refreshes an expired access token of the same user', async () => {
    const { sandbox, url, page, calls, user } = await open()
    const { sub } = await sandbox.addUser({ username: 'ada', password })
    await page.evaluate(signIn, { username: 'ada', password })
    const before = (await stored(page))!
    calls()

    sandbox.advance(3 * hour)
    await page.clock.setSystemTime(Date.now() + 3 * hour * 1000)
    expect(await user()).toMatchObject({ error: 'unauthenticated' })
    const info = await page.evaluate(() => auth.getUserInfo())

    expect(info).toMatchObject({ sub })
    expect(calls()).toEqual(['POST /auth/v1/token', 'GET /auth/v1/user/me'])
    const after = (await stored(page))!
    expect(after.access_token).not.toBe(before.access_token)
    expect(after.refresh_token).not.toBe(before.refresh_token)
    expect(await user()).toMatchObject({ sub })
    expect(await refresh(url, before.refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(page.errors).toEqual([])
  })

  test('sandbox: the official SDK signs out locally and on the server', async () => {
    const { sandbox, url, page, calls } = await open()
    await sandbox.addUser({ username: 'ada', password })
    await page.evaluate(signIn, { username: 'ada', password })
    const { access_token, refresh_token } = (await stored(page))!
    calls()

    await page.evaluate(() => auth.signOut())

    expect(calls()).toEqual(['POST /auth/v1/revoke'])
    expect(await stored(page)).toBe(null)
    expect(await page.evaluate(() => auth.hasLoginState())).toBe(null)
    const authorization = `Bearer ${access_token}`
    expect(await ask(`${url}/auth/v1/user/me`, { authorization })).toMatchObject({
      error: 'unauthenticated',
    })
    expect(await refresh(url, refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(page.errors).toEqual([])
  })
})

// Functions that run in the page.

const sendCode = (phone_number: string) => auth.getVerification({ phone_number })

const signIn = async (user: { username: string; password: string }) => {
  await auth.signIn(user)
}

// Functions that run in the test.

type Stored = { access_token: string; refresh_token: string; scope?: string }

const stored = async (page: OpenPage): Promise<Stored | null> =>
  JSON.parse(
    await page.evaluate((key) => localStorage.getItem(key) ?? 'null', `credentials_${env}`),
  )

const pictures = (page: OpenPage) => page.evaluate(() => globalThis.pictures.length)

const isAuthCall = ({ method, path, headers }: LoggedRequest) =>
  method !== 'OPTIONS' && path.startsWith('/auth/') && 'x-sdk-version' in headers

const ask = async (url: string, headers: Record<string, string>, body?: object) => {
  const method = body ? 'POST' : 'GET'
  const answer = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : null })
  return (await answer.json()) as Record<string, unknown>
}

const refresh = (url: string, refresh_token: string) =>
  ask(
    `${url}/auth/v1/token?client_id=${env}`,
    {},
    {
      client_id: env,
      grant_type: 'refresh_token',
      refresh_token,
    },
  )
