import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { provider } from '../../adapters/client/index.ts'
import { type Auth, createAuth } from '../../adapters/client/index.ts'
import { installGlobals, wechat } from '../../adapters/wechat/index.ts'
import type { Wx } from '../../adapters/wechat/wx.ts'
import type { LifeEvent } from '../../machines/core/session.ts'
import { createSandbox, type LoggedRequest } from '../../sandbox/index.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { answer, serve } from '../services/server.ts'
import { manualClock } from '../support/clock.ts'
import { type WorldOptions, openWorld, type World } from '../support/world.ts'
import { openCompat, password, phone, username } from './compatWorld.ts'

const hour = 3600
const token = { method: 'POST', path: '/auth/v1/token' }
const me = { method: 'GET', path: '/auth/v1/user/me' }
const verification = { method: 'POST', path: '/auth/v1/verification' }
const unavailable = { status: 503, body: { error: 'unavailable' } }
const SESSION = 'credentials_demo'

/** Opens a sandbox and a client of `createAuth`. */
async function openOurs(options: WorldOptions = {}) {
  const world = await openWorld({ wire: fetch, ...options })
  onTestFinished(world.close)
  const lives: LifeEvent['type'][] = []
  for (const type of ['signedIn', 'signedOut', 'tokenRenewed', 'credentialsLost'] as const) {
    world.auth.on(type, () => void lives.push(type))
  }
  let seen = 0

  /** Signs in by a ticket, because hashing a password takes long. */
  async function enter(uid: string) {
    const ticket = await world.sandbox.mintTicket(uid)
    await world.auth.call(endpoints.signInWithCustomTicket, { provider_id: 'custom', ticket })
  }

  return Object.assign(world, {
    lives,
    enter,
    stored: () => world.storage.shared.get(SESSION),

    /** Returns the requests since the last call, each with the error of its answer. */
    sent() {
      const all = world.sandbox.requests()
      const sent = all.slice(seen)
      seen = all.length
      return sent.map(({ method, path, error }) =>
        [method, path.replace('/auth', ''), error].filter(Boolean).join(' '),
      )
    },
  })
}

/** Opens a client whose user is signed in by custom sign-in. */
async function openSignedIn(edges?: WorldOptions) {
  const world = await openOurs(edges)
  await world.enter('ada')
  world.sent()
  world.lives.length = 0
  return world
}

/** A `fetch` that settles only when it is aborted. */
const never = ({ signal }: RequestInit = {}) =>
  new Promise<never>((_, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error))
  })

/** A `fetch` that collects the requested URLs. */
const noting =
  (urls: string[]): typeof fetch =>
  (input, init) => {
    urls.push(input as string)
    return fetch(input, init)
  }

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

describe('3. An answer of 500 without an error code counts as success', () => {
  test('createAuth: the call fails, and the session stays', async () => {
    const world = await openSignedIn()
    const boom = { status: 500, body: { message: 'boom' } }
    world.advance(3 * hour)
    world.sandbox.faults([
      { ...token, ...boom },
      { method: 'POST', path: '/auth/v1/signin/custom', ...boom },
    ])
    expect(await codeOf(world.auth.getAccessToken())).toBe('unavailable')
    expect(await codeOf(world.enter('bob'))).toBe('unavailable')
    expect(world.lives).toEqual([])
    expect(world.stored()).toBeDefined()
    expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: 'ada' } })
  })
})

describe('4. A user who signs out offline stays signed in', () => {
  test('createAuth: the session ends at once and is revoked when the server is reachable', async () => {
    const world = await openSignedIn()
    world.sandbox.faults([{ method: '*', path: '/auth/*', drop: 'before', times: 2 }])
    world.auth.send({ type: 'session.end' })
    expect(world.stored()).toBeUndefined()
    await world.settle()
    expect(world.auth.get().status).toBe('signedOut')
    for (let wait = 1; wait <= 2; wait++) {
      world.advance(60)
      await world.settle()
    }
    expect(world.sent()).toEqual(Array(3).fill('POST /v1/revoke'))
  })
})

