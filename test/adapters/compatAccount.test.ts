import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Compat, failure, openCompat, password, phone, username } from './compatWorld.ts'

const newEmail = 'lovelace@example.com'
const newPhone = '+86 13900000000'
const newPassword = 'Even-better-horse-8'

/** Returns a sudo token of the current user. */
const elevate = async ({ auth, prove }: Compat) =>
  auth.sudo({ verification_token: await prove({ phone_number: phone }) })

describe('currentUser', () => {
  test('currentUser is known synchronously, also after a reload', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    expect(compat.auth.currentUser).toMatchObject({
      uid: sub,
      sub,
      username,
      phoneNumber: phone,
      emailVerified: true,
    })
    const { auth } = compat.open()
    expect(auth.hasLoginState()?.user).toMatchObject({ uid: sub, username })
    expect(auth.currentUser).toMatchObject({ uid: sub, username })
    expect(compat.calls()).toEqual([])
  })

  test('getCurrentUser and getUserInfo read the user from the server', async () => {
    const compat = await openCompat()
    await compat.member()
    const other = compat.open()
    await other.auth.currentUser!.update({ name: 'Ada' })
    compat.calls()
    expect(await compat.auth.getCurrentUser()).toMatchObject({ name: 'Ada' })
    expect(await compat.auth.getUserInfo()).toMatchObject({ name: 'Ada', email_verified: true })
    expect(compat.calls()).toEqual(['GET /auth/v1/user/me', 'GET /auth/v1/user/me'])
  })

  test('getCurrentUser returns the cached user while the server is unavailable', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', status: 503, times: 9 }])
    expect(await compat.auth.getCurrentUser()).toMatchObject({ username })
  })

  test('currentUser is null when signed out', async () => {
    const { auth, calls } = await openCompat()
    expect(await auth.getCurrentUser()).toBe(null)
    expect(await auth.getUserInfo()).toBe(null)
    expect(auth.currentUser).toBe(null)
    expect(calls()).toEqual([])
  })

  test('User.update changes the user on the server and in the object', async () => {
    const compat = await openCompat()
    await compat.member()
    const user = compat.auth.currentUser!
    expect(await user.update({ gender: 'MALE', name: 'Ada', birthdate: '1815-12-10' })).toBe(
      undefined,
    )
    expect(user).toMatchObject({ gender: 'MALE', name: 'Ada', birthdate: '1815-12-10' })
    expect(compat.auth.currentUser).toMatchObject({ gender: 'MALE', name: 'Ada' })
    expect(compat.calls()).toEqual(['PATCH /auth/v1/user/profile'])
  })

  test('User.refresh updates the object', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const user = compat.auth.currentUser!
    await compat.open().auth.currentUser!.update({ name: 'Ada' })
    expect(user.name).toBe(undefined)
    expect(await user.refresh()).toMatchObject({ sub, name: 'Ada' })
    expect(user.name).toBe('Ada')
  })

  test('User.update rejects a gender that the protocol lacks', async () => {
    const compat = await openCompat()
    await compat.member()
    const error = await failure(compat.auth.currentUser!.update({ gender: 'male' as 'MALE' }))
    expect(error).toMatchObject({ error: 'invalid_argument' })
    expect(error.error_description).toContain('gender')
    expect(compat.calls()).toEqual([])
  })

  test('currentUser copied with its enumerable fields has no methods', async () => {
    const compat = await openCompat()
    await compat.member()
    expect(structuredClone({ ...compat.auth.currentUser })).toMatchObject({ username })
    expect(JSON.parse(JSON.stringify(compat.auth.hasLoginState()))).toEqual({
      user: expect.objectContaining({ username }),
    })
  })
})

describe('sudo', () => {
  test('sudo with a verified code returns a sudo token', async () => {
    const compat = await openCompat()
    await compat.member()
    expect(await elevate(compat)).toEqual({ sudo_token: expect.any(String), expires_in: 900 })
    expect(compat.calls().at(-1)).toBe('POST /auth/v1/user/sudo')
  })

  test('sudo with the password returns a sudo token', async () => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ username, password })
    await compat.auth.signIn({ username, password })
    expect(await compat.auth.sudo({ password })).toHaveProperty('sudo_token')
    expect(await failure(compat.auth.sudo({ password: 'wrong' }))).toMatchObject({
      error: 'invalid_password',
    })
  })

  test('sudo of a user without password and contact returns an empty token, which setPassword accepts', async () => {
    const { auth, sandbox } = await openCompat()
    auth.setCustomSignFunc(() => sandbox.mintTicket('employee-7'))
    await auth.signInWithCustomTicket()
    const sudo = await auth.sudo({ password: 'none' })
    expect(sudo.sudo_token).toBe('')
    expect((await auth.getSession()).data.user?.user_metadata.hasPassword).toBe(false)
    await auth.setPassword({ new_password: newPassword, sudo_token: '' })
    expect(sandbox.users()[0]).toMatchObject({ hasPassword: true })
    expect(auth.currentUser).toMatchObject({ hasPassword: true })
    expect((await auth.getSession()).data.user?.user_metadata.hasPassword).toBe(true)
  })
})

