import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Compat,
  email,
  holding,
  openCompat,
  password,
  phone,
  username,
} from './compatWorld.ts'

const newPassword = 'Even-better-horse-8'

/** Returns the data of an answer that must have no error. */
/** Returns the data of a success, in which nothing is null. */
function dataOf<T>({ data, error }: { data: T; error: unknown }) {
  if (error) throw error as Error
  return data as { [Name in keyof T]-?: NonNullable<T[Name]> }
}
const whole = { user: { id: expect.any(String) }, session: { access_token: expect.any(String) } }

describe('signInWithPassword', () => {
  test.each([{ username }, { email }, { phone }, { phone: '13800000000' }])(
    'signInWithPassword signs in with %o',
    async (name) => {
      const { auth, sandbox, calls } = await openCompat()
      const { sub } = await sandbox.addUser({ username, email, phone_number: phone, password })
      const { user, session } = dataOf(await auth.signInWithPassword({ ...name, password }))
      expect(user).toMatchObject({ id: sub, email, phone, is_anonymous: false })
      expect(session.user.id).toBe(sub)
      expect(calls()).toEqual(['POST /auth/v1/signin', 'GET /auth/v1/user/me'])
    },
  )

  test('signInWithPassword returns its error and never rejects', async () => {
    const { auth } = await openCompat()
    const { data, error } = await auth.signInWithPassword({ username, password })
    expect(data).toEqual({ user: null, session: null })
    expect(error).toMatchObject({ error: 'not_found', code: 'not_found' })
    const none = await auth.signInWithPassword({ password })
    expect(none.error?.error_description).toBe('username or email or phone is required')
    const bare = await auth.signInWithPassword(undefined as never)
    expect(bare.error).toMatchObject({ error: 'invalid_argument' })
  })
})

describe.each([
  ['signInWithOtp', { email }, email],
  ['signInWithOtp', { phone: '13800000000' }, phone],
  ['signUp', { email, name: 'Ada' }, email],
  ['signUp', { phone, name: 'Ada' }, phone],
] as const)('%s with %o', (method, params, to) => {
  test(`${method} sends a code and signs up where there is no account`, async () => {
    const { auth, code, calls, sandbox } = await openCompat()
    const { verifyOtp, messageId } = dataOf(await auth[method](params as { email: string }))
    expect(messageId).toEqual(expect.any(String))
    expect(dataOf(await verifyOtp({ token: code(to) }))).toMatchObject(whole)
    expect(calls()).toEqual([
      'POST /auth/v1/verification',
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signup',
      'GET /auth/v1/user/me',
    ])
    expect(sandbox.users()[0]?.name).toBe('name' in params ? params.name : undefined)
  })

  test(`${method} sends a code and signs in where there is an account`, async () => {
    const { auth, code, sandbox } = await openCompat()
    const { sub } = await sandbox.addUser({ email, phone_number: phone })
    const { verifyOtp } = dataOf(await auth[method](params as { email: string }))
    expect(dataOf(await verifyOtp({ token: code(to) })).user.id).toBe(sub)
  })

  test(`${method} returns invalid_argument for a wrong code`, async () => {
    const { auth } = await openCompat()
    const { verifyOtp } = dataOf(await auth[method](params as { email: string }))
    expect((await verifyOtp({ token: 'wrong' })).error).toMatchObject({ error: 'invalid_argument' })
    expect((await verifyOtp({ token: '' })).error?.error_description).toBe('token is required')
  })
})

test('signInWithOtp with shouldCreateUser false creates no account', async () => {
  const { auth, code, sandbox } = await openCompat()
  const options = { shouldCreateUser: false }
  expect((await auth.signInWithOtp({ email, options })).error).toMatchObject({ error: 'not_found' })
  expect(sandbox.inbox(email)).toEqual([])

  const { sub } = await sandbox.addUser({ email })
  const { verifyOtp } = dataOf(await auth.signInWithOtp({ email, options }))
  sandbox.removeUser(sub)
  expect((await verifyOtp({ token: code(email) })).error).toMatchObject({ error: 'not_found' })
  expect(sandbox.users()).toEqual([])
})

