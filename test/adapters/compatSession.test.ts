import { describe, expect, test, vi } from 'vitest'
import type { LoginStateEvent } from '../../adapters/compat/v2/session.ts'
import type { Store } from '../../services/session/store.ts'
import { email, type Compat, failure, openCompat, password, username } from './compatWorld.ts'

const later = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Collects the calls of an `onLoginStateChanged` callback. */
async function listen({ auth }: Pick<Compat, 'auth'>) {
  const events: (LoginStateEvent | null)[] = []
  const stop = await auth.onLoginStateChanged((params) => events.push(params as LoginStateEvent))
  const types = () => events.map((params) => params?.data?.eventType)
  return { events, types, stop }
}

describe('onLoginStateChanged', () => {
  test('onLoginStateChanged calls back with the current state first', async () => {
    const compat = await openCompat()
    const out = await listen(compat)
    expect(out.events).toEqual([null])
    await compat.member()
    const { events } = await listen(compat)
    expect(events).toMatchObject([{ user: { username } }])
    expect(events[0]).not.toHaveProperty('data')
  })

  test('onLoginStateChanged calls back on sign-in, once the user is read, and on sign-out', async () => {
    const compat = await openCompat()
    const { events, types } = await listen(compat)
    const { sub } = await compat.member()
    await compat.auth.signOut()
    await vi.waitFor(() => expect(types()).toEqual([undefined, 'sign_in', 'sign_out']))
    expect(events[1]).toMatchObject({
      name: 'loginStateChanged',
      data: { eventType: 'sign_in' },
      user: { uid: sub, username },
    })
    expect(events[1]!.oauthLoginState).toMatchObject({ sub })
    expect(events[2]!.user).toBe(undefined)
    expect(JSON.stringify(events)).not.toContain(events[1]!.oauthLoginState!.access_token)
  })

  test('onLoginStateChanged calls back with the user who signed in, not with the previous one', async () => {
    const compat = await openCompat()
    const { events } = await listen(compat)
    await compat.member()
    const next = await compat.sandbox.addUser({ username: 'grace', password })
    await compat.auth.signIn({ username: 'grace', password })
    expect(events.at(-1)?.user?.uid).toBe(next.sub)
  })

  test('onLoginStateChanged calls back once with credentials_error when the server rejects the session', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const { types, events } = await listen(compat)
    compat.sandbox.removeUser(sub)
    compat.pass(3 * 3600)
    const callers = Array.from({ length: 50 }, () => failure(compat.auth.getAccessToken()))
    const errors = await Promise.all(callers)
    expect(new Set(errors.map(({ error }) => error))).toEqual(new Set(['unauthenticated']))
    await vi.waitFor(() => expect(types()).toEqual([undefined, 'credentials_error']))
    await later()
    expect(types()).toHaveLength(2)
    expect(events[1]!.data.msg).toEqual(expect.any(String))
    expect(compat.calls()).toEqual(['POST /auth/v1/token invalid_grant'])
    expect(compat.auth.hasLoginState()).toBe(null)
  })

  test('onLoginStateChanged stays silent for transient failures and for calls while signed out', async () => {
    const compat = await openCompat()
    const out = await listen(compat)
    await failure(compat.auth.getAccessToken())
    await failure(compat.auth.loginScope())
    expect(await compat.auth.getLoginState()).toBe(null)
    await compat.auth.getVerification({ email })
    await compat.auth.signOut()
    await later()
    expect(out.types()).toEqual([undefined])

    await compat.member()
    const { types } = await listen(compat)
    compat.pass(3 * 3600)
    compat.sandbox.faults([{ method: 'POST', path: '/auth/v1/token', status: 503, times: 9 }])
    await failure(compat.auth.getAccessToken())
    await later()
    expect(types()).toEqual([undefined])
    expect(compat.auth.hasLoginState()).not.toBe(null)
    expect(await compat.auth.getLoginState()).not.toBe(null)
  })

  test('onLoginStateChanged stops after its unsubscribe function', async () => {
    const compat = await openCompat()
    const { types, stop } = await listen(compat)
    stop()
    await compat.member()
    expect(types()).toEqual([undefined])
  })

  test('onLoginStateChanged: the callback may call any method', async () => {
    const compat = await openCompat()
    const done: unknown[] = []
    await compat.auth.onLoginStateChanged(async (params) => {
      if (params?.data?.eventType !== 'sign_in') return
      done.push(await compat.auth.getUserInfo(), await compat.auth.getLoginState())
      await compat.auth.signOut()
    })
    await compat.member().catch(() => undefined)
    await vi.waitUntil(() => done.length === 2 && !compat.auth.hasLoginState())
    expect(done).toEqual([expect.objectContaining({ username }), expect.anything()])
  })
})