describe.each(['the token', 'the whole answer'])('with %s of sudo', (given) => {
  const open = async () => {
    const compat = await openCompat()
    const user = await compat.member()
    const sudo = await elevate(compat)
    const sudo_token = given === 'the token' ? sudo.sudo_token : sudo
    const me = () => compat.sandbox.users().find(({ sub }) => sub === user.sub)
    return { ...compat, sudo_token, me }
  }

  test.each(['bindPhoneNumber', 'bindPhone'] as const)(
    '%s changes the phone number',
    async (method) => {
      const { auth, prove, sudo_token, me, calls } = await open()
      const verification_token = await prove({ phone_number: newPhone })
      calls()
      expect(
        await auth[method]({ phone_number: '13900000000', sudo_token, verification_token }),
      ).toBe(undefined)
      expect(calls()).toEqual(['PATCH /auth/v1/user/contact', 'GET /auth/v1/user/me'])
      expect(me()).toMatchObject({ phone_number: newPhone })
      expect(auth.currentUser?.phone_number).toBe(newPhone)
    },
  )

  test('bindEmail changes the e-mail address', async () => {
    const { auth, prove, sudo_token, me } = await open()
    const verification_token = await prove({ email: newEmail })
    expect(await auth.bindEmail({ email: newEmail, sudo_token, verification_token })).toBe(
      undefined,
    )
    expect(me()).toMatchObject({ email: newEmail })
  })

  test('setPassword changes the password', async () => {
    const { auth, sudo_token, calls } = await open()
    calls()
    expect(await auth.setPassword({ new_password: newPassword, sudo_token })).toBe(undefined)
    expect(calls()).toEqual(['PATCH /auth/v1/user/password'])
    await auth.signOut()
    expect(await auth.signIn({ username, password: newPassword })).toBeTruthy()
  })

  test('deleteMe deletes the user and ends the session', async () => {
    const { auth, sudo_token, me, storage } = await open()
    const events: unknown[] = []
    await auth.onLoginStateChanged((params) => events.push(params?.data?.eventType))
    expect(await auth.deleteMe({ sudo_token })).toMatchObject({ username })
    expect(me()).toBe(undefined)
    expect(auth.hasLoginState()).toBe(null)
    expect(await auth.getLoginState()).toBe(null)
    expect(storage.get('credentials_demo')).toBe(undefined)
    expect(storage.get('user_info_demo')).toBe(undefined)
    expect(events).toEqual([undefined, 'sign_out'])
  })
})

test('bindPhoneNumber: the contact of another user is rejected, or transferred with conflict_resolution', async () => {
  const compat = await openCompat()
  await compat.member()
  await compat.sandbox.addUser({ email: newEmail })
  const { sudo_token } = await elevate(compat)
  const bind = async (more = {}) =>
    compat.auth.bindEmail({
      email: newEmail,
      sudo_token,
      verification_token: await compat.prove({ email: newEmail }),
      ...more,
    })
  expect(await failure(bind())).toMatchObject({ error: 'failed_precondition' })
  await bind({ conflict_resolution: 'TRANSFER' })
  expect(await compat.auth.getUserInfo()).toMatchObject({ email: newEmail })
})

test('resetPassword sets a forgotten password', async () => {
  const { auth, sandbox, prove, calls } = await openCompat()
  await sandbox.addUser({ phone_number: phone, username, password })
  const verification_token = await prove({ phone_number: phone })
  calls()
  const request = { phone_number: '13800000000', new_password: newPassword, verification_token }
  expect(await auth.resetPassword(request)).toBe(undefined)
  expect(calls()).toEqual(['POST /auth/v1/reset'])
  expect(await auth.signIn({ username, password: newPassword })).toBeTruthy()
})

