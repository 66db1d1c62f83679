import { describe, expect, test } from 'vitest'
import {
  enter,
  hour,
  open,
  openOfficial,
  password,
  phone,
  userOf,
  type World,
} from './pages/faults/world.ts'

const token = { method: 'POST', path: '/auth/v1/token' }
const me = { method: 'GET', path: '/auth/v1/user/me' }
const verification = { method: 'POST', path: '/auth/v1/verification' }
const unavailable = { status: 503, body: { error: 'unavailable' } }

describe('3. An answer of 500 without an error code counts as success', () => {
  const boom = { status: 500, body: { message: 'boom' } }

  test('official: a refresh answered so deletes the session and notifies listeners of a success', async () => {
    const { sandbox, page, pass, stored } = await openOfficial()
    await page.evaluate(() => official.onAuthStateChange((event) => events.push(event)))
    await pass(3 * hour)
    sandbox.faults([{ ...token, ...boom }])
    await page.evaluate(() => codeOf(official.getAccessToken()))
    expect(await stored()).toBe(null)
    await expect.poll(() => page.evaluate(() => events)).toContain('TOKEN_REFRESHED')
  })

  test('official: a sign-in answered so deletes the session of the current user', async () => {
    const world = await openOfficial()
    world.sandbox.faults([{ method: 'POST', path: '/auth/v1/signin/custom', ...boom }])
    await enter(world, 'bob')
    expect(await world.stored()).toBe(null)
  })
})

describe('4. A user who signs out offline stays signed in', () => {
  test('official: a sign-out without a connection leaves the session stored', async () => {
    const { sandbox, page, stored, clock, hurry } = await openOfficial()
    await clock.install()
    sandbox.faults([{ method: '*', path: '/auth/*', drop: 'before', times: 3 }])
    expect(await hurry(page.evaluate(() => codeOf(official.signOut())))).toBe('unreachable')
    expect(await stored()).not.toBe(null)
    expect(await page.evaluate(() => official.hasLoginState())).not.toBe(null)
  })
})

describe('5. A call answered with 401 signs out silently', () => {
  test('official: the session is deleted without a refresh and without an event', async () => {
    const { sandbox, page, stored, calls } = await openOfficial()
    await page.evaluate(() => official.onAuthStateChange((event) => events.push(event)))
    await page.evaluate(listen)
    sandbox.faults([{ ...me, status: 401, body: { error: 'unauthenticated' } }])
    await page.evaluate(() => official.currentUser!.refresh().catch(() => undefined))
    expect(calls()).toEqual(['GET /v1/user/me'])
    expect(await stored()).toBe(null)
    expect(await page.evaluate(() => events)).toEqual(['at first'])
  })
})

describe('6. Lost credentials are reported when nothing is lost', () => {
  test('official: credentials_error is sent to a signed-out user before any call', async () => {
    const { page } = await open('official')
    await page.evaluate(listen)
    expect(await page.evaluate(() => events)).toEqual(['credentials_error', 'at first'])
    await page.evaluate((phone_number) => official.getVerification({ phone_number }), phone)
    expect(await page.evaluate(() => events.slice(2))).toEqual(['credentials_error'])
  })

  test('official, 2.28.8: credentials_error is not sent to a signed-out user', async () => {
    const { page } = await open('official2')
    await page.evaluate(listen)
    await page.evaluate((phone_number) => official.getVerification({ phone_number }), phone)
    expect(await page.evaluate(() => events)).toEqual(['at first'])
  })

  test('official: credentials_error is sent twice when the server is busy', async () => {
    const { sandbox, page, pass, stored } = await openOfficial()
    await page.evaluate(listen)
    await pass(3 * hour)
    sandbox.faults([{ ...token, ...unavailable }])
    expect(await page.evaluate(() => codeOf(official.getAccessToken()))).toBe('unavailable')
    expect(await page.evaluate(() => events.slice(1))).toEqual(Array(2).fill('credentials_error'))
    expect(await stored()).not.toBe(null)
  })
})

