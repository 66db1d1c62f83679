import * as endpoints from '../../services/http/endpoints.ts'
import { describe, expect, test } from 'vitest'
import { createAuth } from '../../adapters/client/createAuth.ts'
import type { OperationName } from '../../services/http/operation.ts'
import type { AuthError } from '../../services/error.ts'
import { messageFor as messageInEnglish } from '../../services/messages/en.ts'
import { messageFor as messageInChinese } from '../../services/messages/zh.ts'
import { memoryStore } from '../../services/session/store.ts'
import type { Config } from '../../sandbox/index.ts'
import { failure } from '../services/server.ts'
import { openWorld, type World } from '../support/world.ts'

const phone_number = '+86 13800000000'
const password = 'right password'

/** What causes an error: the sandbox's behavior, a planned fault of the sandbox, or the client. */
type Way = 'by the sandbox' | 'by a fault' | 'on this side'

interface Case {
  code: string
  /** Missing where no request was sent. */
  operation?: OperationName | 'captcha'
  when: string
  way: Way
  config?: Partial<Config>
  wire?(world: () => World): typeof globalThis.fetch
  /** Makes the call that fails. */
  run(world: World): Promise<unknown>
}

const enter = (world: World, username = 'bob', typed = password) =>
  world.auth.call(endpoints.signIn, { username, password: typed })

const member = async (world: World, user: object = {}) => {
  await world.sandbox.addUser({ username: 'bob', password, ...user })
  await enter(world)
}

const send = (world: World, target?: 'USER' | 'NOT_USER') =>
  world.auth.call(endpoints.sendVerification, { phone_number, target })

const prove = async (world: World): Promise<string> => {
  const { verification_id } = await send(world)
  const verification_code = world.sandbox.inbox()[0]!.code
  const proof = await world.auth.call(endpoints.verify, { verification_id, verification_code })
  return proof.verification_token
}

const wrongCode = { verification_id: 'unknown', verification_code: '000000' }

