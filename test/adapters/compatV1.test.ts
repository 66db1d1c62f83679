import { expect, test, vi } from 'vitest'
import { email, failure, openCompat, password, phone, username } from './compatWorld.ts'

const newPassword = 'Even-better-horse-8'

test('anonymousAuthProvider().signIn() signs in as a guest', async () => {
  const { auth } = await openCompat()
  expect(await auth.anonymousAuthProvider().signIn()).toBe(undefined)
  expect(await auth.loginScope()).toBe('anonymous')
})

test('anonymousAuthProvider().signIn() rejects when the server refuses', async () => {
  const { auth, sandbox } = await openCompat()
  const path = '/auth/v1/signin/anonymously'
  sandbox.faults([{ method: 'POST', path, status: 403, body: { error: 'permission_denied' } }])
  expect(await failure(auth.anonymousAuthProvider().signIn())).toMatchObject({
    error: 'permission_denied',
  })
})

test('customAuthProvider().signIn(ticket) signs in the user of the ticket', async () => {
  const { auth, sandbox } = await openCompat()
  await auth.customAuthProvider().signIn(await sandbox.mintTicket('employee-7'))
  expect(auth.currentUser?.uid).toBe('employee-7')
})

test('setCustomSignFunc takes the promise of a ticket, and its failure fails the sign-in', async () => {
  const { auth, sandbox } = await openCompat()
  auth.setCustomSignFunc(sandbox.mintTicket('employee-7'))
  expect((await auth.signInWithCustomTicket()).user.uid).toBe('employee-7')
  auth.setCustomSignFunc(Promise.reject(new Error('not today')))
  expect((await auth.signInWithCustomTicket()).error).toMatchObject({ message: 'not today' })
})

test.each([
  ['signInWithUsernameAndPassword', username],
  ['signInWithEmailAndPassword', email],
] as const)('%s signs in and returns the login state', async (method, name) => {
  const { auth, sandbox, calls } = await openCompat()
  const { sub } = await sandbox.addUser({ username, email, password })
  expect((await auth[method](name, password)).user.uid).toBe(sub)
  expect(calls()).toEqual(['POST /auth/v1/signin', 'GET /auth/v1/user/me'])
  expect(await failure(auth[method](name, 'wrong'))).toMatchObject({ error: 'invalid_password' })
  expect(await failure(auth[method](name, undefined as never))).toMatchObject({
    error: 'invalid_argument',
    error_description: 'password must be a string',
  })
})

test('signInWithPhoneCodeOrPassword signs in by a password or by the token of a code', async () => {
  const { auth, sandbox, prove } = await openCompat()
  const { sub } = await sandbox.addUser({ phone_number: phone, password })
  const phoneNumber = '13800000000'
  const byPassword = await auth.signInWithPhoneCodeOrPassword({ phoneNumber, password })
  expect(byPassword.user.uid).toBe(sub)
  const phoneCode = await prove({ phone_number: phone })
  const byCode = await auth.signInWithPhoneCodeOrPassword({ phoneNumber, phoneCode })
  expect(byCode.user.uid).toBe(sub)
  expect(await failure(auth.signInWithPhoneCodeOrPassword({ phoneNumber }))).toMatchObject({
    error: 'invalid_argument',
  })
})

test('signInWithPhoneCodeOrPassword signs in by both factors', async () => {
  const { auth, sandbox, prove } = await openCompat()
  const { sub } = await sandbox.addUser({ phone_number: phone, password, twoFactor: true })
  const phoneCode = await prove({ phone_number: phone })
  const both = { phoneNumber: phone, phoneCode, password }
  expect((await auth.signInWithPhoneCodeOrPassword(both)).user.uid).toBe(sub)
})

test('sendPhoneCode and sendPasswordResetEmail send a code', async () => {
  const { auth, sandbox } = await openCompat()
  expect(await auth.sendPhoneCode('13800000000')).toBe(true)
  expect(await auth.sendPasswordResetEmail(email)).toBe(undefined)
  expect(sandbox.inbox(phone)).toHaveLength(1)
  expect(sandbox.inbox(email)).toHaveLength(1)
})

test('signInWithUsername signs up or in by a code, and binds a provider', async () => {
  const { auth, code } = await openCompat()
  const verificationInfo = await auth.getVerification({ email })
  const { user } = await auth.signInWithUsername({
    verificationInfo,
    verificationCode: code(email),
    username: email,
    loginType: 'email',
  })
  expect(user.email).toBe(email)
})

test('forceResetPwdByPhoneCode sets a password by the token of a code and signs in', async () => {
  const { auth, sandbox, prove } = await openCompat()
  const { sub } = await sandbox.addUser({ phone_number: phone, username, password })
  const phoneCode = await prove({ phone_number: phone })
  const state = await auth.forceResetPwdByPhoneCode({
    phoneNumber: phone,
    phoneCode,
    password: newPassword,
  })
  expect(state.user.uid).toBe(sub)
  expect((await auth.signIn({ username, password: newPassword })).user.uid).toBe(sub)
})