describe('5. A call answered with 401 signs out silently', () => {
  test('createAuth: the token is refreshed, and the call is repeated', async () => {
    const world = await openSignedIn()
    world.sandbox.faults([{ ...me, status: 401, body: { error: 'unauthenticated' } }])
    expect(await world.auth.call(endpoints.getUser)).toMatchObject({ sub: 'ada' })
    expect(world.sent()).toEqual(['GET /v1/user/me', 'POST /v1/token', 'GET /v1/user/me'])
    expect(world.lives).toEqual(['tokenRenewed'])
  })
})

describe('6. Lost credentials are reported when nothing is lost', () => {
  test('createAuth: credentialsLost is sent once, and only when the server rejects the session', async () => {
    const world = await openOurs()
    await world.auth.call(endpoints.sendVerification, { phone_number: phone })
    await world.enter('ada')
    world.advance(3 * hour)
    world.sandbox.faults([{ ...token, ...unavailable }])
    expect(await codeOf(world.auth.getAccessToken())).toBe('unavailable')
    expect(world.lives).toEqual(['signedIn'])
    world.advance(60)
    await world.settle()
    world.sandbox.faults([{ ...token, status: 400, body: { error: 'invalid_grant' } }])
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(world.auth.getAccessToken())))
    expect(codes).toEqual(Array(3).fill('invalid_grant'))
    expect(world.lives).toEqual(['signedIn', 'credentialsLost'])
  })
})

describe('7. A sign-in fails although only the user record cannot be read', () => {
  test('createAuth: a sign-in succeeds without the user record', async () => {
    const world = await openOurs()
    await world.enter('ada')
    expect(world.sent()).toEqual(['POST /v1/signin/custom'])
  })

  test('compat: a sign-in succeeds without the user record, and listeners are notified', async () => {
    const { sandbox, auth } = await openCompat()
    await sandbox.addUser({ username, password })
    const events: string[] = []
    auth.onAuthStateChange((event) => void events.push(event))
    sandbox.faults([{ ...me, ...unavailable }])
    const { user } = await auth.signIn({ username, password })
    expect(user.uid).toBe(sandbox.users()[0]!.sub)
    expect(events).toEqual(['INITIAL_SESSION', 'SIGNED_IN'])
  })
})

describe('8. Captcha tokens are used twice, and captcha dialogs pile up and cannot be closed', () => {
  const everywhere = { config: { captchaOnEveryCall: 'on' } } as const
  const verify = { method: 'POST', path: '/auth/v1/captcha/data/verify' }
  const send = (world: World) => world.call('sendVerification', { phone_number: phone })

  test('createAuth: a captcha token that the server refuses to take twice is replaced, and no later one is tried twice', async () => {
    const world = await openOurs(everywhere)
    for (const dialogs of [1, 2, 3]) {
      await send(world)
      expect(world.dialogs.size).toBe(dialogs)
    }
    expect(world.sent().filter((call) => call.includes('captcha_invalid'))).toHaveLength(1)
  })

  test('createAuth: a captcha token that is rejected on the second attempt is replaced by a new one', async () => {
    const world = await openOurs(everywhere)
    world.sandbox.faults([{ ...verify, body: { captcha_token: 'late', expires_in: 600 } }])
    await send(world)
    expect(world.dialogs.size).toBe(2)
  })

  test('createAuth: two concurrent calls ask with one picture at a time', async () => {
    const world = await openOurs(everywhere)
    const calls = [1, 2].map(() =>
      world.auth.call(endpoints.sendVerification, { phone_number: phone }),
    )
    await world.settle({ answering: false })
    expect(world.dialogs.size).toBe(1)
    world.answerCaptcha()
    await world.settle({ answering: false })
    expect(world.dialogs.size).toBe(2)
    world.answerCaptcha()
    await Promise.all(calls)
    expect(world.sandbox.inbox(phone)).toHaveLength(2)
  })

  test('createAuth: cancelling the captcha fails the call', async () => {
    const world = await openOurs(everywhere)
    const code = codeOf(world.auth.call(endpoints.sendVerification, { phone_number: phone }))
    await world.settle({ answering: false })
    world.auth.send({ type: 'captcha.cancel' })
    expect(await code).toBe('cancelled')
    await world.settle()
    expect(world.auth.get().captcha).toBeUndefined()
  })

  test('createAuth: a captcha token is URL-encoded', async () => {
    const urls: string[] = []
    const world = await openOurs({ ...everywhere, wire: noting(urls) })
    world.sandbox.faults([{ ...verify, body: { captcha_token: 'a+b&c=d', expires_in: 600 } }])
    await send(world)
    const sent = urls.map((url) => new URL(url)).find(({ search }) => search.includes('captcha'))!
    expect(sent.searchParams.get('captcha_token')).toBe('a+b&c=d')
    expect(sent.searchParams.get('client_id')).toBe('demo')
  })
})

