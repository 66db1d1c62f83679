import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { reactive, ref, watch } from 'vue'
import {
  email,
  type Compat,
  failure,
  openCompat,
  password,
  phone,
  username,
} from './compatWorld.ts'

const hangingUser = { method: 'GET', path: '/auth/v1/user/me', delayMs: 30_000, times: 9 }

/** Collects the types of the events of both generations. */
async function listen({ auth }: Pick<Compat, 'auth'>) {
  const login: string[] = []
  const state: string[] = []
  await auth.onLoginStateChanged((params) => params?.data && login.push(params.data.eventType))
  auth.onAuthStateChange((event) => state.push(event))
  await vi.waitFor(() => expect(state).toHaveLength(1))
  return { login, state }
}

/** Moves the clock until a promise settles, as time does. */
async function inTime<T>({ clock }: Compat, promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => clock.advance(100), 5)
  return promise.finally(() => clearInterval(timer))
}

describe('a user record that is slow', () => {
  test('signIn settles without the record, names the user and notifies listeners', async () => {
    const compat = await openCompat()
    const { sub } = await compat.sandbox.addUser({ username, password })
    const { login } = await listen(compat)
    compat.sandbox.faults([hangingUser])
    const { user } = await inTime(compat, compat.auth.signIn({ username, password }))
    expect(user.sub).toBe(sub)
    expect(login).toEqual(['sign_in'])
  })

  test('signIn: a record that comes late updates the user and notifies listeners', async () => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ username, password })
    const { state } = await listen(compat)
    compat.sandbox.faults([{ ...hangingUser, delayMs: 500, times: 1 }])
    const { user } = await inTime(compat, compat.auth.signIn({ username, password }))
    expect(user.username).toBe(undefined)
    await vi.waitFor(() => expect(state).toEqual(['INITIAL_SESSION', 'SIGNED_IN', 'USER_UPDATED']))
    expect(compat.auth.currentUser?.username).toBe(username)
  })

  test('setCredentials settles at once, and the record is read behind it', async () => {
    const compat = await openCompat()
    await compat.member()
    const credentials = await compat.auth.getCredentials()
    await compat.auth.signOut()
    compat.sandbox.faults([hangingUser])
    const other = await openCompat()
    other.app.registerHost(compat.url)
    await other.auth.setCredentials(credentials)
    expect((await other.auth.getAccessToken()).accessToken).toBe(credentials.access_token)
  })
})

describe('setCredentials', () => {
  test('setCredentials stores a session that has ended at the server, and the next call shows it', async () => {
    const compat = await openCompat()
    const { login } = await listen(compat)
    const expires_at = new Date(Date.now() - 60_000)
    const credentials = { access_token: 'a', refresh_token: 'r', expires_at, sub: 'uid' }
    await compat.auth.setCredentials(credentials)
    expect(await failure(compat.auth.getAccessToken())).toMatchObject({ error: 'unauthenticated' })
    await vi.waitFor(() => expect(login.at(-1)).toBe('credentials_error'))
    expect(compat.auth.hasLoginState()).toBe(null)
  })

  test.each([[null], [undefined]])('setCredentials(%s) signs out', async (nothing) => {
    const compat = await openCompat()
    await compat.member()
    const { login } = await listen(compat)
    await compat.auth.setCredentials(nothing)
    expect(compat.auth.hasLoginState()).toBe(null)
    await vi.waitFor(() => expect(login).toEqual(['sign_out']))
    expect(await compat.auth.setCredentials(nothing)).toBe(undefined)
  })
})