test('isUsernameRegistered returns whether a name is taken', async () => {
  const { auth, sandbox, calls } = await openCompat()
  await sandbox.addUser({ username, password })
  expect(await auth.isUsernameRegistered(username)).toBe(true)
  expect(await auth.isUsernameRegistered('unknown')).toBe(false)
  expect(calls()).toEqual(Array(2).fill('GET /auth/v1/checkIfUserExist'))
})

describe('queryUser', () => {
  test('queryUser finds users by id, name, e-mail address and phone number', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const other = await compat.sandbox.addUser({ email: newEmail, name: 'Grace' })
    const { auth } = compat
    const found = await auth.queryUser({ id: [sub, other.sub] })
    expect(found).toMatchObject({ total: 2, data: [{ sub }, { sub: other.sub, name: 'Grace' }] })
    expect(await auth.queryUser({ username })).toMatchObject({ total: 1, data: [{ sub }] })
    expect(await auth.queryUser({ email: newEmail })).toMatchObject({ data: [{ sub: other.sub }] })
    expect(await auth.queryUser({ phone_number: '13800000000' })).toMatchObject({ data: [{ sub }] })
    expect(await auth.queryUser({ username: 'unknown' })).toEqual({ total: 0, data: [] })
  })

  test('queryUser rejects more than 50 ids', async () => {
    const compat = await openCompat()
    await compat.member()
    const ids = Array.from({ length: 51 }, (_, index) => `user-${index}`)
    expect(await compat.auth.queryUser({ id: ids.slice(0, 50) })).toMatchObject({ total: 0 })
    const error = await failure(compat.auth.queryUser({ id: ids }))
    expect(error).toMatchObject({ error: 'invalid_argument' })
    expect(error.error_description).toContain('id can name at most 50')
    expect(compat.calls()).toEqual(['GET /auth/v1/user/query'])
  })

  test('queryUser rejects anonymous users before it sends a request', async () => {
    const { auth, calls } = await openCompat()
    await auth.signInAnonymously()
    calls()
    expect(await failure(auth.queryUser({ username }))).toMatchObject({
      error: 'permission_denied',
      error_description: expect.stringContaining('anonymous users'),
    })
    expect(calls()).toEqual([])
  })

  test('queryUser rejects users of custom sign-in, also after a reload', async () => {
    const compat = await openCompat()
    compat.auth.setCustomSignFunc(() => compat.sandbox.mintTicket('employee-7'))
    await compat.auth.signInWithCustomTicket()
    await compat.auth.getUserInfo()
    const { auth } = compat.open()
    compat.calls()
    expect(await failure(auth.queryUser({ username }))).toMatchObject({
      error: 'permission_denied',
    })
    expect(compat.calls()).toEqual([])
  })
})