describe('9. Requests that must not be repeated are sent again', () => {
  test('createAuth: a lost answer does not send a second code', async () => {
    const world = await openOurs()
    world.sandbox.faults([{ ...verification, drop: 'after' }])
    const send = world.auth.call(endpoints.sendVerification, { phone_number: phone })
    expect(await codeOf(send)).toBe('unreachable')
    expect(world.sandbox.inbox(phone)).toHaveLength(1)
  })

  test('createAuth: an HTML page from a gateway is an error', async () => {
    const world = await openOurs()
    world.sandbox.faults([{ ...verification, status: 502, body: '<html>Bad gateway</html>' }])
    const send = world.auth.call(endpoints.sendVerification, { phone_number: phone })
    expect(await codeOf(send)).toBe('unavailable')
    expect(world.sent()).toEqual(['POST /v1/verification'])
  })

  test('createAuth: a sign-up with a lost answer is not repeated, and the user can retry', async () => {
    const world = await openOurs()
    const { verification_id } = await world.auth.call(endpoints.sendVerification, {
      phone_number: phone,
    })
    const verification_code = world.sandbox.inbox(phone)[0]!.code
    const { verification_token } = await world.auth.call(endpoints.verify, {
      verification_id,
      verification_code,
    })
    world.sandbox.faults([{ method: 'POST', path: '/auth/v1/signup', drop: 'after' }])
    world.sent()
    const signUp = world.auth.call(endpoints.signUp, { phone_number: phone, verification_token })
    expect(await codeOf(signUp)).toBe('unreachable')
    expect(world.sent()).toEqual(['POST /v1/signup'])
  })
})

/** Lets everything happen that waits for no timer. */
const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
}

describe('10. Requests never time out', () => {
  /** Opens a server that never answers a refresh. */
  async function openStuck() {
    const sandbox = createSandbox()
    const wire: typeof fetch = (input, init) =>
      (input as string).includes('/v1/token') ? never(init) : sandbox.fetch(input as string, init)
    const clock = manualClock()
    const auth = createAuth({
      env: 'demo',
      endpoint: 'http://sandbox.test',
      flows: {},
      fetch: wire,
      timeout: 20_000,
      clock,
      storage: { shared: memoryStore(), tab: memoryStore() },
    })
    auth.start()
    onTestFinished(() => auth.stop())
    const enter = async (uid: string) => {
      const ticket = await sandbox.mintTicket(uid)
      await auth.call(endpoints.signInWithCustomTicket, { provider_id: 'custom', ticket })
    }
    await enter('ada')
    clock.advance(3 * hour * 1000)
    return { auth, clock, enter }
  }

  test('createAuth: a refresh without an answer times out', async () => {
    const { auth, clock } = await openStuck()
    const code = codeOf(auth.getAccessToken())
    await turns()
    clock.advance(20_000)
    expect(await code).toBe('deadline_exceeded')
    expect(auth.get().status).toBe('signedIn')
  })

  test('createAuth: a sign-in does not wait for a refresh', async () => {
    const { auth, clock, enter } = await openStuck()
    const token = auth.getAccessToken()
    await turns()
    await enter('bob')
    expect(auth.get().user?.uid).toBe('bob')
    clock.advance(20_000)
    expect(await codeOf(token)).toBe('done')
  })

  test('createAuth: cancelling a flow aborts its request', async () => {
    let signal: AbortSignal | null | undefined
    const wire: typeof fetch = (_input, init) => {
      signal = init?.signal
      return never(init)
    }
    const world = await openOurs({ wire })
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await vi.waitUntil(() => signal)
    world.auth.send({ type: 'flow.cancel' })
    expect(signal!.aborted).toBe(true)
  })
})