describe('signOut during a sign-in', () => {
  test('signOut while the user is read: the last event is sign_out, and the sign-in is cancelled', async () => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ username, password })
    const { login, state } = await listen(compat)
    compat.sandbox.faults([{ ...hangingUser, delayMs: 300, times: 1 }])
    const signingIn = failure(compat.auth.signIn({ username, password }))
    await vi.waitUntil(() => compat.sandbox.requests().some(({ path }) => path.endsWith('/me')))
    await compat.auth.signOut()
    expect(await signingIn).toMatchObject({ error: 'cancelled' })
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(login).toEqual(['sign_out'])
    expect(state.at(-1)).toBe('SIGNED_OUT')
    expect(compat.auth.hasLoginState()).toBe(null)
  })

  test.each([
    ['the password is checked', 'POST', '/auth/v1/signin'],
    ['the code is checked', 'POST', '/auth/v1/verification/verify'],
  ])('signOut while %s: it does not sign in afterwards', async (_, method, path) => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ username, email, password })
    const { login } = await listen(compat)
    const { verification_id } = await compat.auth.getVerification({ email })
    compat.sandbox.faults([{ method, path, delayMs: 300 }])
    const isCode = path.endsWith('verify')
    const signingIn = isCode
      ? compat.auth.signInWithEmail({
          email,
          verificationInfo: { verification_id, is_user: true },
          verificationCode: compat.code(email),
        })
      : compat.auth.signIn({ username, password })
    const outcome = failure(signingIn)
    await vi.waitUntil(() => compat.sandbox.requests().some((sent) => sent.path === path))
    await compat.auth.signOut()
    expect(await outcome).toMatchObject({ error: 'cancelled' })
    expect(compat.auth.hasLoginState()).toBe(null)
    expect(login).toEqual([])
  })

  test('signOut while the app gets a ticket: the ticket is not used', async () => {
    const compat = await openCompat()
    let give!: (ticket: string) => void
    compat.auth.setCustomSignFunc(() => new Promise((resolve) => (give = resolve)))
    const answer = compat.auth.signInWithCustomTicket()
    await vi.waitUntil(() => give)
    await compat.auth.signOut()
    give(await compat.sandbox.mintTicket('employee-7'))
    expect((await answer).error).toMatchObject({ code: 'cancelled' })
    expect(compat.calls()).toEqual([])
  })
})

describe('signOut during a change of the user', () => {
  /** Starts what a user does, and signs out while that request is under way. */
  async function signOutDuring(compat: Compat, path: string, start: () => Promise<unknown>) {
    compat.sandbox.faults([{ method: '*', path, delayMs: 300 }])
    const from = compat.sandbox.requests().length
    const ended = start().catch((error: unknown) => ({ error }))
    const isSent = () => compat.sandbox.requests().slice(from)
    await vi.waitUntil(() => isSent().some((sent) => sent.path === path))
    await compat.auth.signOut()
    return (await ended) as { error: Error }
  }

  test.each<[string, string, (compat: Compat) => Promise<() => Promise<unknown>>]>([
    [
      'resetPasswordForEmail',
      '/auth/v1/reset',
      async ({ auth, code }) => {
        const { data } = await auth.resetPasswordForEmail(email)
        return () => data.updateUser!({ nonce: code(email), password: 'Even-better-horse-8' })
      },
    ],
    [
      'forceResetPwdByPhoneCode',
      '/auth/v1/reset',
      async ({ auth, prove }) => {
        const phoneCode = await prove({ phone_number: phone })
        const fields = { phoneNumber: phone, phoneCode, password: 'Even-better-horse-8' }
        return () => auth.forceResetPwdByPhoneCode(fields)
      },
    ],
    [
      'verifyOAuth',
      '/auth/v1/provider/token',
      async ({ auth, sandbox }) => {
        const options = { redirectTo: 'https://app.example/back' }
        const { data } = await auth.signInWithOAuth({ provider: 'demo_idp', options })
        const { searchParams } = new URL(sandbox.consent(data.url!, 'alex'))
        return () => auth.verifyOAuth(Object.fromEntries(searchParams))
      },
    ],
  ])('%s: signOut cancels the sign-in at its end', async (_, path, prepare) => {
    const compat = await openCompat()
    await compat.sandbox.addUser({ phone_number: phone, email, username, password })
    const { error } = await signOutDuring(compat, path, await prepare(compat))
    expect(error).toMatchObject({ code: 'cancelled' })
    expect(compat.auth.hasLoginState()).toBe(null)
  })

  test('updateUser: no event follows SIGNED_OUT', async () => {
    const compat = await openCompat()
    await compat.member()
    const { state } = await listen(compat)
    await signOutDuring(compat, '/auth/v1/user/me', () => compat.auth.updateUser({ nickname: 'A' }))
    expect(state).toEqual(['INITIAL_SESSION', 'SIGNED_OUT'])
  })

  test('linkIdentity: no event follows SIGNED_OUT', async () => {
    const compat = await openCompat()
    await compat.member()
    const options = { redirectTo: 'https://app.example/back' }
    const { data } = await compat.auth.linkIdentity({ provider: 'demo_idp', options })
    const { url } = data as { url: string }
    const back = new URL(compat.sandbox.consent(url, 'alex')).searchParams
    const { state } = await listen(compat)
    await signOutDuring(compat, '/auth/v1/user/me', () =>
      compat.auth.verifyOAuth(Object.fromEntries(back)),
    )
    expect(state).toEqual(['INITIAL_SESSION', 'SIGNED_OUT'])
  })
})