test('signInWithOtp sends emailRedirectTo', async () => {
  const { auth, sandbox } = await openCompat()
  await auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://app.example/' } })
  expect(sandbox.requests()[0]!.body).toHaveProperty('email_redirect_to')
})

test.each([{}, { email, phone }])(
  'signInWithOtp, signUp and resend require exactly one contact, not %o',
  async (contact) => {
    const { auth, calls } = await openCompat()
    for (const answer of [
      await auth.signInWithOtp(contact),
      await auth.signUp(contact),
      await auth.resend(contact),
    ]) {
      expect(answer.error).toMatchObject({ error: 'invalid_argument' })
    }
    expect(calls()).toEqual([])
  },
)

describe('verifyOtp', () => {
  test('verifyOtp signs in by a code that was sent before', async () => {
    const { auth, code, sandbox } = await openCompat()
    const { sub } = await sandbox.addUser({ email })
    const { messageId } = dataOf(await auth.resend({ email }))
    const token = code(email)
    expect(dataOf(await auth.verifyOtp({ email, token, messageId })).user.id).toBe(sub)
  })

  test('verifyOtp with email_change verifies the contact without signing in', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const { messageId } = dataOf(
      await compat.auth.resend({ email: 'new@x.example', type: 'signup' }),
    )
    const token = compat.code('new@x.example')
    const proven = await compat.auth.verifyOtp({ type: 'email_change', token, messageId })
    expect(dataOf(proven).user.id).toBe(sub)
    expect(compat.calls()).not.toContain('POST /auth/v1/signin')
  })

  test('verifyOtp requires a messageId', async () => {
    const { auth } = await openCompat()
    const { error } = await auth.verifyOtp({ email, token: '1' })
    expect(error?.error_description).toBe('messageId is required')
  })
})

test('resend sends to contacts with an account, and to others with type signup', async () => {
  const { auth, sandbox } = await openCompat()
  expect((await auth.resend({ email })).error).toMatchObject({ error: 'not_found' })
  expect(dataOf(await auth.resend({ email, type: 'signup' })).messageId).toBeTruthy()
  expect(sandbox.inbox(email)).toHaveLength(1)
})

describe('the session', () => {
  test('getSession returns null when signed out', async () => {
    const { auth, calls } = await openCompat()
    expect(await auth.getSession()).toEqual({
      data: { session: null, user: null },
      error: null,
    })
    expect((await auth.getUser()).error).toMatchObject({ error: 'unauthenticated' })
    expect((await auth.refreshSession()).error).toMatchObject({ error: 'unauthenticated' })
    expect((await auth.getClaims()).error).toMatchObject({ error: 'unauthenticated' })
    expect(calls()).toEqual([])
  })

  test('getSession refreshes an expired session, refreshSession a valid one as well', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const first = dataOf(await compat.auth.getSession()).session!
    expect(first).toMatchObject({ user: { id: sub }, token_type: 'Bearer' })
    expect(compat.calls()).toEqual([])

    const renewed = dataOf(await compat.auth.refreshSession()).session
    expect(renewed.access_token).not.toBe(first.access_token)
    expect(compat.calls()).toEqual(['POST /auth/v1/token'])

    compat.pass(3 * 3600)
    expect(dataOf(await compat.auth.getSession()).session).toMatchObject({ user: { id: sub } })
    expect(compat.calls()).toEqual(['POST /auth/v1/token'])
  })

  test.each(['setSession', 'refreshSession'] as const)(
    '%s starts the session of a refresh token',
    async (method) => {
      const from = await openCompat()
      const { sub } = await from.member()
      const { access_token, refresh_token } = await from.auth.getCredentials()
      const to = await openCompat()
      to.app.registerHost(from.url)
      const tokens = { access_token: access_token!, refresh_token: refresh_token! }
      const taken =
        method === 'setSession'
          ? await to.auth.setSession(tokens)
          : await to.auth.refreshSession(tokens.refresh_token)
      expect(dataOf(taken).user.id).toBe(sub)
      expect(to.auth.currentUser?.uid).toBe(sub)
    },
  )

  test('setSession returns the error of a rejected refresh token', async () => {
    const { auth } = await openCompat()
    const { error } = await auth.setSession({ access_token: 'a', refresh_token: 'r' })
    expect(error).toMatchObject({ error: 'invalid_grant' })
    const { error: none } = await auth.setSession({ access_token: 'a' } as never)
    expect(none?.error_description).toBe('refresh_token is required')
  })

  test('getClaims returns the claims of the access token', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const { claims, header, signature } = dataOf(await compat.auth.getClaims())
    expect(claims).toMatchObject({ sub, project_id: 'demo', exp: expect.any(Number) })
    expect(header).toMatchObject({ alg: 'ES256' })
    expect(signature).toMatch(/^[\w-]+$/)
  })
})