describe('signOut', () => {
  test('signOut ends the session locally and on the server', async () => {
    const compat = await openCompat()
    await compat.member()
    const { accessToken } = await compat.auth.getAccessToken()
    expect(await compat.auth.signOut()).toEqual({ data: {}, error: null })
    expect(compat.calls()).toEqual(['POST /auth/v1/revoke'])
    expect(compat.auth.hasLoginState()).toBe(null)
    expect(compat.storage.get('credentials_demo')).toBe(undefined)
    expect(compat.storage.get('user_info_demo')).toBe(undefined)
    const me = await fetch(`${compat.url}/auth/v1/user/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(me.status).toBe(401)
  })

  test('signOut ends the session locally when the server is unreachable', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.sandbox.faults([{ method: '*', path: '/auth/*', drop: 'before', times: 9 }])
    expect(await compat.auth.signOut()).toMatchObject({ error: null })
    expect(compat.auth.hasLoginState()).toBe(null)
    expect(compat.open().auth.hasLoginState()).toBe(null)
  })

  test('signOut without a session sends no request', async () => {
    const { auth, calls } = await openCompat()
    expect(await auth.signOut()).toMatchObject({ error: null })
    expect(calls()).toEqual([])
  })

  test('signOut right after a reload ends the stored session', async () => {
    const compat = await openCompat()
    await compat.member()
    await compat.open().auth.signOut()
    expect(compat.calls()).toEqual(['POST /auth/v1/revoke'])
    expect(compat.open().auth.hasLoginState()).toBe(null)
  })

  test('signOut returns the redirect_uri', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.sandbox.config({ allowedOrigins: ['https://app.example'] })
    const redirect_uri = 'https://app.example/bye'
    expect(await compat.auth.signOut({ redirect_uri, state: 'wx' })).toMatchObject({
      redirect_uri: `${redirect_uri}?state=wx`,
    })
    expect(compat.calls()).toEqual(['POST /auth/v1/user/signout'])
    expect(compat.auth.hasLoginState()).toBe(null)
  })

  test('signOut with a redirect_uri ends the session before the server has answered', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.sandbox.config({ allowedOrigins: ['https://app.example'] })
    const redirect_uri = 'https://app.example/bye'
    const { accessToken } = await compat.auth.getAccessToken()
    compat.sandbox.faults([{ method: 'POST', path: '/auth/v1/user/signout', delayMs: 500 }])
    const signedOut = compat.auth.signOut({ redirect_uri })
    await vi.waitUntil(() => compat.sandbox.requests().at(-1)?.path.endsWith('signout'))
    expect(compat.auth.hasLoginState()).toBe(null)
    expect(await signedOut).toMatchObject({ redirect_uri })
    const answer = await compat.sandbox.fetch(`${compat.url}/auth/v1/user/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(answer.status).toBe(401)
  })

  test('signOut while signed out returns no redirect_uri of an earlier one', async () => {
    const { auth, member, sandbox } = await openCompat()
    await member()
    sandbox.config({ allowedOrigins: ['https://app.example'] })
    const redirect_uri = 'https://app.example/bye'
    expect(await auth.signOut({ redirect_uri })).toMatchObject({ redirect_uri })
    expect(await auth.signOut({ redirect_uri })).toEqual({ data: {}, error: null })
  })

  test.each([
    ['https://app.example/bye', true],
    ['https://shop.example/bye', true],
    ['https://evil.example/bye', false],
    ['javascript:alert(1)', false],
  ])(
    'signOut to %j is possible by the returnOrigins of init: %s',
    async (redirect_uri, isAllowed) => {
      const compat = await openCompat({
        init: { auth: { returnOrigins: ['https://shop.example'] } },
      })
      await compat.member()
      compat.sandbox.config({
        allowedOrigins: ['https://app.example', 'https://shop.example', 'https://evil.example'],
      })
      vi.stubGlobal('location', new URL('https://app.example/'))
      onTestFinished(() => void vi.unstubAllGlobals())
      const answer = await compat.auth.signOut({ redirect_uri })
      expect('redirect_uri' in answer).toBe(isAllowed)
      expect(compat.calls()).toEqual([
        isAllowed ? 'POST /auth/v1/user/signout' : 'POST /auth/v1/revoke',
      ])
      expect(compat.auth.hasLoginState()).toBe(null)
    },
  )
})

test.each<[string, (compat: Compat) => Promise<unknown>]>([
  ['password or verification_token', ({ auth }) => auth.sudo({})],
  ['new_password', ({ auth }) => auth.setPassword({ sudo_token: 's' } as never)],
  [
    'phone_number is required',
    ({ auth }) => auth.bindPhoneNumber({ sudo_token: 's', verification_token: 'v' } as never),
  ],
  [
    'verification_token is required',
    ({ auth }) => auth.bindEmail({ email: newEmail, sudo_token: 's' } as never),
  ],
  [
    'email and phone_number',
    ({ auth }) =>
      auth.bindEmail({
        email: newEmail,
        phone_number: phone,
        sudo_token: 's',
        verification_token: 'v',
      }),
  ],
  [
    'phone_number or email',
    ({ auth }) => auth.resetPassword({ new_password: 'p', verification_token: 'v' }),
  ],
  [
    'verification_token',
    ({ auth }) => auth.resetPassword({ email: newEmail, new_password: 'p' } as never),
  ],
  ['username must be a string', ({ auth }) => auth.isUsernameRegistered(7 as never)],
  ['id, username, email or phone_number', ({ auth }) => auth.queryUser({})],
])('account methods reject malformed parameters before a request: %s', async (named, run) => {
  const compat = await openCompat()
  await compat.member()
  const error = await failure(run(compat))
  expect(error).toMatchObject({ error: 'invalid_argument' })
  for (const word of named.split(' and ')) expect(error.error_description).toContain(word)
  expect(compat.calls()).toEqual([])
})

test('account methods: a call while signed out fails with unauthenticated without a request', async () => {
  const { auth, calls } = await openCompat()
  const attempts = [
    auth.getAccessToken(),
    auth.getCredentials(),
    auth.loginScope(),
    auth.sudo({ password }),
    auth.setPassword({ new_password: newPassword }),
    auth.queryUser({ username }),
    auth.getProviders(),
    auth.deleteMe(),
  ]
  for (const attempt of attempts) {
    expect(await failure(attempt)).toMatchObject({ error: 'unauthenticated', error_code: 16 })
  }
  expect(calls()).toEqual([])
})
