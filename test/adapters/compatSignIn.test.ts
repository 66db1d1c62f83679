import { describe, expect, test } from 'vitest'
import {
  answeredFailure,
  email,
  failure,
  holding,
  openCompat,
  password,
  phone,
  username,
} from './compatWorld.ts'

describe('verification codes', () => {
  test('getVerification sends a code that verify accepts', async () => {
    const { auth, code, calls } = await openCompat()
    const sent = await auth.getVerification({ phone_number: phone })
    expect(sent).toEqual({
      verification_id: expect.any(String),
      expires_in: 600,
      is_user: false,
    })
    const checked = await auth.verify({
      verification_id: sent.verification_id,
      verification_code: code(phone),
    })
    expect(checked).toMatchObject({ verification_token: expect.any(String) })
    expect(calls()).toEqual(['POST /auth/v1/verification', 'POST /auth/v1/verification/verify'])
  })

  test('verify accepts a code as a number', async () => {
    const { auth, code } = await openCompat()
    let sent
    do sent = await auth.getVerification({ email })
    while (code(email).startsWith('0'))
    const { verification_id } = sent
    const verification_code = Number(code(email)) as unknown as string
    expect(await auth.verify({ verification_id, verification_code })).toHaveProperty(
      'verification_token',
    )
  })

  test('getVerification sends the access token of the session', async () => {
    const compat = await openCompat()
    await compat.member()
    await compat.auth.getVerification({ email, target: 'CUR_USER' })
    expect(compat.sandbox.requests().at(-1)!.headers).toHaveProperty('authorization')
  })

  test('getVerification for the current user fails with unauthenticated when signed out', async () => {
    const { auth, calls } = await openCompat()
    const error = await failure(auth.getVerification({ email, target: 'CUR_USER' }))
    expect(error).toMatchObject({ error: 'unauthenticated', error_code: 16 })
    expect(calls()).toEqual([])
  })

  test.each([
    ['13800000000', '+86 13800000000'],
    ['+8613800000000', '+86 13800000000'],
    [' 138 0000 0000', '+86 13800000000'],
    ['+85212345678', '+852 12345678'],
    ['+14155550100', '+1 4155550100'],
  ])('getVerification sends the code for %s to %s', async (phone_number, sent) => {
    const { auth, sandbox } = await openCompat()
    await auth.getVerification({ phone_number })
    expect(sandbox.inbox(sent)).toHaveLength(1)
  })
})

describe('signUp', () => {
  test('signUp creates a user and signs in', async () => {
    const { auth, prove, calls, sandbox, code } = await openCompat()
    const verification_token = await prove({ phone_number: phone })
    calls()
    const state = await auth.signUp({
      phone_number: phone,
      verification_code: code(phone),
      verification_token,
      name: '手机用户',
      password,
      username,
      gender: 'FEMALE',
    })
    const [user] = sandbox.users()
    expect(state.user).toMatchObject({
      uid: user!.sub,
      name: '手机用户',
      username,
      phoneNumber: phone,
      gender: 'FEMALE',
    })
    expect(calls()).toEqual(['POST /auth/v1/signup', 'GET /auth/v1/user/me'])
    expect(auth.hasLoginState()?.user.uid).toBe(user!.sub)
  })

  test.each(['the token', 'the whole answer'])(
    'signUp turns an anonymous user into a user with the same uid, given %s of getAccessToken',
    async (given) => {
      const { auth, prove } = await openCompat()
      const guest = await auth.signInAnonymously()
      const answer = await auth.getAccessToken()
      const state = await auth.signUp({
        email,
        verification_token: await prove({ email }),
        anonymous_token: given === 'the token' ? answer.accessToken : answer,
      })
      expect(state.user.uid).toBe(guest.user.uid)
      expect(await auth.loginScope()).not.toBe('anonymous')
    },
  )

  test('signUp fails with failed_precondition when the contact has an account', async () => {
    const { auth, prove, sandbox } = await openCompat()
    await sandbox.addUser({ email })
    const verification_token = await prove({ email })
    expect(await failure(auth.signUp({ email, verification_token }))).toMatchObject({
      error: 'failed_precondition',
      error_code: 9,
    })
  })
})