describe('11. Every waiting caller repeats a failed refresh', () => {
  test('createAuth: five callers share one refresh request and its failure', async () => {
    const world = await openSignedIn()
    world.advance(3 * hour)
    world.sandbox.faults([{ ...token, ...unavailable, times: 10 }])
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(world.auth.getAccessToken())))
    expect(codes).toEqual(Array(5).fill('unavailable'))
    expect(world.sent()).toEqual(['POST /v1/token'])
  })
})

describe('12. Of two concurrent sign-ins the last answer wins', () => {
  test('createAuth: the sign-in that started last wins, however slow the answers', async () => {
    let letGo = () => {}
    let arrive = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const held = new Promise<void>((resolve) => (arrive = resolve))
    let isFirst = true
    const wire: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (isFirst) {
        isFirst = false
        arrive()
        await gate
      }
      return response
    }
    const world = await openOurs({ wire })
    const first = world.enter('ada')
    await held
    await world.enter('bob')
    letGo()
    await first
    await world.settle()
    expect(world.auth.get().user?.uid).toBe('bob')
    expect(world.stored()).toContain('"sub":"bob"')
  })
})

describe('13. In Node nothing can be changed or deleted', () => {
  const changes = {
    setPassword: { new_password: 'x', sudo_token: '' },
    bindPhoneNumber: { phone_number: '+86 13900000000', sudo_token: '', verification_token: 'x' },
    bindEmail: { email: 'ada@example.com', sudo_token: '', verification_token: 'x' },
    unbindProvider: { provider_id: 'demo_idp' },
    deleteMe: { sudo_token: '' },
  }
  const paths = [
    'PATCH /v1/user/password',
    'PATCH /v1/user/contact',
    'PATCH /v1/user/contact',
    'DELETE /v1/user/provider/demo_idp',
    'DELETE /v1/user/me',
    'PATCH /v1/user/profile',
  ]

  test('official: every PATCH and DELETE request fails before it is sent', async () => {
    const { default: cloudbase } = await importOfficial<{ default: OfficialSdk }>('')
    const sandbox = createSandbox()
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    const app = cloudbase.init({ env: 'demo' })
    app.registerHost(new URL(url).host, 'http')
    const auth = app.auth({ persistence: 'local' })
    await auth['signInAnonymously']!()
    const { user } = (await auth['getLoginState']!()) as { user: Methods }
    const sent = sandbox.requests().length
    const refusal = /^invalid 【(patch|delete)】 request method$/
    for (const [method, params] of Object.entries(changes)) {
      await expect(auth[method]!(params)).rejects.toThrow(refusal)
    }
    await expect(user['update']!({ name: 'Ada' })).rejects.toThrow(refusal)
    expect(sandbox.requests()).toHaveLength(sent)
  })

  test('compat: every PATCH and DELETE request reaches the server', async () => {
    const { auth, sandbox } = await openCompat()
    const ticket = await sandbox.mintTicket('ada')
    await auth.signInWithCustomTicket(async () => ticket)
    const methods = auth as unknown as Methods
    const sent = sandbox.requests().length
    for (const [method, params] of Object.entries(changes)) await codeOf(methods[method]!(params))
    await codeOf(auth.currentUser!.update({ name: 'Ada' }))
    expect(nameRequests(sandbox.requests().slice(sent))).toEqual(paths)
  })

  test('createAuth: every PATCH and DELETE request of a mini-program reaches the server', async () => {
    vi.stubGlobal('wx', wxStub)
    onTestFinished(() => void vi.unstubAllGlobals())
    await installGlobals()
    const sandbox = createSandbox()
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    const auth = createAuth({
      env: 'demo',
      endpoint: url,
      flows: {},
      fetch: wechat().fetch,
      storage: { shared: memoryStore(), tab: memoryStore() },
    })
    auth.start()
    onTestFinished(() => auth.stop())
    await auth.call(endpoints.signInAnonymously)
    const sent = sandbox.requests().length
    await codeOf(auth.call(endpoints.setPassword, { new_password: 'x' }))
    await codeOf(auth.call(endpoints.unbindProvider, { provider_id: 'demo_idp' }))
    await codeOf(auth.call(endpoints.deleteUser))
    expect(nameRequests(sandbox.requests().slice(sent))).toEqual([
      'PATCH /v1/user/password',
      'DELETE /v1/user/provider/demo_idp',
      'DELETE /v1/user/me',
    ])
  })
})