describe('a session that is over', () => {
  test.each(['invalid_grant', 'unauthenticated', 'user_blocked'])(
    'a refresh answered with %s: every method that needs the session rejects with unauthenticated',
    async (code) => {
      const compat = await openCompat()
      await compat.member()
      const { auth } = compat
      compat.pass(3 * 3600)
      const path = '/auth/v1/token'
      const body = { error: code, error_description: 'over' }
      compat.sandbox.faults([{ method: 'POST', path, status: 400, body, times: 9 }])
      const error = 'unauthenticated'
      const attempts = [
        () => auth.getAccessToken(),
        () => auth.getAccessToken(),
        () => auth.getCredentials(),
        () => auth.getProviders(),
        () => auth.sudo({ password }),
        () => auth.refreshTokenForce(),
      ]
      for (const attempt of attempts) expect(await failure(attempt())).toMatchObject({ error })
      expect((await auth.getUser()).error).toMatchObject({ code: error })
      expect((await auth.refreshSession()).error).toMatchObject({ code: error })
      expect(await auth.getSession()).toMatchObject({ data: { session: null } })
    },
  )

  test('onLoginStateChanged: credentials_error has a msg', async () => {
    const compat = await openCompat()
    const { sub } = await compat.member()
    const messages: unknown[] = []
    await compat.auth.onLoginStateChanged((params) => messages.push(params?.data?.msg))
    compat.sandbox.removeUser(sub)
    compat.pass(3 * 3600)
    await failure(compat.auth.getAccessToken())
    await vi.waitFor(() => expect(messages).toEqual([undefined, expect.any(String)]))
  })
})

describe('an anonymous user whose session the server has rejected', () => {
  const path = '/auth/v1/token'
  const refused = { method: 'POST', path, status: 400, body: { error: 'invalid_grant' }, times: 9 }

  async function openGuest(init = {}) {
    const compat = await openCompat({ init })
    const { user } = await compat.auth.signInAnonymously()
    const events = await listen(compat)
    compat.pass(3 * 3600)
    compat.sandbox.faults([refused])
    compat.calls()
    return { ...compat, uid: user.uid, ...events }
  }

  test('the next call signs in anonymously again, with the same uid and without an end', async () => {
    const { auth, calls, uid, login, state } = await openGuest()
    const callers = Array.from({ length: 10 }, () => auth.getAccessToken())
    const tokens = new Set((await Promise.all(callers)).map(({ accessToken }) => accessToken))
    expect(tokens.size).toBe(1)
    expect(calls()).toEqual([`POST ${path}`, 'POST /auth/v1/signin/anonymously'])
    expect(auth.currentUser?.uid).toBe(uid)
    expect(login).toEqual([])
    expect(state).toEqual(['INITIAL_SESSION', 'TOKEN_REFRESHED'])
  })

  test('a call of the session is made with the new token', async () => {
    const { auth, uid } = await openGuest()
    expect(await auth.getUserInfo()).toMatchObject({ uid })
  })

  test('credentials_error is sent when the server refuses the guest as well', async () => {
    const { auth, sandbox, login } = await openGuest()
    const body = { error: 'permission_denied' }
    const signIn = { method: 'POST', path: '/auth/v1/signin/anonymously' }
    sandbox.faults([refused, { ...signIn, status: 403, body, times: 9 }])
    expect(await failure(auth.getAccessToken())).toMatchObject({ error: 'unauthenticated' })
    await vi.waitFor(() => expect(login).toEqual(['credentials_error']))
  })

  test('nothing is sent after a sign-out', async () => {
    const { auth, calls } = await openGuest()
    await auth.signOut()
    calls()
    expect(await failure(auth.getAccessToken())).toMatchObject({ error: 'unauthenticated' })
    expect(calls()).toEqual([])
  })

  test('reenterAnonymously: false ends the session', async () => {
    const { auth, calls, login } = await openGuest({ auth: { reenterAnonymously: false } })
    expect(await failure(auth.getAccessToken())).toMatchObject({ error: 'unauthenticated' })
    await vi.waitFor(() => expect(login).toEqual(['credentials_error']))
    expect(calls()).toEqual([`POST ${path}`])
  })

  test('a registered user is not replaced by a guest', async () => {
    const compat = await openCompat()
    await compat.member()
    compat.pass(3 * 3600)
    compat.sandbox.faults([refused])
    expect(await failure(compat.auth.getAccessToken())).toMatchObject({ error: 'unauthenticated' })
    expect(compat.calls()).toEqual([`POST ${path}`])
  })
})