describe('signIn', () => {
  test.each([phone, '13800000000', email, username])(
    'signIn with the password signs in %s',
    async (name) => {
      const { auth, sandbox, calls } = await openCompat()
      const { sub } = await sandbox.addUser({ phone_number: phone, email, username, password })
      const state = await auth.signIn({ username: name, password })
      expect(state.user.uid).toBe(sub)
      expect(state.oauthLoginState).toMatchObject({
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'Bearer',
        expires_at: expect.any(Date),
        sub,
      })
      expect(calls()).toEqual(['POST /auth/v1/signin', 'GET /auth/v1/user/me'])
    },
  )

  test('signIn with a verified code signs in', async () => {
    const { auth, sandbox, prove } = await openCompat()
    const { sub } = await sandbox.addUser({ phone_number: phone })
    const verification_token = await prove({ phone_number: phone })
    const { user } = await auth.signIn({ username: phone, verification_token })
    expect(user.uid).toBe(sub)
  })

  test('signIn with version v2 begins a session that is refreshed with v2', async () => {
    const { auth, sandbox, calls, pass } = await openCompat()
    await sandbox.addUser({ username, password })
    await auth.signIn({ username, password, version: 'v2' })
    expect(calls()[0]).toBe('POST /auth/v2/signin/username')
    pass(3 * 3600)
    await auth.getAccessToken()
    expect(calls()).toEqual(['POST /auth/v2/token'])
  })

  test('verify with version v2 signs in by the code', async () => {
    const { auth, sandbox, code, calls } = await openCompat()
    const { sub } = await sandbox.addUser({ email })
    const { verification_id } = await auth.getVerification({ email })
    const answer = await auth.verify({
      verification_id,
      verification_code: code(email),
      version: 'v2',
    })
    expect(answer).toMatchObject({ access_token: expect.any(String), sub })
    expect(calls()).toContain('POST /auth/v2/signin/verificationcode')
    expect(auth.currentUser?.uid).toBe(sub)
  })

  test('signIn of a blocked user fails with user_blocked', async () => {
    const { auth, sandbox } = await openCompat()
    await sandbox.addUser({ username, password, status: 'blocked' })
    expect(await failure(auth.signIn({ username, password }))).toMatchObject({
      error: 'user_blocked',
    })
    expect(auth.hasLoginState()).toBe(null)
  })

  test('signIn succeeds when the user cannot be read', async () => {
    const { auth, sandbox } = await openCompat()
    const { sub } = await sandbox.addUser({ username, password })
    sandbox.faults([{ method: 'GET', path: '/auth/v1/user/me', status: 503, times: 9 }])
    const { user } = await auth.signIn({ username, password })
    expect(user).toMatchObject({ uid: sub })
    expect(auth.hasLoginState()).not.toBe(null)
  })

  test('signIn: of concurrent sign-ins the last one started wins', async () => {
    const { auth, sandbox } = await openCompat()
    await sandbox.addUser({ username: 'first', password })
    const last = await sandbox.addUser({ username: 'last', password })
    sandbox.faults([{ method: 'POST', path: '/auth/v1/signin', delayMs: 200 }])
    await Promise.all([
      auth.signIn({ username: 'first', password }),
      auth.signIn({ username: 'last', password }),
    ])
    expect(auth.currentUser?.uid).toBe(last.sub)
  })

  test('signIn: an answer after a later sign-in and sign-out is dropped', async () => {
    const { auth, sandbox } = await openCompat()
    await sandbox.addUser({ username, password })
    sandbox.faults([{ method: 'POST', path: '/auth/v1/signin', delayMs: 400 }])
    const slow = failure(auth.signIn({ username, password }))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await auth.signInAnonymously()
    await auth.signOut()
    expect(await slow).toMatchObject({ error: 'cancelled' })
    expect(auth.hasLoginState()).toBe(null)
  })

  test('signIn: a failed sign-in does not affect a concurrent one', async () => {
    const { auth, sandbox } = await openCompat()
    await sandbox.addUser({ username, password })
    const [wrong, right] = await Promise.allSettled([
      auth.signIn({ username, password: 'wrong' }),
      auth.signIn({ username, password }),
    ])
    expect([wrong.status, right.status]).toEqual(['rejected', 'fulfilled'])
  })
})