describe('onAuthStateChange', () => {
  const later = () => new Promise((resolve) => setTimeout(resolve, 20))

  test('onAuthStateChange calls back on every event of the session', async () => {
    const compat = await openCompat()
    const events: unknown[] = []
    const { data } = compat.auth.onAuthStateChange((event, session) =>
      events.push([event, session?.user.id]),
    )
    await vi.waitUntil(() => events.length === 1)
    const { sub } = await compat.member()
    await compat.auth.refreshSession()
    await compat.auth.updateUser({ nickname: 'Ada' })
    await compat.auth.signOut()
    await vi.waitUntil(() => events.length === 5)
    expect(events).toEqual([
      ['INITIAL_SESSION', undefined],
      ['SIGNED_IN', sub],
      ['TOKEN_REFRESHED', sub],
      ['USER_UPDATED', sub],
      ['SIGNED_OUT', undefined],
    ])
    data.subscription.unsubscribe()
    await compat.auth.signInAnonymously()
    expect(events).toHaveLength(5)
  })

  test('onAuthStateChange calls back with the current session first', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const events: unknown[] = []
    compat.open().auth.onAuthStateChange((event, session) => events.push([event, session?.user.id]))
    const { data } = compat.auth.onAuthStateChange(() =>
      events.push('unsubscribed before it began'),
    )
    data.subscription.unsubscribe()
    await vi.waitUntil(() => events.length > 0)
    await later()
    expect(events).toEqual([['INITIAL_SESSION', sub]])
  })
})

describe('the user', () => {
  test('getUser and refreshUser read the user from the server', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    expect(dataOf(await compat.auth.getUser()).user).toMatchObject({
      id: sub,
      aud: 'authenticated',
      email,
      phone,
      user_metadata: { uid: sub, username },
    })
    expect(dataOf(await compat.auth.refreshUser())).toMatchObject(whole)
    expect(compat.calls()).toEqual(['GET /auth/v1/user/me', 'GET /auth/v1/user/me'])
  })

  test('updateUser changes the user', async () => {
    const compat = await openCompat()
    await compat.member()
    const { user } = dataOf(await compat.auth.updateUser({ nickname: 'Ada', gender: 'FEMALE' }))
    expect(user.user_metadata).toMatchObject({ name: 'Ada', gender: 'FEMALE' })
    expect(compat.calls()).toEqual(['POST /auth/v1/user/basic/edit', 'GET /auth/v1/user/me'])
    expect(compat.auth.currentUser?.name).toBe('Ada')

    const nothing = await compat.auth.updateUser({})
    expect(nothing.error?.error_description).toBe('at least one field is required')
    const odd = await compat.auth.updateUser({ gender: 'male' as 'MALE' })
    expect(odd.error?.error_description).toContain('gender')
  })

  test('updateUser changes the e-mail address once it is verified', async () => {
    const compat = await openCompat()
    await compat.member()
    const next = 'lovelace@example.com'
    const { verifyOtp, messageId } = dataOf(
      await compat.auth.updateUser({ email: next, nickname: 'Ada' }),
    )
    expect(messageId).toBeTruthy()
    expect(compat.auth.currentUser).toMatchObject({ email, name: 'Ada' })
    expect((await verifyOtp!({ token: 'wrong' })).error).toMatchObject({
      error: 'invalid_argument',
    })
    expect(dataOf(await verifyOtp!({ token: compat.code(next) })).user.email).toBe(next)
  })

  test('updateUser changes no user who signs in while the code is sent', async () => {
    const held = holding('/auth/v1/verification')
    const compat = await openCompat({ init: { fetch: held.fetch } })
    await compat.member()
    await compat.sandbox.addUser({ sub: 'uid-bob', username: 'bob', password })
    const answer = compat.auth.updateUser({ email: 'lovelace@example.com', nickname: 'Ada' })
    await held.reached
    await compat.auth.signIn({ username: 'bob', password })
    held.release()
    expect((await answer).error).toMatchObject({ error: 'cancelled' })
    expect(compat.sandbox.users().find(({ sub }) => sub === 'uid-bob')!.name).toBeUndefined()
  })

  test('updateUser changes the phone number once it is verified', async () => {
    const compat = await openCompat()
    await compat.member()
    const next = '+86 13900000000'
    const { verifyOtp } = dataOf(await compat.auth.updateUser({ phone: '13900000000' }))
    const { user } = dataOf(await verifyOtp!({ token: compat.code(next) }))
    expect(user.phone).toBe(next)
    const edit = compat.sandbox.requests().findLast(({ path }) => path.endsWith('/basic/edit'))
    expect(edit!.body).toEqual({ phone: next })
  })

  test('deleteUser deletes the user by the password', async () => {
    const { auth, sandbox } = await openCompat()
    await sandbox.addUser({ username, password })
    await auth.signIn({ username, password })
    expect((await auth.deleteUser({ password: '' })).error?.error_description).toContain('password')
    expect((await auth.deleteUser({ password: 'wrong' })).error?.error).toBe('invalid_password')
    expect(await auth.deleteUser({ password })).toEqual({ data: {}, error: null })
    expect(sandbox.users()).toEqual([])
    expect(auth.hasLoginState()).toBe(null)
  })
})