const cases: Case[] = [
  {
    code: 'not_found',
    operation: 'signIn',
    when: 'no user has this name',
    way: 'by the sandbox',
    run: (world) => enter(world, 'unknown'),
  },
  {
    code: 'not_found',
    operation: 'signIn',
    when: 'the account was deleted since the code was sent',
    way: 'by the sandbox',
    async run(world) {
      const { sub } = await world.sandbox.addUser({ phone_number })
      const verification_token = await prove(world)
      world.sandbox.removeUser(sub)
      return world.auth.call(endpoints.signIn, { username: phone_number, verification_token })
    },
  },
  {
    code: 'not_found',
    operation: 'sendVerification',
    when: 'only contacts with an account may receive a code',
    way: 'by the sandbox',
    run: (world) => send(world, 'USER'),
  },
  {
    code: 'password_not_set',
    operation: 'signIn',
    when: 'the user signs in by code',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ phone_number })
      return enter(world, phone_number)
    },
  },
  {
    code: 'invalid_password',
    operation: 'signIn',
    when: 'the password is wrong',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ username: 'bob', password })
      return enter(world, 'bob', 'wrong')
    },
  },
  {
    code: 'invalid_password',
    operation: 'sudo',
    when: 'the password is wrong',
    way: 'by the sandbox',
    async run(world) {
      await member(world)
      return world.auth.call(endpoints.sudo, { password: 'wrong' })
    },
  },
  {
    code: 'user_pending',
    operation: 'signIn',
    when: 'the user is pending',
    way: 'by the sandbox',
    run: (world) => member(world, { status: 'pending' }),
  },
  {
    code: 'user_blocked',
    operation: 'signIn',
    when: 'the user is blocked',
    way: 'by the sandbox',
    run: (world) => member(world, { status: 'blocked' }),
  },
  {
    code: 'invalid_status',
    operation: 'signIn',
    when: 'too many wrong passwords were sent',
    way: 'by the sandbox',
    config: { failuresBeforeLock: 1 },
    async run(world) {
      await failure(enter(world, 'bob', 'wrong'))
      return enter(world)
    },
  },
  {
    code: 'mfa_phone_required',
    operation: 'signIn',
    when: 'the account requires a phone as a second factor',
    way: 'by the sandbox',
    run: (world) => member(world, { phone_number, twoFactor: true }),
  },
  {
    code: 'invalid_two_factor',
    operation: 'signIn',
    when: 'the second factor is wrong',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ username: 'bob', password, phone_number, twoFactor: true })
      const verification_token = 'wrong'
      return world.auth.call(endpoints.signIn, { username: 'bob', password, verification_token })
    },
  },
  {
    code: 'failed_precondition',
    operation: 'signUp',
    when: 'the phone number is registered',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ phone_number })
      const verification_token = await prove(world)
      return world.auth.call(endpoints.signUp, { phone_number, verification_token })
    },
  },
  {
    code: 'failed_precondition',
    operation: 'sendVerification',
    when: 'only contacts without an account may receive a code',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ phone_number })
      return send(world, 'NOT_USER')
    },
  },
  {
    code: 'failed_precondition',
    operation: 'grantProviderToken',
    when: 'the provider does not accept the code',
    way: 'by the sandbox',
    run: (world) =>
      world.auth.call(endpoints.grantProviderToken, {
        provider_id: 'wx_open',
        provider_code: 'wrong',
      }),
  },
  {
    code: 'resource_exhausted',
    operation: 'sendVerification',
    when: 'too many codes were sent',
    way: 'by the sandbox',
    config: { sendsPerHour: 1 },
    async run(world) {
      await send(world)
      return send(world)
    },
  },
  {
    code: 'invalid_argument',
    operation: 'verify',
    when: 'the code is wrong',
    way: 'by the sandbox',
    run: (world) => world.auth.call(endpoints.verify, wrongCode),
  },
  {
    code: 'aborted',
    operation: 'verify',
    when: 'too many wrong codes were sent',
    way: 'by the sandbox',
    config: { codeTries: 1 },
    async run(world) {
      const { verification_id } = await send(world)
      await failure(
        world.auth.call(endpoints.verify, { verification_id, verification_code: 'wrong' }),
      )
      const verification_code = world.sandbox.inbox()[0]!.code
      return world.auth.call(endpoints.verify, { verification_id, verification_code })
    },
  },
  {
    code: 'permission_denied',
    operation: 'signIn',
    when: 'the verification token has expired',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ phone_number })
      const verification_token = await prove(world)
      world.advance(601)
      return world.auth.call(endpoints.signIn, { username: phone_number, verification_token })
    },
  },
  {
    code: 'permission_denied',
    operation: 'setPassword',
    when: 'the sudo token is invalid',
    way: 'by the sandbox',
    async run(world) {
      await member(world)
      return world.auth.call(endpoints.setPassword, { new_password: 'other', sudo_token: 'wrong' })
    },
  },
  {
    code: 'permission_denied',
    operation: 'signIn',
    when: 'the origin of the page is not allowed',
    way: 'by the sandbox',
    wire: () => (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('origin', 'https://elsewhere.example')
      return fetch(input, { ...init, headers })
    },
    run: (world) => enter(world),
  },
  {
    code: 'captcha_required',
    operation: 'sendVerification',
    when: 'the server requires a captcha again from a call with a token',
    way: 'by a fault',
    async run(world) {
      const body = { error: 'captcha_required', error_code: 4001, error_description: 'required' }
      const path = '/auth/v1/verification'
      world.sandbox.faults([{ method: 'POST', path, status: 400, body, times: 3 }])
      return world.call('sendVerification', { phone_number })
    },
  },
  {
    code: 'captcha_invalid',
    operation: 'sendVerification',
    when: 'two captcha tokens expire in transit',
    way: 'by the sandbox',
    config: { captchaOnEveryCall: 'on' },
    wire: (world) => async (input, init) => {
      const response = await fetch(input, init)
      if (String(input as string).includes('/captcha/data/verify')) world().sandbox.advance(601)
      return response
    },
    run: (world) => world.call('sendVerification', { phone_number }),
  },
  {
    code: 'invalid_argument',
    operation: 'verifyCaptcha',
    when: 'the text of the picture is wrong',
    way: 'by the sandbox',
    async run(world) {
      const { token } = await world.auth.call(endpoints.createCaptcha, { state: 'any' })
      return world.auth.call(endpoints.verifyCaptcha, { token, key: 'none' })
    },
  },
  {
    code: 'cancelled',
    operation: 'captcha',
    when: 'the user closes the captcha dialog',
    way: 'on this side',
    config: { captchaOnEveryCall: 'on' },
    async run(world) {
      const call = send(world)
      call.catch(() => undefined)
      await world.settle({ answering: false })
      world.auth.send({ type: 'captcha.cancel' })
      return call
    },
  },
  {
    code: 'unreachable',
    operation: 'signIn',
    when: 'no server listens at the address',
    way: 'by the sandbox',
    async run(world) {
      await world.close()
      world.auth.start()
      return enter(world)
    },
  },
  {
    code: 'unreachable',
    operation: 'sendVerification',
    when: 'the connection breaks after the request was sent',
    way: 'by a fault',
    async run(world) {
      world.sandbox.faults([{ method: 'POST', path: '/auth/v1/verification', drop: 'after' }])
      const sent = await failure(send(world))
      expect(world.countMessages()).toBe(1)
      throw sent
    },
  },
  {
    code: 'deadline_exceeded',
    operation: 'signIn',
    when: 'the server takes too long',
    way: 'by a fault',
    async run(world) {
      world.sandbox.faults([{ method: 'POST', path: '/auth/v1/signin', delayMs: 10_000 }])
      const storage = { shared: memoryStore(), tab: memoryStore() }
      const options = { env: 'demo', endpoint: world.url, storage, timeout: 50, flows: {} }
      const hurried = createAuth(options)
      hurried.start()
      return hurried
        .call(endpoints.signIn, { username: 'bob', password })
        .finally(() => hurried.stop())
    },
  },
  {
    code: 'unavailable',
    operation: 'signIn',
    when: 'the gateway answers instead of the server',
    way: 'by a fault',
    run(world) {
      const headers = { 'retry-after': '45' }
      const fault = { path: '/auth/v1/signin', status: 503, body: '<html>', headers }
      world.sandbox.faults([{ method: 'POST', ...fault }])
      return enter(world)
    },
  },
  {
    code: 'unauthenticated',
    when: 'the user is signed out',
    way: 'on this side',
    run: (world) => world.auth.call(endpoints.getUser),
  },
  {
    code: 'unauthenticated',
    operation: 'signUp',
    when: 'the anonymous token is invalid',
    way: 'by the sandbox',
    async run(world) {
      const verification_token = await prove(world)
      const anonymous_token = 'wrong'
      return world.auth.call(endpoints.signUp, {
        phone_number,
        verification_token,
        anonymous_token,
      })
    },
  },
  {
    code: 'invalid_grant',
    operation: 'refresh',
    when: 'the session was ended elsewhere',
    way: 'by the sandbox',
    async run(world) {
      await member(world)
      world.sandbox.removeUser(world.sandbox.users()[0]!.sub)
      world.advance(7200)
      return world.auth.call(endpoints.getUser)
    },
  },
  {
    code: 'already_exists',
    operation: 'updateProfile',
    when: 'the username is taken',
    way: 'by the sandbox',
    async run(world) {
      await world.sandbox.addUser({ username: 'anna' })
      await member(world)
      return world.auth.call(endpoints.updateProfile, { username: 'anna' })
    },
  },
  {
    code: 'provider_not_enabled',
    operation: 'getProviderUri',
    when: 'there is no such provider',
    way: 'by the sandbox',
    run: (world) =>
      world.auth.call(endpoints.getProviderUri, {
        provider_id: 'none',
        redirect_uri: 'https://a.example',
      }),
  },
]