describe('a stored session of the official SDK', () => {
  const adopt = async (more: object) => {
    const compat = await openCompat()
    await compat.member()
    const { access_token, refresh_token, sub, scope } = await compat.auth.getCredentials()
    const stored = { access_token, refresh_token, sub, scope, token_type: 'Bearer', ...more }
    await compat.storage.remove('authflow_session_demo')
    await compat.storage.set('credentials_demo', JSON.stringify(stored))
    const user = { sub, uid: sub, username, name: 'Ada' }
    const cached = JSON.stringify({ version: 'localCachev1', content: user })
    await compat.storage.set('user_info_demo', cached)
    compat.calls()
    return { ...compat, ...compat.open(), sub }
  }
  const soon = () => new Date(Date.now() + 7000_000).toISOString()

  test('a stored session of the official SDK is adopted with its user', async () => {
    const { auth, sub, calls } = await adopt({
      version: 'v1',
      expires_in: 7200,
      expires_at: soon(),
    })
    expect(auth.hasLoginState()).toMatchObject({ user: { uid: sub, name: 'Ada' } })
    expect((await auth.getAccessToken()).accessToken).toEqual(expect.any(String))
    expect(calls()).toEqual([])
  })

  test('a stored session of the official SDK is refreshed when it has expired', async () => {
    const expires_at = new Date(Date.now() - 1000).toISOString()
    const { auth, sub, calls } = await adopt({ version: 'v1', expires_at })
    expect(auth.hasLoginState()?.user.uid).toBe(sub)
    expect(await auth.getUserInfo()).toMatchObject({ uid: sub })
    expect(calls()).toEqual(['POST /auth/v1/token', 'GET /auth/v1/user/me'])
  })

  test('a stored session of version 2 is refreshed with version 2', async () => {
    const expires_at = new Date(Date.now() - 1000).toISOString()
    const { auth, calls, storage } = await adopt({ version: 'v2', expires_at })
    await auth.getAccessToken()
    expect(calls()).toEqual(['POST /auth/v2/token'])
    expect(JSON.parse(storage.get('credentials_demo') as string)).toMatchObject({ version: 'v2' })
  })

  test('a stored session with the profile of another user ignores that profile', async () => {
    const { storage, open, sub } = await adopt({ version: 'v1', expires_at: soon() })
    const content = { sub: 'previous', uid: 'previous', name: 'Previous' }
    await storage.set('user_info_demo', JSON.stringify({ version: 'localCachev1', content }))
    const { currentUser } = open().auth
    expect(currentUser?.uid).toBe(sub)
    expect(currentUser?.name).toBe(undefined)
  })

  test.each(['{', 'null', '[]', '{"access_token":""}', '{"access_token":"a"}'])(
    'a damaged stored session is ignored: %s',
    async (text) => {
      const compat = await openCompat()
      await compat.storage.set('credentials_demo', text)
      await compat.storage.set('user_info_demo', text)
      const { auth } = compat.open()
      expect(auth.hasLoginState()).toBe(null)
      expect(auth.currentUser).toBe(null)
      expect(await auth.getLoginState()).toBe(null)
      expect(compat.calls()).toEqual([])
    },
  )

  test('the session is stored in the form of the official SDK', async () => {
    const { storage, member } = await openCompat()
    const { sub } = await member()
    expect(JSON.parse(storage.get('credentials_demo') as string)).toMatchObject({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
      version: 'v1',
    })
    expect(JSON.parse(storage.get('user_info_demo') as string)).toMatchObject({
      version: 'localCachev1',
      content: { sub, uid: sub, username },
    })
  })
})

describe('a storage that fails', () => {
  const failing = (fail: () => never | Promise<never>): Store => ({
    get: fail,
    set: fail,
    remove: fail,
  })
  const error = new Error('the storage is full')

  test.each([
    [
      'throws',
      failing(() => {
        throw error
      }),
    ],
    ['rejects', failing(() => Promise.reject(error))],
  ])(
    'a storage that %s: users sign in and out, and the session lasts as long as the page',
    async (_, storage) => {
      const { auth, sandbox } = await openCompat({ init: { storage } })
      const { sub } = await sandbox.addUser({ username, password })
      await auth.signIn({ username, password })
      expect(auth.currentUser).toMatchObject({ uid: sub, username })
      await auth.signOut()
      expect(auth.currentUser).toBe(null)
    },
  )
})