describe('7. A sign-in fails although only the user record cannot be read', () => {
  test('official: the session is stored, but the sign-in rejects and listeners are not notified', async () => {
    const world = await open('official')
    const { sandbox, page, stored } = world
    await page.evaluate(() => official.onAuthStateChange((event) => events.push(event)))
    sandbox.faults([{ ...me, ...unavailable }])
    expect(await enter(world, 'ada')).toBe('unavailable')
    expect(await stored()).not.toBe(null)
    expect(await page.evaluate(() => events)).toEqual([])
  })
})

describe('8. Captcha tokens are used twice, and captcha dialogs pile up and cannot be closed', () => {
  const everywhere = { captchaOnEveryCall: 'on' } as const
  const send = ({ page }: World) =>
    page.evaluate((phone_number) => codeOf(official.getVerification({ phone_number })), phone)
  const pictures = ({ page }: World) => page.evaluate(() => globalThis.pictures.length)

  test('official: a used captcha token is sent again until it expires', async () => {
    const world = await open('official', everywhere)
    expect(await send(world)).toBe('done')
    expect(await send(world)).toBe('captcha_invalid')
    expect(await send(world)).toBe('captcha_invalid')
    expect(await pictures(world)).toBe(1)
  })

  test('official: a captcha token that is rejected on the second attempt fails the call', async () => {
    const world = await open('official', everywhere)
    const lateToken = { captcha_token: 'late', expires_in: 600 }
    world.sandbox.faults([
      { method: 'POST', path: '/auth/v1/captcha/data/verify', body: lateToken },
    ])
    expect(await send(world)).toBe('captcha_invalid')
    expect(await pictures(world)).toBe(1)
  })

  test('official: three concurrent calls ask for three captchas', async () => {
    const world = await open('official', everywhere)
    await world.page.evaluate(
      (phone_number) =>
        Promise.all([1, 2, 3].map(() => official.getVerification({ phone_number }))),
      phone,
    )
    expect(await pictures(world)).toBe(3)
  })

  test('official: the captcha dialog cannot be closed', async () => {
    const world = await open('official', everywhere, { dialog: 'its own' })
    const { page } = world
    await page.evaluate((phone_number) => {
      void codeOf(official.getVerification({ phone_number })).then((code) => events.push(code))
    }, phone)
    const dialog = page.locator('body > div', { has: page.locator('img') })
    await dialog.waitFor()
    expect(await dialog.locator('button').allTextContents()).toEqual(['刷新', '确定'])
    await page.keyboard.press('Escape')
    await page.mouse.click(1, 1)
    expect(await dialog.count()).toBe(1)
    expect(await page.evaluate(() => events)).toEqual([])
  })

  test('official: a captcha token is sent without URL encoding', async () => {
    const world = await open('official', everywhere)
    const oddToken = { captcha_token: 'a+b&c=d', expires_in: 600 }
    world.sandbox.faults([{ method: 'POST', path: '/auth/v1/captcha/data/verify', body: oddToken }])
    const sent = world.page.waitForRequest(/captcha_token/)
    await send(world)
    expect((await sent).url()).toContain('captcha_token=a+b&c=d&')
  })
})

describe('9. Requests that must not be repeated are sent again', () => {
  test('official: a lost answer makes it send a second code', async () => {
    const { sandbox, page, clock, hurry } = await open('official')
    await clock.install()
    sandbox.faults([{ ...verification, drop: 'after' }])
    await hurry(page.evaluate((phone_number) => official.getVerification({ phone_number }), phone))
    expect(sandbox.inbox(phone)).toHaveLength(2)
  })

  test('official: an HTML page from a gateway makes it send the request twice more', async () => {
    const { sandbox, page, calls, clock, hurry } = await open('official')
    await clock.install()
    sandbox.faults([{ ...verification, status: 502, body: '<html>Bad gateway</html>', times: 2 }])
    await hurry(page.evaluate((phone_number) => official.getVerification({ phone_number }), phone))
    expect(calls()).toEqual(Array(3).fill('POST /v1/verification'))
  })

  test('official: a sign-up with a lost answer is sent again and fails', async () => {
    const { sandbox, page, calls, clock, hurry } = await open('official')
    const proof = await prove({ sandbox, page })
    await clock.install()
    calls()
    sandbox.faults([{ method: 'POST', path: '/auth/v1/signup', drop: 'after' }])
    const signUp = page.evaluate((user) => codeOf(official.signUp(user)), proof)
    expect(await hurry(signUp)).toBe('permission_denied')
    expect(calls()).toEqual(['POST /v1/signup', 'POST /v1/signup permission_denied'])
    expect(sandbox.users()).toHaveLength(1)
  })
})

