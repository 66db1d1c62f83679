import { expect, test } from 'vitest'
import type { Config } from '../../sandbox/index.ts'
import { type Answer, type Client, clientId, email, password, phone, start } from './client.ts'

interface Row {
  error: string
  number?: number
  when: string
  config?: Partial<Config>
  reach(client: Client): Promise<Answer>
}

const bob = { username: 'bob', password, phone_number: phone }
const signInBob = (client: Client, word = password): Promise<Answer> =>
  client.signIn({ username: 'bob', password: word })

const rows: Row[] = [
  {
    error: 'not_found',
    number: 5,
    when: 'nobody has the name',
    reach: (client) => client.signIn({ username: 'nobody', password }),
  },
  {
    error: 'password_not_set',
    when: 'there is no password to compare with',
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
    when: 'the password was wrong too often',
    config: { failuresBeforeLock: 1 },
    async reach(client) {
      await signInBob(client)
      return signInBob(client)
    },
  },
  {
    error: 'mfa_phone_required',
    number: 4042,
    when: 'the password alone does not do',
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
    when: 'a third party says nothing about the user',
    reach: (client) => client.grant({ provider_id: 'wx_open', provider_code: 'wrong' }),
  },
  {
    error: 'provider_not_enabled',
    when: 'a third party is unknown',
    reach: (client) => client.grant({ provider_id: 'nobody', provider_code: 'wrong' }),
  },
  {
    error: 'resource_exhausted',
    number: 8,
    when: 'codes are sent too often',
    config: { resendSeconds: 60 },
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
    when: 'a code was wrong too often',
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
    when: 'a page of a foreign origin calls',
    reach: (client) => client.sendCode({ email }, { headers: { origin: 'https://evil.example' } }),
  },
  {
    error: 'captcha_required',
    number: 4001,
    when: 'codes are sent often',
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
    when: 'there is no bearer',
    reach: (client) => client.get('/auth/v1/user/me'),
  },
  {
    error: 'invalid_grant',
    when: 'a refresh token is wrong',
    reach: (client) => client.refresh('wrong'),
  },
  {
    error: 'already_exists',
    when: 'a user name is taken',
    async reach(client) {
      await client.sandbox.addUser({ username: 'bob' })
      const verification_token = await client.proveContact()
      return client.signUp({ phone_number: phone, verification_token, username: 'bob' })
    },
  },
  {
    error: 'unimplemented',
    number: 12,
    when: 'there is no such endpoint',
    reach: (client) => client.post('/auth/v1/nowhere'),
  },
]

test.each(rows)('$error: $when', async ({ error, number, config, reach }) => {
  const { status, body } = await reach(await start(config))
  expect(status).toBeGreaterThanOrEqual(400)
  expect(body['error']).toBe(error)
  expect(body['error_code']).toBe(number)
  expect(body['error_description']).toMatch(/\S/)
})

test('a second factor is the code of the phone, spent by the sign-in', async () => {
  const client = await start()
  await client.sandbox.addUser({ ...bob, email, twoFactor: true })
  const enter = (verification_token: string) =>
    client.signIn({ username: 'bob', password, verification_token })
  const byEmail = await enter(await client.proveContact({ email }))
  expect(byEmail.body['error']).toBe('invalid_two_factor')
  const token = await client.proveContact()
  const wrong = await client.signIn({ username: 'bob', password: 'x', verification_token: token })
  expect(wrong.body['error']).toBe('invalid_password')
  expect((await enter(token)).status).toBe(200)
  expect((await enter(token)).body['error']).toBe('invalid_two_factor')
})