describe('14. Phone numbers are corrupted or not normalized', () => {
  test('createAuth: phone numbers are sent in one normal form in every request', async () => {
    const { auth, sandbox } = await openSignedIn()
    const proof = { verification_token: 'unknown' }
    for (const [typed, phone_number] of [
      ['+85212345678', '+852 12345678'],
      ['+14155550100', '+1 4155550100'],
      ['86 13800000000', '+86 13800000000'],
      [' 13800000000', '+86 13800000000'],
    ] as const) {
      const sent = sandbox.requests().length
      await codeOf(auth.call(endpoints.sendVerification, { phone_number: typed }))
      await codeOf(auth.call(endpoints.setContact, { phone_number: typed, ...proof }))
      await codeOf(
        auth.call(endpoints.resetPassword, { phone_number: typed, new_password: 'x', ...proof }),
      )
      await codeOf(auth.call(endpoints.signIn, { username: typed, ...proof }))
      const bodies = sandbox
        .requests()
        .slice(sent)
        .map(({ body }) => body)
      const expected = [{ phone_number }, { phone_number }, { phone_number }]
      expect(bodies).toMatchObject([...expected, { username: phone_number }])
    }
  })
})

describe('15. The id of a user without a cached profile is a function', () => {
  test('compat: the id is the uid of the session', async () => {
    const { auth, open, sandbox, storage } = await openCompat()
    const ticket = await sandbox.mintTicket('ada')
    await auth.signInWithCustomTicket(async () => ticket)
    await storage.remove('user_info_demo')
    const { auth: reloaded } = open()
    expect(reloaded.currentUser!.sub).toBe('ada')
    expect((await reloaded.getSession()).data.user!.id).toBe('ada')
  })
})

describe("16. A provider's code is used before its state is checked", () => {
  test('compat: a foreign state is rejected before anything is sent', async () => {
    const { auth, calls } = await openCompat()
    const { error } = await auth.verifyOAuth({ code: 'c', state: 'foreign', provider: 'demo_idp' })
    expect(error?.error).toBe('permission_denied')
    expect(calls()).toEqual([])
  })

  test('compat: the state is created by a cryptographic random generator', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    onTestFinished(() => void vi.restoreAllMocks())
    const { auth } = await openCompat()
    const state = async () => {
      const { data } = await auth.signInWithOAuth({
        provider: 'demo_idp',
        options: { redirectTo: 'http://localhost/app', skipBrowserRedirect: true },
      })
      return new URL(data.url!).searchParams.get('state')!
    }
    const states = [await state(), await state()]
    expect(new Set(states).size).toBe(2)
    for (const each of states) expect(each).toMatch(/[\da-f]{32}$/)
  })

  test('createAuth: a foreign authorization response is ignored', async () => {
    const world = await openOurs({ flows: { provider } })
    const { send } = world.auth as unknown as Auth<{ provider: typeof provider }>
    const input = { provider_id: 'demo_idp', redirect_uri: 'http://localhost/app' }
    send({ type: 'flow.start', flow: 'provider', input })
    await world.settle()
    world.sent()
    send({ type: 'provider.return', url: 'http://localhost/app?code=c&state=foreign' })
    await world.settle()
    expect(world.summarize()).toBe('signedOut: provider.askingReturn')
    expect(world.sent()).toEqual([])
  })
})

describe('17. The session of a granted token is lost', () => {
  test('compat: a session started by its refresh token is stored', async () => {
    const { auth, sandbox, url, open } = await openCompat()
    const response = await fetch(`${url}/auth/v1/signin/custom?client_id=demo`, {
      method: 'POST',
      body: JSON.stringify({ provider_id: 'custom', ticket: await sandbox.mintTicket('ada') }),
    })
    const tokens = (await response.json()) as { access_token: string; refresh_token: string }
    const { data, error } = await auth.setSession(tokens)
    expect(error).toBe(null)
    expect(data.user!.id).toBe('ada')
    expect(open().auth.currentUser!.sub).toBe('ada')
  })
})