test('init: another client id is another app with a session of its own', async () => {
  const compat = await openCompat()
  const storage = compat.storage
  const options = { env: 'demo', storage, clock: compat.clock }
  const admins = compat.cloudbase.init({ ...options, clientId: 'admins' })
  admins.registerHost(compat.url)
  await compat.member()
  expect(admins.auth().hasLoginState()).toBe(null)
  await admins.auth().signInAnonymously()
  expect(await admins.auth().loginScope()).toBe('anonymous')
  expect(await compat.auth.loginScope()).not.toBe('anonymous')
  await admins.auth().signOut()
  expect(compat.auth.hasLoginState()).not.toBe(null)
})

test('signIn sends a password and the proof of a second factor together', async () => {
  const { auth, sandbox, prove } = await openCompat()
  const { sub } = await sandbox.addUser({
    username,
    password,
    phone_number: phone,
    twoFactor: true,
  })
  expect(await failure(auth.signIn({ username, password }))).toMatchObject({
    error: 'mfa_phone_required',
    error_code: 4042,
  })
  const verification_token = await prove({ phone_number: phone })
  expect((await auth.signIn({ username, password, verification_token })).user.uid).toBe(sub)
})

describe('warnings', () => {
  const silent = () => vi.spyOn(console, 'warn').mockImplementation(() => {})

  test.each(['session', 'none'])('persistence %s is warned about once', async (persistence) => {
    const warn = silent()
    const { app } = await openCompat({ init: { persistence } })
    app.auth({ persistence })
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1))
    expect(warn.mock.calls[0]![0]).toContain(`persistence '${persistence}' has no effect`)
    warn.mockRestore()
  })

  test('app.auth({ persistence: "local" }) is not warned about', async () => {
    const warn = silent()
    const { app } = await openCompat()
    app.auth({ persistence: 'local' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  test('codes for phones outside of ap-shanghai are hinted at once', async () => {
    const warn = silent()
    const { auth } = await openCompat({ init: { region: 'ap-guangzhou' } })
    await auth.getVerification({ email })
    expect(warn).not.toHaveBeenCalled()
    await auth.getVerification({ phone_number: phone })
    await auth.signInWithOtp({ phone: '13900000000' })
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]![0]).toMatch(/only in ap-shanghai.*ap-guangzhou/)
    warn.mockRestore()
  })
})

test.each([undefined, null, 5, {}])(
  '%j in place of a callback is refused at once',
  async (callback) => {
    const { auth } = await openCompat()
    const refused = { code: 'invalid_argument' }
    expect(() => auth.onAuthStateChange(callback as never)).toThrow(
      expect.objectContaining(refused),
    )
    await expect(auth.onLoginStateChanged(callback as never)).rejects.toMatchObject(refused)
  },
)

describe('reactive proxies of Vue', () => {
  test('the tokens of a login state can be read, and are not printed', async () => {
    const compat = await openCompat()
    await compat.member()
    const state = ref(compat.auth.hasLoginState())
    const { oauthLoginState } = state.value!
    expect(oauthLoginState?.access_token).toEqual(expect.any(String))
    expect(JSON.stringify(state.value)).not.toContain(oauthLoginState!.access_token)
    // As the consoles of browsers do it, which print hidden fields as well.
    const printed = inspect(compat.auth.hasLoginState(), { showHidden: true, depth: Infinity })
    expect(printed).not.toContain(oauthLoginState!.access_token)
    const answer = reactive(await compat.auth.signInAnonymously())
    expect(answer.oauthLoginState?.access_token).toEqual(expect.any(String))
  })

  test('user.update and user.refresh notify watchers', async () => {
    const compat = await openCompat()
    await compat.member()
    const state = ref(compat.auth.hasLoginState()!)
    const names: unknown[] = []
    watch(
      () => state.value.user.name,
      (name) => names.push(name),
      { flush: 'sync' },
    )
    await state.value.user.update({ name: 'Ada' })
    expect(names).toEqual(['Ada'])
    await compat.auth.currentUser!.update({ name: 'Countess' })
    await state.value.user.refresh()
    expect(names).toEqual(['Ada', 'Countess'])
  })
})