describe('10. Requests never time out', () => {
  test('official: a refresh without an answer blocks every call forever, including sign-in', async () => {
    const { sandbox, page, pass, hold, clock } = await openOfficial()
    await clock.install()
    await pass(3 * hour)
    const { held } = await hold('/v1/token')
    await page.evaluate(
      (ticket) => {
        const note = (code: string) => void events.push(code)
        official.setCustomSignFunc(async () => ticket)
        void codeOf(official.getAccessToken()).then(note)
        void codeOf(official.signInWithCustomTicket()).then(note)
      },
      await sandbox.mintTicket('bob'),
    )
    await held
    await clock.runFor('10:00')
    expect(await page.evaluate(() => events)).toEqual([])
  })
})

describe('11. Every waiting caller repeats a failed refresh', () => {
  test('official: five callers send five refresh requests', async () => {
    const { sandbox, page, pass, calls } = await openOfficial()
    await pass(3 * hour)
    sandbox.faults([{ ...token, ...unavailable, times: 10 }])
    await page.evaluate(() =>
      Promise.all([1, 2, 3, 4, 5].map(() => codeOf(official.getAccessToken()))),
    )
    expect(calls()).toEqual(Array(5).fill('POST /v1/token'))
  })
})

describe('12. Of two concurrent sign-ins the last answer wins', () => {
  test('official: the first sign-in wins if its answer is slow', async () => {
    const world = await open('official')
    const { held, letGo } = await world.hold('/v1/signin/custom')
    const first = enter(world, 'ada')
    await held
    await enter(world, 'bob')
    letGo()
    await first
    expect(userOf((await world.stored())!.access_token)).toBe('ada')
  })
})

describe('14. Phone numbers are corrupted or not normalized', () => {
  test('official: the calling code is assumed to have two digits, and 86 is taken for a number', async () => {
    const { sandbox, page } = await open('official')
    for (const [typed, sent] of [
      ['+85212345678', '+85 212345678'],
      ['+14155550100', '+14 155550100'],
      ['86 13800000000', '+86 86 13800000000'],
      [' 13800000000', '+86  13800000000'],
    ] as const) {
      await page.evaluate(
        (phone_number) => codeOf(official.getVerification({ phone_number })),
        typed,
      )
      expect(sandbox.requests().at(-1)!.body).toMatchObject({ phone_number: sent })
    }
  })

  test('official: binding, reset and sign-in send a number as it is typed', async () => {
    const { sandbox, page } = await openOfficial()
    const typed = '13800000000'
    const sent = sandbox.requests().length
    await page.evaluate(async (phone_number) => {
      const proof = { verification_token: 'unknown' }
      await codeOf(official.bindPhoneNumber({ phone_number, sudo_token: '', ...proof }))
      await codeOf(official.resetPassword({ phone_number, new_password: 'new', ...proof }))
      await codeOf(official.signIn({ username: phone_number, ...proof }))
    }, typed)
    const bodies = sandbox
      .requests()
      .slice(sent)
      .filter(({ method }) => method !== 'OPTIONS')
      .map(({ body }) => body)
    const [phone_number, username] = [typed, typed]
    expect(bodies).toMatchObject([{ phone_number }, { phone_number }, { username }])
  })
})