test('loginGroups and refreshTokenForce reject with unauthenticated when signed out', async () => {
  const { auth } = await openCompat()
  expect(await failure(auth.loginGroups())).toMatchObject({ error: 'unauthenticated' })
  expect(await failure(auth.refreshTokenForce())).toMatchObject({ error: 'unauthenticated' })
})

test('refreshTokenForce and getAccessToken({ anew: true }) refresh a session that is still valid', async () => {
  const compat = await openCompat()
  await compat.member()
  const { auth, calls } = compat
  const { accessToken: first } = await auth.getAccessToken()
  const { access_token: second } = await auth.refreshTokenForce()
  const { accessToken: third } = await auth.getAccessToken({ anew: true })
  expect(new Set([first, second, third]).size).toBe(3)
  expect((await auth.getAccessToken()).accessToken).toBe(third)
  expect(calls()).toEqual(['POST /auth/v1/token', 'POST /auth/v1/token'])
})

test('getAccessToken({ anew: true }): any number of callers share one refresh', async () => {
  const compat = await openCompat()
  await compat.member()
  const callers = Array.from({ length: 30 }, () => compat.auth.getAccessToken({ anew: true }))
  const tokens = await Promise.all(callers)
  expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(compat.calls()).toEqual(['POST /auth/v1/token'])
})

test('currentUser.updatePassword changes the password by the old one', async () => {
  const { auth, sandbox, calls } = await openCompat()
  await sandbox.addUser({ username, email, password })
  await auth.signIn({ username, password })
  calls()
  await auth.currentUser!.updatePassword(newPassword, password)
  expect(calls()).toEqual(['POST /auth/v1/user/sudo', 'PATCH /auth/v1/user/password'])
  expect((await auth.signIn({ username, password: newPassword })).user.username).toBe(username)
  const wrong = auth.currentUser!.updatePassword('Another-horse-9', 'wrong')
  expect(await failure(wrong)).toMatchObject({ error: 'invalid_password' })
})

test('currentUser.updateUsername and updateUserBasicInfo change the user and its fields', async () => {
  const compat = await openCompat()
  await compat.member()
  const user = compat.auth.currentUser!
  await user.updateUsername('lovelace')
  expect(user.username).toBe('lovelace')
  await user.updateUserBasicInfo({ nickname: 'Ada' })
  expect(user.name).toBe('Ada')
  await compat.auth.updateUserBasicInfo({ nickname: 'Countess' })
  expect(compat.auth.currentUser?.name).toBe('Countess')
})

test('currentUser.updateEmail is refused for an address that is not verified', async () => {
  const compat = await openCompat()
  await compat.member()
  const attempt = compat.auth.currentUser!.updateEmail('new@example.com')
  expect((await failure(attempt)).error).toEqual(expect.any(String))
})

test.each(['phone_number', 'email'])(
  'User.update refuses %s and names its method',
  async (name) => {
    const compat = await openCompat()
    await compat.member()
    const update = compat.auth.currentUser!.update({ [name]: 'x' })
    expect(await failure(update)).toMatchObject({
      error: 'invalid_argument',
      error_description: expect.stringMatching(/use auth\.bind(PhoneNumber|Email)/),
    })
    expect(compat.calls()).toEqual([])
  },
)

test('getAuthHeader returns an object', async () => {
  const { auth } = await openCompat()
  expect(auth.getAuthHeader()).toEqual({})
})

test('onLoginStateExpired calls back once when the server rejects the session', async () => {
  const compat = await openCompat()
  const { sub } = await compat.member()
  const onExpired = vi.fn<() => void>()
  await compat.auth.onLoginStateExpired(onExpired)
  compat.sandbox.removeUser(sub)
  compat.pass(3 * 3600)
  await failure(compat.auth.getAccessToken())
  await vi.waitFor(() => expect(onExpired).toHaveBeenCalledTimes(1))
})

test('onAccessTokenRefreshed, onLoginTypeChanged and onAnonymousConverted call back when that happens', async () => {
  const compat = await openCompat()
  const { auth, prove } = compat
  const refreshed = vi.fn<() => void>()
  const changed = vi.fn<() => void>()
  const converted = vi.fn<() => void>()
  await auth.onAccessTokenRefreshed(refreshed)
  await auth.onLoginTypeChanged(changed)
  await auth.onAnonymousConverted(converted)
  await auth.signInAnonymously()
  expect([refreshed, changed, converted].map(({ mock }) => mock.calls.length)).toEqual([0, 1, 0])
  await auth.refreshTokenForce()
  expect(refreshed).toHaveBeenCalledTimes(1)
  const verification_token = await prove({ email })
  const { accessToken: anonymous_token } = await auth.getAccessToken()
  await auth.signUp({ email, verification_token, anonymous_token })
  expect(converted).toHaveBeenCalledTimes(1)
  await auth.signOut()
  expect(changed).toHaveBeenCalledTimes(3)
})