describe.each([
  ['signInWithSms', { phone_number: phone }, { phoneNum: phone }],
  ['signInWithEmail', { email }, { email }],
] as const)('%s', (method, contact, address) => {
  const open = async (init = {}) => {
    const compat = await openCompat({ init })
    const [to] = Object.values(contact) as [string]
    const verificationInfo = await compat.auth.getVerification(contact)
    const signIn = (info: object = verificationInfo, bindInfo?: { providerToken: string }) =>
      compat.auth[method]({
        verificationInfo: info,
        verificationCode: compat.code(to),
        bindInfo,
        ...address,
      } as never)
    compat.calls()
    return { ...compat, verificationInfo, signIn }
  }

  test(`${method} signs up where there is no account`, async () => {
    const { signIn, calls, sandbox } = await open()
    const { user } = await signIn()
    expect(sandbox.users()).toMatchObject([{ sub: user.uid, ...contact }])
    expect(calls()).toEqual([
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signup',
      'GET /auth/v1/user/me',
    ])
  })

  test(`${method} signs in where there is an account`, async () => {
    const { signIn, calls, sandbox, verificationInfo } = await open()
    const { sub } = await sandbox.addUser(contact)
    const { user } = await signIn({ ...verificationInfo, is_user: true })
    expect(user.uid).toBe(sub)
    expect(calls()).toEqual([
      'POST /auth/v1/verification/verify',
      'POST /auth/v1/signin',
      'GET /auth/v1/user/me',
    ])
  })

  test(`${method} switches between sign-in and sign-up when an account was created or deleted since`, async () => {
    const come = await open()
    const { sub } = await come.sandbox.addUser(contact)
    expect((await come.signIn()).user.uid).toBe(sub)
    expect(come.calls()).toContain('POST /auth/v1/signup failed_precondition')

    const gone = await open()
    await gone.signIn({ ...gone.verificationInfo, is_user: true })
    expect(gone.sandbox.users()).toHaveLength(1)
    expect(gone.calls()).toContain('POST /auth/v1/signin not_found')
  })

  test(`${method} fails with the first error when both sign-in and sign-up are barred`, async () => {
    const { signIn, sandbox } = await open()
    await sandbox.addUser({ ...contact, status: 'blocked' })
    expect(await failure(signIn())).toMatchObject({ error: 'user_blocked' })

    const refused = await open()
    const body = { error: 'failed_precondition', error_description: 'closed' }
    refused.sandbox.faults([{ method: 'POST', path: '/auth/v1/signup', status: 400, body }])
    expect(await failure(refused.signIn())).toMatchObject(body)
  })

  test(`${method} binds a provider to the user`, async () => {
    const { signIn, auth, sandbox, verificationInfo } = await open()
    const { sub } = await sandbox.addUser(contact)
    const { provider_token } = await auth.grantProviderToken({
      provider_id: 'wx1234567890abcdef',
      provider_code: 'wx-code-alex',
    })
    await signIn({ ...verificationInfo, is_user: true }, { providerToken: provider_token })
    expect(sandbox.users().find((user) => user.sub === sub)?.identities).toHaveLength(1)
  })

  test(`${method} gives way to a sign-in that was started later`, async () => {
    const held = holding('/auth/v1/verification/verify')
    const { signIn, auth } = await open({ fetch: held.fetch })
    const answer = signIn()
    await held.reached
    const guest = await auth.signInAnonymously()
    held.release()
    expect((await answer).user.uid).toBe(guest.user.uid)
    expect(auth.currentUser?.uid).toBe(guest.user.uid)
  })

  test(`${method} binds the provider to no user who signs in before it is bound`, async () => {
    const held = holding('/auth/v1/signin')
    const { signIn, auth, sandbox, verificationInfo } = await open({ fetch: held.fetch })
    await sandbox.addUser(contact)
    const { provider_token } = await auth.grantProviderToken({
      provider_id: 'wx1234567890abcdef',
      provider_code: 'wx-code-alex',
    })
    const info = { ...verificationInfo, is_user: true }
    const answer = signIn(info, { providerToken: provider_token })
    await held.reached
    const guest = await auth.signInAnonymously()
    held.release()
    expect((await answer).user.uid).toBe(guest.user.uid)
    expect(auth.currentUser?.uid).toBe(guest.user.uid)
    expect(sandbox.users().flatMap(({ identities = [] }) => identities)).toEqual([])
  })

  test(`${method} fails with invalid_argument for a wrong code`, async () => {
    const { auth, verificationInfo } = await open()
    const verificationCode = 'wrong'
    const params = { verificationInfo, verificationCode, ...address } as never
    expect(await failure(auth[method](params))).toMatchObject({ error: 'invalid_argument' })
  })
})

describe('signInAnonymously', () => {
  test('signInAnonymously signs in as the same user again', async () => {
    const { auth, calls } = await openCompat()
    const { user, data, error } = await auth.signInAnonymously()
    expect(error).toBe(null)
    expect(data.user).toMatchObject({ id: user.uid, is_anonymous: true })
    expect(calls()).toEqual(['POST /auth/v1/signin/anonymously', 'GET /auth/v1/user/me'])
    expect(await auth.loginScope()).toBe('anonymous')
    await auth.signOut()
    expect((await auth.signInAnonymously()).user.uid).toBe(user.uid)
  })
})

test('getVerification and signInAnonymously: a lost answer fails the call and sends nothing again', async () => {
  const { auth, sandbox, calls } = await openCompat()
  for (const path of ['/auth/v1/verification', '/auth/v1/signin/anonymously']) {
    sandbox.faults([{ method: 'POST', path, drop: 'after', times: 3 }])
    const attempt = path.endsWith('verification')
      ? failure(auth.getVerification({ email }))
      : answeredFailure(auth.signInAnonymously())
    expect(await attempt).toMatchObject({ error: 'unreachable' })
    expect(calls()).toHaveLength(1)
  }
  expect(sandbox.inbox(email)).toHaveLength(1)
  expect(auth.hasLoginState()).toBe(null)
})