describe('a new password', () => {
  const isSet = ({ auth }: Compat) => auth.signIn({ username, password: newPassword })

  test.each([email, email.replace('@', '＠'), phone, '13800000000'])(
    'resetPasswordForEmail sets a new password by a code sent to %s',
    async (contact) => {
      const compat = await openCompat()
      const { auth } = compat
      await compat.sandbox.addUser({ username, email, phone_number: phone, password })
      const events: string[] = []
      auth.onAuthStateChange((event) => events.push(event))
      const { updateUser } = dataOf(await auth.resetPasswordForEmail(contact))
      const nonce = compat.code(/[@＠]/.test(contact) ? email : phone)
      expect(dataOf(await updateUser({ nonce, password: newPassword }))).toMatchObject(whole)
      expect(events).toContain('PASSWORD_RECOVERY')
      expect(compat.calls()).toEqual([
        'POST /auth/v1/verification',
        'POST /auth/v1/verification/verify',
        'POST /auth/v1/reset',
        'POST /auth/v1/signin',
        'GET /auth/v1/user/me',
      ])
      await isSet(compat)
    },
  )

  test('resetPasswordForOld sets a new password by the old one', async () => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ username, password })
    await compat.auth.signIn({ username, password })
    const passwords = { old_password: password, new_password: newPassword }
    const wrong = await compat.auth.resetPasswordForOld({ ...passwords, old_password: 'wrong' })
    expect(wrong.error).toMatchObject({ error: 'invalid_password' })
    compat.calls()
    expect(dataOf(await compat.auth.resetPasswordForOld(passwords))).toMatchObject(whole)
    expect(compat.calls()).toEqual(['POST /auth/v1/user/sudo', 'PATCH /auth/v1/user/password'])
    await isSet(compat)
  })

  test('reauthenticate sets a new password by a code sent to the user', async () => {
    const compat = await openCompat()
    await compat.member()
    const { updateUser } = dataOf(await compat.auth.reauthenticate())
    const nonce = compat.code(email)
    expect((await updateUser({ nonce, password: '' })).error?.error_description).toContain(
      'password',
    )
    expect(dataOf(await updateUser({ nonce, password: newPassword }))).toMatchObject(whole)
    await isSet(compat)
  })

  test('reauthenticate rejects a user without a contact', async () => {
    const { auth } = await openCompat()
    await auth.signInAnonymously()
    expect((await auth.reauthenticate()).error?.error_description).toContain('neither')
    expect((await auth.resetPasswordForEmail('')).error?.error_description).toContain(
      'emailOrPhone',
    )
  })
})