/** Every documented error, and those that every client has. */
const documented = `
  not_found password_not_set invalid_password user_pending user_blocked invalid_status
  invalid_two_factor failed_precondition resource_exhausted invalid_argument aborted
  permission_denied captcha_required captcha_invalid unreachable unauthenticated invalid_grant
`
  .trim()
  .split(/\s+/)

test('errors: every documented error occurs in a test, by a planned fault only where the sandbox has no other way', () => {
  const reached = cases.map(({ code }) => code)
  expect(documented.filter((code) => !reached.includes(code))).toEqual([])
  const byFaultAlone = documented.filter(
    (code) => !cases.some((each) => each.code === code && each.way !== 'by a fault'),
  )
  expect(byFaultAlone).toEqual(['captcha_required'])
})

async function reach({ config, wire, run }: Case): Promise<{ error: AuthError; world: World }> {
  const opened: { world?: World } = {}
  const world = await openWorld({ config, wire: wire?.(() => opened.world!) ?? fetch })
  opened.world = world
  try {
    return { error: await failure(run(world)), world }
  } finally {
    await world.close()
  }
}

/** The codes of errors without an answer, which have no status. */
const unanswered = ['unreachable', 'deadline_exceeded']

describe.each(cases)('$operation: $code, $way, when $when', (each) => {
  const { code, operation, way } = each

  test('errors: the error is an AuthError with a message in both languages', async () => {
    const { error } = await reach(each)
    expect(error).toMatchObject({ code, ...(operation && { operation }) })
    const isAnswered = way !== 'on this side' && !unanswered.includes(code)
    expect((error.status ?? 0) >= 400).toBe(isAnswered)
    const [inChinese, inEnglish] = [messageInChinese(error), messageInEnglish(error)]
    expect(inChinese).toMatch(/^\p{Script=Han}[^a-z_]*。$/iu)
    expect(inEnglish).toMatch(/^[A-Z][^_\p{Script=Han}]*\.$/u)
    expect(inChinese).not.toBe(messageInChinese({ code: 'unknown' }))
    expect(inEnglish).not.toBe(messageInEnglish({ code: 'unknown' }))
    expect(JSON.stringify(error) + error.message).not.toContain(password)
  })
})

test('errors: a denied origin is described to developers, as documented', async () => {
  const { error } = await reach(cases.find(({ when }) => when.includes('origin'))!)
  expect(error.description).toBe(
    'cors permission denied,please check if https://elsewhere.example in your client demo domains',
  )
})

test.each([
  ['invalid_status', '在 15 分钟后', 'in 15 minutes'],
  ['resource_exhausted', '在 60 分钟后', 'in 60 minutes'],
  ['unavailable', '在 45 秒后', 'in 45 seconds'],
])('messages: the message for %s says how long to wait', async (code, inChinese, inEnglish) => {
  const { error } = await reach(cases.find((each) => each.code === code)!)
  expect(error.retryAfter).toBeGreaterThan(0)
  expect(messageInChinese(error)).toContain(inChinese)
  expect(messageInEnglish(error)).toContain(inEnglish)
})

test('messages: an unknown account and a wrong password have the same message', async () => {
  const said = await Promise.all(
    ['not_found', 'password_not_set', 'invalid_password'].map(async (code) => {
      const { error } = await reach(cases.find((each) => each.code === code)!)
      return messageInChinese(error) + messageInEnglish(error)
    }),
  )
  expect(new Set(said).size).toBe(1)
})