describe('15. The id of a user without a cached profile is a function', () => {
  test('official: the id is a function of String.prototype', async () => {
    const { page, env } = await openOfficial()
    await page.evaluate((env) => localStorage.removeItem(`user_info_${env}`), env)
    expect(await page.evaluate(() => official.currentUser!.sub === ''.sub)).toBe(true)
    const id = () => official.getSession().then(({ data }) => data.user!.id === ''.sub)
    expect(await page.evaluate(id)).toBe(true)
  })
})

describe("16. A provider's code is used before its state is checked", () => {
  test('official: a foreign state is a TypeError after the code was used', async () => {
    const { sandbox, page, calls, url } = await open('official')
    const code = await consent({ sandbox, page, url })
    calls()
    const answer = await page.evaluate(
      (code) => official.verifyOAuth({ code, state: 'foreign', provider: 'demo_idp' }),
      code,
    )
    expect(String(answer.error)).toContain('Cannot read properties of null')
    expect(calls()).toEqual(['POST /v1/provider/token'])
  })

  test('official: the state is created by Math.random', async () => {
    const { page } = await open('official')
    const state = await page.evaluate(async () => {
      Math.random = () => 0.5
      const options = { skipBrowserRedirect: true }
      const { data } = await official.signInWithOAuth({ provider: 'demo_idp', options })
      return new URL(data.url!).searchParams.get('state')
    })
    expect(state).toBe('prd-demo_idp-i')
  })
})

describe('17. The session of a granted token is lost', () => {
  test('official: grantToken uses the refresh token, drops the answer and rejects', async () => {
    const { sandbox, page, calls, stored, url, env } = await open('official')
    const ticket = await sandbox.mintTicket('ada')
    const answer = await fetch(`${url}/auth/v1/signin/custom?client_id=${env}`, {
      method: 'POST',
      body: JSON.stringify({ provider_id: 'custom', ticket }),
    })
    const { refresh_token } = (await answer.json()) as { refresh_token: string }
    const grant = (refresh_token: string) =>
      codeOf(official.grantToken({ grant_type: 'refresh_token', refresh_token }))
    calls()
    expect(await page.evaluate(grant, refresh_token)).toBe('unauthenticated')
    expect(calls()).toEqual(['POST /v1/token'])
    expect(await stored()).toBe(null)
    await page.evaluate(grant, refresh_token)
    expect(calls()).toEqual(['POST /v1/token invalid_grant'])
  })
})

describe('18. A deleted user stays signed in', () => {
  test('official: the session stays with a token that the server rejects, and listeners are not notified', async () => {
    const { sandbox, page, calls, stored } = await open('official')
    await sandbox.addUser({ username: 'ada', password })
    await page.evaluate((password) => official.signIn({ username: 'ada', password }), password)
    await page.evaluate(() => official.onAuthStateChange((event) => events.push(event)))
    await page.evaluate(deleteUser, password)
    expect(sandbox.users()).toEqual([])
    expect(await stored()).not.toBe(null)
    expect(await page.evaluate(() => official.currentUser?.username)).toBe('ada')
    expect(await page.evaluate(() => events)).toEqual([])
    calls()
    await page.evaluate(() => official.getUserInfo())
    expect(calls()).toEqual(['GET /v1/user/me unauthenticated'])
  })
})

describe('19. The token of an anonymous user is sent as an object', () => {
  test('official: the whole answer of getAccessToken is sent, and the server rejects it', async () => {
    const { sandbox, page, calls } = await open('official')
    await page.evaluate(() => official.signInAnonymously())
    const proof = await prove({ sandbox, page })
    calls()
    const code = await page.evaluate(
      async (user) =>
        codeOf(official.signUp({ ...user, anonymous_token: await official.getAccessToken() })),
      proof,
    )
    expect(code).toBe('invalid_argument')
    expect(calls()).toEqual(['POST /v1/signup invalid_argument'])
    expect(sandbox.users()).toMatchObject([{ anonymous: true }])
  })
})