describe('18. A deleted user stays signed in', () => {
  test('createAuth: deleting the user ends the session', async () => {
    const world = await openSignedIn()
    await world.auth.call(endpoints.deleteUser)
    await world.settle()
    expect(world.sandbox.users()).toEqual([])
    expect(world.stored()).toBeUndefined()
    expect(world.auth.get().status).toBe('signedOut')
    expect(world.lives).toEqual(['signedOut'])
  })
})

describe('19. The token of an anonymous user is sent as an object', () => {
  test('compat: the token is sent, and the user keeps the uid', async () => {
    const { auth, prove, sandbox } = await openCompat()
    await auth.signInAnonymously()
    const [guest] = sandbox.users()
    const verification_token = await prove({ phone_number: phone })
    const anonymous_token = await auth.getAccessToken()
    await auth.signUp({ phone_number: phone, verification_token, anonymous_token })
    expect(sandbox.users()).toMatchObject([{ sub: guest!.sub, anonymous: false }])
    expect(auth.currentUser!.uid).toBe(guest!.sub)
  })
})

describe('20. Whether a contact has an account becomes outdated', () => {
  test('createAuth: the signIn flow switches to the other operation', async () => {
    const world = await openOurs()
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send({ type: 'contact.submit', phone_number: phone })
    await world.settle()
    const { sub } = await world.sandbox.addUser({ phone_number: phone })
    world.auth.send({ type: 'code.submit', code: world.sandbox.inbox(phone)[0]!.code })
    await world.settle()
    expect(world.auth.get()).toMatchObject({ status: 'signedIn', user: { uid: sub } })
  })

  test('compat: signInWithSms switches to the other operation', async () => {
    const { auth, code, sandbox } = await openCompat()
    const verificationInfo = await auth.getVerification({ phone_number: phone })
    const { sub } = await sandbox.addUser({ phone_number: phone })
    const params = { phoneNum: phone, verificationInfo, verificationCode: code(phone) }
    expect((await auth.signInWithSms(params)).user.uid).toBe(sub)
  })
})

describe('21. A late listener, or one of a signed-out user, is not called', () => {
  test('compat: every new listener receives INITIAL_SESSION, signed in or not', async () => {
    const { auth, sandbox } = await openCompat()
    const events: unknown[] = []
    const listen = () =>
      auth.onAuthStateChange(
        (event, session) => void events.push([event, session?.user.id ?? null]),
      )
    listen()
    await vi.waitUntil(() => events.length === 1)
    const ticket = await sandbox.mintTicket('ada')
    await auth.signInWithCustomTicket(async () => ticket)
    listen()
    await vi.waitUntil(() => events.length === 3)
    expect(events).toEqual([
      ['INITIAL_SESSION', null],
      ['SIGNED_IN', 'ada'],
      ['INITIAL_SESSION', 'ada'],
    ])
  })
})

describe("22. Tokens are in the page's storage, and a sudo token is in a URL", () => {
  test('createAuth: only the session is stored, in the store of the app', async () => {
    const texts: string[] = []
    /** Where the session is kept: as a record, and in the form of the official client. */
    const keys = new Set<string>()
    const kept = memoryStore()
    const shared: Store = {
      ...kept,
      set(key, text) {
        texts.push(text)
        return kept.set(key, text)
      },
      update(key, decide) {
        keys.add(key)
        return kept.update!(key, decide)
      },
    }
    const world = await openOurs({ storage: { shared } })
    await world.sandbox.addUser({ username, password })
    const { refresh_token } = await world.auth.call(endpoints.signIn, { username, password })
    const { sudo_token } = await world.auth.call(endpoints.sudo, { password })
    expect([...keys].toSorted()).toEqual(['authflow_session_demo', 'credentials_demo'])
    expect(texts.join()).not.toContain(refresh_token)
    for (const secret of [password, sudo_token!]) expect(texts.join()).not.toContain(secret)
  })

  test('createAuth: a URL with a sudo token is requested once', async () => {
    const urls: string[] = []
    const world = await openOurs({ wire: noting(urls) })
    await world.sandbox.addUser({ username, password })
    await world.auth.call(endpoints.signIn, { username, password })
    const { sudo_token } = await world.auth.call(endpoints.sudo, { password })
    world.sandbox.faults([{ method: 'DELETE', path: '/auth/v1/user/me', drop: 'before' }])
    expect(await codeOf(world.auth.call(endpoints.deleteUser, { sudo_token }))).toBe('unreachable')
    expect(urls.filter((url) => url.includes(sudo_token!))).toHaveLength(1)
  })
})