describe('signInWithCustomTicket', () => {
  test('signInWithCustomTicket gets the ticket by setCustomSignFunc', async () => {
    const { auth, sandbox, calls } = await openCompat()
    auth.setCustomSignFunc(() => sandbox.mintTicket('employee-7'))
    const { user, data } = await auth.signInWithCustomTicket()
    expect(user.uid).toBe('employee-7')
    expect(data.user?.app_metadata.provider).toBe('custom')
    expect(calls()).toEqual(['POST /auth/v1/signin/custom', 'GET /auth/v1/user/me'])
    expect(await failure(auth.queryUser({ username }))).toMatchObject({
      error: 'permission_denied',
    })
    expect(calls()).toEqual([])
  })

  test('signInWithCustomTicket accepts the function as a parameter', async () => {
    const { auth, sandbox } = await openCompat()
    const { user } = await auth.signInWithCustomTicket(() => sandbox.mintTicket('employee-8'))
    expect(user.uid).toBe('employee-8')
  })

  test('signInWithCustomTicket without a function fails with failed_precondition', async () => {
    const { auth, calls } = await openCompat()
    expect(await answeredFailure(auth.signInWithCustomTicket())).toMatchObject({
      error: 'failed_precondition',
      error_description: 'call setCustomSignFunc first',
    })
    expect(() => auth.setCustomSignFunc('ticket' as never)).toThrow('getTickFn')
    expect(calls()).toEqual([])
  })

  test('signInWithCustomTicket fails with the error of the function', async () => {
    const { auth } = await openCompat()
    auth.setCustomSignFunc(() => Promise.reject(new Error('not today')))
    expect(await answeredFailure(auth.signInWithCustomTicket())).toHaveProperty(
      'message',
      'not today',
    )
  })

  test('signInWithCustomTicket without a refresh token: the session ends when its token expires', async () => {
    const { auth, sandbox, pass, calls } = await openCompat({
      config: { customRefreshToken: 'off' },
    })
    auth.setCustomSignFunc(() => sandbox.mintTicket('employee-7'))
    await auth.signInWithCustomTicket()
    expect((await auth.getLoginState())?.user.uid).toBe('employee-7')
    pass(3 * 3600)
    calls()
    expect(auth.hasLoginState()).toBe(null)
    expect(await auth.getLoginState()).toBe(null)
    expect(calls()).toEqual([])
  })
})

test.each<[string, (auth: Awaited<ReturnType<typeof openCompat>>['auth']) => Promise<unknown>]>([
  ['phone_number or email', (auth) => auth.getVerification({})],
  ['phone_number or email', (auth) => auth.getVerification(undefined as never)],
  ['phone_number and email', (auth) => auth.getVerification({ phone_number: phone, email })],
  [
    'phone_number must carry its country code',
    (auth) => auth.getVerification({ phone_number: '12345' }),
  ],
  ['phone_number or email', (auth) => auth.signUp({ verification_token: 'v' })],
  [
    'phone_number and email',
    (auth) => auth.signUp({ phone_number: phone, email, verification_token: 'v' }),
  ],
  [
    'gender must be MALE, FEMALE or UNKNOWN',
    (auth) => auth.signUp({ email, verification_token: 'v', gender: 'male' as 'MALE' }),
  ],
  ['username is required', (auth) => auth.signIn({ password } as never)],
  ['username is required', (auth) => auth.signIn(undefined as never)],
  ['password or verification_token', (auth) => auth.signIn({ username })],
  ['verification_id', (auth) => auth.verify({ verification_code: '1' } as never)],
  ['verification_code', (auth) => auth.verify({ verification_id: '1' } as never)],
  ['phoneNum', (auth) => auth.signInWithSms(undefined as never)],
  ['email', (auth) => auth.signInWithEmail({} as never)],
  ['verification_id', (auth) => auth.signInWithEmail({ email, verificationCode: '1' } as never)],
  [
    'verificationCode',
    (auth) => auth.signInWithEmail({ email, verificationInfo: { verification_id: '1' } } as never),
  ],
])('sign-in methods reject malformed parameters before a request: %s', async (named, run) => {
  const { auth, calls } = await openCompat()
  const error = await failure(run(auth))
  expect(error).toMatchObject({ error: 'invalid_argument', error_code: 3 })
  expect(error.error_description).toContain(named)
  expect(calls()).toEqual([])
})