test('a publishable key is the access token while the user is signed out', async () => {
  const accessKey = 'publishable-key'
  const compat = await openCompat({ config: { accessKeys: [accessKey] }, init: { accessKey } })
  const { auth, sandbox } = compat
  expect(await auth.getAccessToken()).toEqual({ accessToken: accessKey, env: 'demo' })
  expect(await auth.getLoginState()).toBe(null)
  await auth.getVerification({ email })
  const [sent] = sandbox.requests()
  expect(sent!.headers['authorization']).toMatch(/^Bearer /)
  expect(sent!.query).toEqual({})
  await compat.member()
  expect((await auth.getAccessToken()).accessToken).not.toBe(accessKey)
})

describe('the session', () => {
  test('getAccessToken returns the token and the environment', async () => {
    const compat = await openCompat()
    await compat.member()
    const { accessToken, env } = await compat.auth.getAccessToken()
    expect(env).toBe('demo')
    expect(accessToken).toBe((await compat.auth.getCredentials()).access_token)
    expect(await compat.auth.loginScope()).toBe('user sso')
    expect(compat.calls()).toEqual([])
  })

  test('getAccessToken refreshes an expired session once for any number of callers', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.pass(3 * 3600)
    const tokens = await Promise.all(
      Array.from({ length: 50 }, async () => (await compat.auth.getAccessToken()).accessToken),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(compat.calls()).toEqual(['POST /auth/v1/token'])
  })

  test('setCredentials starts the session of getCredentials in another app', async () => {
    const from = await openCompat()
    const { sub } = await from.member()
    const credentials = await from.auth.getCredentials()
    const to = await openCompat({ init: { env: 'demo' } })
    to.app.registerHost(from.url)
    const { types } = await listen(to)
    await to.auth.setCredentials(credentials)
    expect(to.auth.currentUser).toMatchObject({ uid: sub })
    await vi.waitFor(() => expect(types()).toEqual([undefined, 'sign_in']))
    expect(to.auth.currentUser).toMatchObject({ uid: sub, username })
    const { expires_at } = await to.auth.getCredentials()
    const drift = (expires_at as Date).getTime() - (credentials.expires_at as Date).getTime()
    expect(Math.abs(drift)).toBeLessThan(1000)
  })

  test.each([
    ['expires_in 7200', () => ({ expires_in: 7200 }), 7170],
    ['expires_at in an hour', (now: number) => ({ expires_at: new Date(now + 3600_000) }), 3600],
    [
      'expires_at, as text, in 20 seconds',
      (now: number) => ({ expires_at: new Date(now + 20_000).toISOString() }),
      20,
    ],
  ])('setCredentials: a session with %s is valid as long', async (_, given, seconds) => {
    const { auth, member, clock } = await openCompat()
    await member()
    const { access_token } = await auth.getCredentials()
    await auth.setCredentials({ access_token, ...given(clock.now()) })
    const { expires_in } = await auth.getCredentials()
    expect(expires_in).toBeGreaterThan(seconds - 10)
    expect(expires_in).toBeLessThanOrEqual(seconds)
  })

  test('setCredentials: an expired session is refreshed', async () => {
    const compat = await openCompat()
    await compat.member()
    const { access_token, refresh_token } = await compat.auth.getCredentials()
    const expires_at = new Date(Date.now() - 60_000)
    await compat.auth.setCredentials({ access_token, refresh_token, expires_at })
    expect(await compat.auth.getUserInfo()).toMatchObject({ username })
    expect(compat.calls()).toContain('POST /auth/v1/token')
  })

  test.each([
    ['access_token is required', {}],
    ['expires_in or expires_at', { access_token: 'a' }],
    ['expires_at must be a date', { access_token: 'a', expires_at: 'soon' }],
    ['expires_in must be a number', { access_token: 'a', expires_in: 'soon' as never }],
    ['access_token must be a string', { access_token: 7 as never, expires_in: 7200 }],
  ])('setCredentials rejects malformed credentials: %s', async (named, credentials) => {
    const { auth } = await openCompat()
    const error = await failure(auth.setCredentials(credentials))
    expect(error.error_description).toContain(named)
  })
})