describe('20. Whether a contact has an account becomes outdated', () => {
  test('official: a user who signs up elsewhere before the code is entered is rejected', async () => {
    const { sandbox, page, calls } = await open('official')
    const verificationInfo = await page.evaluate(
      (phone_number) => official.getVerification({ phone_number }),
      phone,
    )
    await sandbox.addUser({ phone_number: phone })
    const verificationCode = sandbox.inbox(phone)[0]!.code
    const params = { phoneNum: phone, verificationInfo, verificationCode }
    calls()
    const code = await page.evaluate((params) => codeOf(official.signInWithSms(params)), params)
    expect(code).toBe('failed_precondition')
    expect(calls()).toEqual(['POST /v1/verification/verify', 'POST /v1/signup failed_precondition'])
  })
})

describe('21. A late listener, or one of a signed-out user, is not called', () => {
  test('official: INITIAL_SESSION is sent once, and only to listeners that exist by then', async () => {
    const { page } = await openOfficial()
    await page.reload()
    await page.evaluate(() => official.onAuthStateChange((event) => events.push(event)))
    await page.evaluate(() => official.getUserInfo())
    expect(await page.evaluate(() => events)).toEqual([])
  })

  test('official: INITIAL_SESSION is not sent when signed out', async () => {
    const { page, env } = await open('official')
    await page.evaluate((env) => {
      const { auth } = anew(`${env}-anew`)
      auth.onAuthStateChange((event) => events.push(event))
      return codeOf(auth.getVerification({ phone_number: 'none' }))
    }, env)
    expect(await page.evaluate(() => events)).toEqual([])
  })
})

describe("22. Tokens are in the page's storage, and a sudo token is in a URL", () => {
  test('official: any script can read the refresh token, and any log the sudo token', async () => {
    const { sandbox, page, stored } = await open('official')
    await sandbox.addUser({ username: 'ada', password })
    await page.evaluate((password) => official.signIn({ username: 'ada', password }), password)
    expect((await stored())!.refresh_token).toMatch(/^m\./)
    const sent = page.waitForRequest((request) => request.method() === 'DELETE')
    await page.evaluate(deleteUser, password)
    expect((await sent).url()).toContain('?sudo_token=s.')
  })
})

describe('23. A session without a refresh token expires unnoticed', () => {
  test('official: an expired session counts as signed in', async () => {
    const world = await open('official', { customRefreshToken: 'off' })
    const { page, pass, stored } = world
    await enter(world, 'ada')
    await pass(3 * hour)
    expect(await page.evaluate(() => codeOf(official.getAccessToken()))).toBe('unauthenticated')
    expect(await stored()).not.toBe(null)
    expect(await page.evaluate(() => official.hasLoginState())).not.toBe(null)
  })
})

// Functions that run in the page.

const listen = () =>
  official.onLoginStateChanged((params) => void events.push(params?.data?.eventType ?? 'at first'))

const deleteUser = async (password: string) => {
  const { sudo_token } = await official.sudo({ password })
  await official.deleteMe({ sudo_token })
}

// Functions that run in the test.

/** Verifies a phone number; returns the verification token. */
async function prove({ sandbox, page }: Pick<World, 'sandbox' | 'page'>) {
  const { verification_id } = await page.evaluate(
    (phone_number) => official.getVerification({ phone_number }),
    phone,
  )
  const { verification_token } = await page.evaluate((code) => official.verify(code), {
    verification_id,
    verification_code: sandbox.inbox(phone)[0]!.code,
  })
  return { phone_number: phone, verification_token }
}

/** Consents at a provider; returns the authorization response. */
async function consent({ sandbox, page }: Pick<World, 'sandbox' | 'page'> & { url: string }) {
  const uri = await page.evaluate(async () => {
    const options = { skipBrowserRedirect: true }
    const { data } = await official.signInWithOAuth({ provider: 'demo_idp', options })
    return data.url!
  })
  return new URL(sandbox.consent(uri, 'anna')).searchParams.get('code')!
}