describe('23. A session without a refresh token expires unnoticed', () => {
  test('createAuth: the session ends once when its token expires, and the user can sign in again', async () => {
    const world = await openSignedIn({ config: { customRefreshToken: 'off' } })
    world.advance(3 * hour)
    const codes = await Promise.all([1, 2].map(() => codeOf(world.auth.getAccessToken())))
    expect(codes).toEqual(['unauthenticated', 'unauthenticated'])
    expect(world.lives).toEqual(['credentialsLost'])
    expect(world.stored()).toBeFalsy()
    expect(world.auth.get().status).toBe('signedOut')
    await world.enter('ada')
    expect(world.auth.get().status).toBe('signedIn')
  })

  test('compat: listeners receive the user who signs in next', async () => {
    const { auth, sandbox } = await openCompat()
    const events: unknown[] = []
    const enter = async (uid: string) => {
      const ticket = await sandbox.mintTicket(uid)
      await auth.signInWithCustomTicket(async () => ticket)
    }
    await enter('ada')
    await auth.onLoginStateChanged(
      (params) => void events.push([params?.data?.eventType, params?.user?.uid]),
    )
    await auth.signOut()
    await enter('bob')
    expect(events).toEqual([
      [undefined, 'ada'],
      ['sign_out', undefined],
      ['sign_in', 'bob'],
    ])
  })

  test('official: its OAuth client, used by itself, sends a header called undefined', async () => {
    const { CloudbaseOAuth } = await importOfficial<OAuthSdk>('/oauth')
    const { origin, requests } = await serve(answer(200, verificationSent))
    const { get, set } = memoryStore()
    const storage = { getItem: async (key: string) => get(key), setItem: async () => set }
    const oauth = new CloudbaseOAuth({ env: 'demo', apiOrigin: origin, storage })
    oauth.initializeSession()
    await oauth.authApi.getVerification({ email: 'ada@example.com' })
    expect(requests[0]!.headers).toHaveProperty('undefined')
  })

  test('createAuth: every header has a name', async () => {
    const { origin, requests } = await serve(answer(200, verificationSent))
    const auth = createAuth({ env: 'demo', endpoint: origin, flows: {} })
    auth.start()
    onTestFinished(() => auth.stop())
    await auth.call(endpoints.sendVerification, { email: 'ada@example.com' })
    expect(requests[0]!.headers).toHaveProperty('accept-language', 'zh-CN')
    expect(requests[0]!.headers).not.toHaveProperty('undefined')
  })
})

const verificationSent = { verification_id: 'v', expires_in: 600 }

type Methods = Record<string, (params?: object) => Promise<unknown>>

interface OfficialSdk {
  init(options: object): {
    registerHost(host: string, protocol: string): void
    auth(options: object): Methods
  }
}

interface OAuthSdk {
  CloudbaseOAuth: new (options: object) => {
    initializeSession(): void
    authApi: { getVerification(params: object): Promise<unknown> }
  }
}

/** The official SDK for Node, imported without its types, which would change those of its other builds. */
const importOfficial = async <T>(entry: string) => (await import(`@cloudbase/js-sdk${entry}`)) as T

/** The part of `wx` that sends requests. */
const wxStub = {
  request({ url, method, header, data, success, fail }) {
    fetch(url, { method, headers: header, body: data as string })
      .then(async (response) => {
        const header = Object.fromEntries(response.headers)
        success({ data: await response.text(), statusCode: response.status, header })
      })
      .catch(() => fail({ errMsg: 'request:fail' }))
    return { abort: () => undefined }
  },
} as Wx

const nameRequests = (requests: LoggedRequest[]) =>
  requests.map(({ method, path }) => `${method} ${path.replace('/auth', '')}`)
