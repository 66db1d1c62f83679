import { expect, test } from 'vitest'
import type { Config } from '../../sandbox/index.ts'
import {
  type JsonResponse,
  type Client,
  clientId,
  email,
  password,
  phone,
  start,
} from './client.ts'

interface Row {
  error: string
  number?: number
  when: string
  config?: Partial<Config>
  reach(client: Client): Promise<JsonResponse>
}

const bob = { username: 'bob', password, phone_number: phone }
const signInBob = (client: Client, word = password): Promise<JsonResponse> =>
  client.signIn({ username: 'bob', password: word })

const rows: Row[] = [
  {
    error: 'not_found',
    number: 5,
    when: 'the user name is unknown',
    reach: (client) => client.signIn({ username: 'unknown', password }),
  },
  {
    error: 'password_not_set',
    when: 'the user has no password',
    async reach(client) {
      await client.sandbox.addUser({ username: 'bob' })
      return signInBob(client)
    },
  },
  {
    error: 'invalid_password',
    when: 'the password is wrong',
    async reach(client) {
      await client.sandbox.addUser(bob)
      return signInBob(client, 'wrong')
    },
  },
  ...(['pending', 'blocked'] as const).map((status): Row => ({
    error: `user_${status}`,
    when: `the user is ${status}`,
    async reach(client) {
      await client.sandbox.addUser({ ...bob, status })
      return signInBob(client)
    },
  })),
  {
    error: 'invalid_status',
    when: 'too many passwords were wrong',
    config: { failuresBeforeLock: 1 },
    async reach(client) {
      await signInBob(client)
      return signInBob(client)
    },
  },
  {
    error: 'mfa_phone_required',
    number: 4042,
    when: 'a second factor is missing',
    async reach(client) {
      await client.sandbox.addUser({ ...bob, twoFactor: true })
      return signInBob(client)
    },
  },
  {
    error: 'invalid_two_factor',
    when: 'the second factor is wrong',
    async reach(client) {
      await client.sandbox.addUser({ ...bob, twoFactor: true })
      return client.signIn({ username: 'bob', password, verification_token: 'wrong' })
    },
  },
  {
    error: 'failed_precondition',
    number: 9,
    when: 'the contact is registered already',
    async reach(client) {
      await client.sandbox.addUser(bob)
      const verification_token = await client.proveContact()
      return client.signUp({ phone_number: phone, verification_token })
    },
  },
  {
    error: 'failed_precondition',
    number: 9,
    when: 'a provider code yields no profile',
    reach: (client) => client.grant({ provider_id: 'wx_open', provider_code: 'wrong' }),
  },
  {
    error: 'provider_not_enabled',
    when: 'the provider is unknown',
    reach: (client) => client.grant({ provider_id: 'unknown', provider_code: 'wrong' }),
  },
  {
    error: 'resource_exhausted',
    number: 8,
    when: 'a second code is requested within resendSeconds',
    async reach(client) {
      await client.sendCode()
      return client.sendCode()
    },
  },
  {
    error: 'invalid_argument',
    number: 3,
    when: 'a code is wrong',
    async reach(client) {
      const { body } = await client.sendCode()
      return client.verify(body['verification_id'], 'wrong')
    },
  },
  {
    error: 'aborted',
    number: 10,
    when: 'too many codes were wrong',
    config: { codeTries: 1 },
    async reach(client) {
      const { body } = await client.sendCode()
      await client.verify(body['verification_id'], 'wrong')
      return client.verify(body['verification_id'], 'wrong')
    },
  },
  {
    error: 'permission_denied',
    number: 7,
    when: 'a verification token has expired',
    async reach(client) {
      const verification_token = await client.proveContact()
      client.sandbox.advance(600)
      return client.signIn({ username: phone, verification_token })
    },
  },
  {
    error: 'permission_denied',
    number: 7,
    when: 'the origin is not allowed',
    reach: (client) => client.sendCode({ email }, { headers: { origin: 'https://evil.example' } }),
  },
  {
    error: 'captcha_required',
    number: 4001,
    when: 'codes are sent frequently',
    config: { sendsBeforeCaptcha: 0 },
    reach: (client) => client.sendCode(),
  },
  {
    error: 'captcha_invalid',
    number: 4002,
    when: 'the captcha token is wrong',
    config: { sendsBeforeCaptcha: 0 },
    reach: (client) =>
      client.sendCode({ email }, { query: { client_id: clientId, captcha_token: 'wrong' } }),
  },
  {
    error: 'unauthenticated',
    number: 16,
    when: 'the bearer is missing',
    reach: (client) => client.get('/auth/v1/user/me'),
  },
  {
    error: 'invalid_grant',
    when: 'a refresh token is wrong',
    reach: (client) => client.refresh('wrong'),
  },
  {
    error: 'already_exists',
    when: 'the user name is in use',
    async reach(client) {
      await client.sandbox.addUser({ username: 'bob' })
      const verification_token = await client.proveContact()
      return client.signUp({ phone_number: phone, verification_token, username: 'bob' })
    },
  },
  {
    error: 'unimplemented',
    number: 12,
    when: 'the endpoint does not exist',
    reach: (client) => client.post('/auth/v1/nowhere'),
  },
]

test.each(rows)(
  'sandbox errors: $error is answered when $when',
  async ({ error, number, config, reach }) => {
    const { status, body } = await reach(await start(config))
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body['error']).toBe(error)
    expect(body['error_code']).toBe(number)
    expect(body['error_description']).toMatch(/\S/)
  },
)

test('sandbox errors: a second factor is a code sent to the phone and is spent by the sign-in', async () => {
  const client = await start()
  await client.sandbox.addUser({ ...bob, email, twoFactor: true })
  const signIn = (verification_token: string) =>
    client.signIn({ username: 'bob', password, verification_token })
  const byEmail = await signIn(await client.proveContact({ email }))
  expect(byEmail.body['error']).toBe('invalid_two_factor')
  const token = await client.proveContact()
  const wrong = await client.signIn({ username: 'bob', password: 'x', verification_token: token })
  expect(wrong.body['error']).toBe('invalid_password')
  expect((await signIn(token)).status).toBe(200)
  expect((await signIn(token)).body['error']).toBe('invalid_two_factor')
})