describe('a provider', () => {
  const redirectTo = 'https://app.example/back?keep=1#here'
  const go = async ({ auth, sandbox }: Compat, options = {}) => {
    const answer = await auth.signInWithOAuth({
      provider: 'demo_idp',
      options: { redirectTo, ...options },
    })
    const { url } = dataOf(answer)
    return Object.fromEntries(new URL(sandbox.consent(url, 'alex')).searchParams)
  }

  test('redirectTo must be of this origin or in the returnOrigins of init', async () => {
    const { auth, calls } = await openCompat({
      init: { auth: { returnOrigins: ['https://shop.example'] } },
    })
    vi.stubGlobal('location', new URL('https://app.example/'))
    onTestFinished(() => void vi.unstubAllGlobals())
    const options = { redirectTo: 'https://evil.example/', skipBrowserRedirect: true }
    const refused = [
      await auth.signInWithOAuth({ provider: 'demo_idp', options }),
      await auth.linkIdentity({ provider: 'demo_idp', options }),
      await auth.resetPasswordForEmail('ada@example.com', options),
      await auth.signInWithOtp({
        email: 'ada@example.com',
        options: { emailRedirectTo: options.redirectTo },
      }),
    ]
    for (const { error } of refused) {
      expect(error).toMatchObject({ code: 'invalid_argument' })
      expect(error?.error_description).toContain('returnOrigins')
    }
    expect(calls()).toEqual([])
    options.redirectTo = 'https://shop.example/back'
    const { error } = await auth.signInWithOAuth({ provider: 'demo_idp', options })
    expect(error).toBe(null)
  })

  test('signInWithOAuth and verifyOAuth sign in', async () => {
    const compat = await openCompat()
    const back = await go(compat, { queryParams: { prompt: 'login' } })
    expect(back['state']).toMatch(/^prd-[0-9a-f]{32}$/)
    const result = dataOf(await compat.auth.verifyOAuth(back))
    expect(result).toMatchObject({
      type: 'sign_in',
      provider: 'demo_idp',
      redirectUrl: redirectTo,
      ...whole,
    })
    expect(compat.calls()).toEqual([
      'GET /auth/v1/provider/uri',
      'POST /auth/v1/provider/token',
      'POST /auth/v1/signin/with/provider',
      'GET /auth/v1/user/me',
    ])
  })

  test('verifyOAuth exchanges a code once, however often it is called', async () => {
    const compat = await openCompat()
    const back = await go(compat)
    const [one, two] = await Promise.all([
      compat.auth.verifyOAuth(back),
      compat.auth.verifyOAuth(back),
    ])
    expect(two).toBe(one)
    expect(await compat.auth.verifyOAuth(back)).toBe(one)
    const calls = compat.calls().filter((call) => call.includes('/provider/token'))
    expect(calls).toHaveLength(1)
  })

  test('verifyOAuth rejects a foreign state before it uses the code', async () => {
    const compat = await openCompat()
    const { code } = await go(compat)
    compat.calls()
    const foreign = await compat.auth.verifyOAuth({ code, state: 'foreign' })
    expect(foreign.error).toMatchObject({ error: 'permission_denied' })
    expect((await compat.auth.verifyOAuth({ code })).error?.error_description).toContain('state')
    const back = await go(compat)
    const other = await compat.auth.verifyOAuth({ ...back, provider: 'another' })
    expect(other.error?.error_description).toContain('provider')
    expect(compat.calls()).not.toContain('POST /auth/v1/provider/token')
  })

  test.each<[string, object]>([
    ['of the page', { provider: 'demo_idp', at: 1 }],
    ['of the official SDK', { provider: 'demo_idp', search: '', hash: '', type: 'sign_in' }],
    ['of an unknown type', { by: 'cloudbase-authflow', provider: 'demo_idp', type: 'admin' }],
  ])(
    'verifyOAuth refuses a state that names an entry %s, and keeps the entry',
    async (_, entry) => {
      const values = new Map([['last_login', JSON.stringify(entry)]])
      vi.stubGlobal('sessionStorage', {
        getItem: (key: string) => values.get(key) ?? null,
        setItem: (key: string, value: string) => values.set(key, value),
        removeItem: (key: string) => values.delete(key),
      })
      // As in a page: a server keeps nothing there.
      vi.stubGlobal('indexedDB', {})
      onTestFinished(() => void vi.unstubAllGlobals())
      const compat = await openCompat()
      const { code } = await go(compat)
      expect(values.size).toBe(2)
      compat.calls()
      const { error } = await compat.auth.verifyOAuth({ code, state: 'last_login' })
      expect(error).toMatchObject({ error: 'permission_denied' })
      expect(values.has('last_login')).toBe(true)
      expect(compat.calls()).toEqual([])
    },
  )

  test('on a server with a global sessionStorage no authorization state is kept in it', async () => {
    const touch = vi.fn<() => null>(() => null)
    vi.stubGlobal('sessionStorage', { getItem: touch, setItem: touch, removeItem: touch })
    onTestFinished(() => void vi.unstubAllGlobals())
    const compat = await openCompat()
    dataOf(await compat.auth.verifyOAuth(await go(compat)))
    expect(touch).not.toHaveBeenCalled()
  })

  const asBob = async ({ auth, sandbox }: Compat) => {
    await sandbox.addUser({ sub: 'uid-bob', username: 'bob', password })
    await auth.signIn({ username: 'bob', password })
  }

  test('verifyOAuth links no provider to another user than the one who asked for it', async () => {
    const compat = await openCompat()
    await compat.member()
    const options = { redirectTo }
    const { url } = dataOf(await compat.auth.linkIdentity({ provider: 'demo_idp', options }))
    const back = Object.fromEntries(new URL(compat.sandbox.consent(url!, 'alex')).searchParams)
    await compat.auth.signOut()
    await asBob(compat)
    compat.calls()
    const { error } = await compat.auth.verifyOAuth(back)
    expect(error).toMatchObject({ error: 'permission_denied' })
    expect(compat.calls()).toEqual([])
    const again = await compat.auth.verifyOAuth(back)
    expect(again.error).toMatchObject({ error: 'permission_denied' })
  })

  test('verifyOAuth links no provider to a user who signs in while the code is exchanged', async () => {
    const held = holding('/auth/v1/provider/token')
    const compat = await openCompat({ init: { fetch: held.fetch } })
    await compat.member()
    const options = { redirectTo }
    const { url } = dataOf(await compat.auth.linkIdentity({ provider: 'demo_idp', options }))
    const back = Object.fromEntries(new URL(compat.sandbox.consent(url!, 'alex')).searchParams)
    const answer = compat.auth.verifyOAuth(back)
    await held.reached
    await asBob(compat)
    held.release()
    expect((await answer).error).toMatchObject({ error: 'cancelled' })
    const bob = compat.sandbox.users().find(({ sub }) => sub === 'uid-bob')!
    expect(bob.identities ?? []).toEqual([])
  })

  test.each<[string, (compat: Compat) => Promise<unknown>, string | undefined]>([
    ['a sign-in that was started later', asBob, 'uid-bob'],
    ['a sign-out', ({ auth }) => auth.signOut(), undefined],
  ])('verifyOAuth gives way to %s', async (_, change, uid) => {
    const held = holding('/auth/v1/provider/token')
    const compat = await openCompat({ init: { fetch: held.fetch } })
    const answer = compat.auth.verifyOAuth(await go(compat))
    await held.reached
    await change(compat)
    held.release()
    const { data, error } = await answer
    expect(data.user?.id).toBe(uid)
    expect(error?.code).toBe(uid ? undefined : 'cancelled')
    expect(compat.auth.currentUser?.uid).toBe(uid)
    expect(compat.calls()).not.toContain('POST /auth/v1/signin/with/provider')
  })

  test('verifyOAuth leaves the answer for another client of the page to that client', async () => {
    const values = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => values.set(key, value),
      removeItem: (key: string) => values.delete(key),
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const compat = await openCompat()
    const back = await go(compat)
    const other = await openCompat({ init: { env: 'other' } })
    const refused = await other.auth.verifyOAuth(back)
    expect(refused.error).toMatchObject({ error: 'permission_denied' })
    expect(other.calls()).toEqual([])
    expect(dataOf(await compat.auth.verifyOAuth(back))).toMatchObject(whole)
  })

  test('verifyOAuth refuses a state that was used before the user signed out and in again', async () => {
    const compat = await openCompat()
    const back = await go(compat)
    const { user } = dataOf(await compat.auth.verifyOAuth(back))
    await compat.auth.signOut()
    const again = dataOf(await compat.auth.verifyOAuth(await go(compat)))
    expect(again.user!.id).toBe(user!.id)
    const { error } = await compat.auth.verifyOAuth(back)
    expect(error).toMatchObject({ error: 'permission_denied' })
  })

  test('verifyOAuth refuses a sign-in that began signed out once another user is signed in', async () => {
    const compat = await openCompat()
    const back = await go(compat)
    await asBob(compat)
    const { error } = await compat.auth.verifyOAuth(back)
    expect(error).toMatchObject({ error: 'permission_denied' })
    expect(compat.auth.currentUser?.uid).toBe('uid-bob')
  })

  test('verifyOAuth answers the tokens of a user to no other user', async () => {
    const compat = await openCompat()
    const back = await go(compat)
    const { session } = dataOf(await compat.auth.verifyOAuth(back))
    await asBob(compat)
    const again = await compat.auth.verifyOAuth(back)
    expect(again.error).toMatchObject({ error: 'permission_denied' })
    expect(JSON.stringify(again)).not.toContain(session!.access_token)
  })

  test('signInWithOAuth refuses an unknown type', async () => {
    const { auth } = await openCompat()
    const options = { redirectTo, type: 'admin' as never }
    const { error } = await auth.signInWithOAuth({ provider: 'demo_idp', options })
    expect(error?.error_description).toBe('type is unknown')
  })

  test('signInWithIdToken signs in by a provider token', async () => {
    const compat = await openCompat()
    const { code } = await go(compat)
    const { provider_token: token } = await compat.auth.grantProviderToken({
      provider_id: 'demo_idp',
      provider_redirect_uri: 'https://app.example/back',
      provider_code: code,
    })
    expect(dataOf(await compat.auth.signInWithIdToken({ token }))).toMatchObject(whole)
  })

  test('linkIdentity, getUserIdentities and unlinkIdentity link, list and unlink a provider', async () => {
    const compat = await openCompat()
    await compat.member()
    const { auth } = compat
    const events: unknown[] = []
    auth.onAuthStateChange((event, _, info) => events.push([event, info]))
    const { url } = dataOf(
      await auth.linkIdentity({ provider: 'demo_idp', options: { redirectTo } }),
    )
    const back = Object.fromEntries(new URL(compat.sandbox.consent(url!, 'alex')).searchParams)
    const linked = dataOf(await auth.verifyOAuth(back))
    expect(linked).toMatchObject({ type: 'bind_identity', provider: 'demo_idp' })
    await vi.waitUntil(() => events.length > 1)
    expect(events.at(-1)).toEqual(['BIND_IDENTITY', { data: linked, error: null }])
    const list = async () => dataOf(await auth.getUserIdentities()).identities
    expect(await list()).toMatchObject([{ id: 'demo_idp' }])
    expect(await auth.unlinkIdentity({ provider: 'demo_idp' })).toEqual({ data: {}, error: null })
    expect(await list()).toEqual([])
  })

  test('signInWithOAuth rejects a URL that is not a web page', async () => {
    const { auth, sandbox } = await openCompat()
    const body = { uri: 'javascript:alert(1)' }
    sandbox.faults([{ method: 'GET', path: '/auth/v1/provider/uri', body }])
    const { error } = await auth.signInWithOAuth({ provider: 'demo_idp', options: { redirectTo } })
    expect(error?.error_description).toContain('not a web page')
  })

  test('signInWithOAuth, linkIdentity and unlinkIdentity reject missing parameters', async () => {
    const { auth } = await openCompat()
    const nameless = await auth.signInWithOAuth({} as never)
    expect(nameless.error?.error_description).toBe('provider is required')
    const homeless = await auth.linkIdentity({ provider: 'demo_idp' })
    expect(homeless.error?.error_description).toContain('redirectTo')
    const unbound = await auth.unlinkIdentity({} as never)
    expect(unbound.error?.error_description).toBe('provider is required')
  })
})
