import { expect, test } from 'vitest'
import { type Client, email, password, phone, start } from './client.ts'

const changePassword = (client: Client, bearer: string, sudo_token: string) =>
  client.patch('/auth/v1/user/password', bearer, { new_password: 'new password', sudo_token })

test('sandbox sudo: a user without a phone number gets a sudo token by password', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const { status, body } = await client.sudo(bearer, { password })
  expect(status).toBe(200)
  expect(body).toEqual({ sudo_token: expect.stringMatching(/^s\.\S{20,}$/), expires_in: 900 })
  expect((await client.sudo(bearer, { password: 'wrong' })).body['error']).toBe('invalid_password')
})

test('sandbox sudo: a user with a phone number gets a sudo token only by verifying a contact', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ phone_number: phone, email })
  expect((await client.sudo(bearer, { password })).body['error']).toBe('failed_precondition')
  for (const contact of [{ phone_number: phone }, { email }]) {
    const verification_token = await client.proveContact(contact)
    expect((await client.sudo(bearer, { verification_token })).status).toBe(200)
    const again = await client.sudo(bearer, { verification_token })
    expect(again.body['error']).toBe('permission_denied')
  }
})

test("sandbox sudo: the verified contact must be the user's own", async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ phone_number: phone })
  const verification_token = await client.proveContact({ email })
  expect((await client.sudo(bearer, { verification_token })).body['error']).toBe('invalid_argument')
  const wrong = await client.sudo(bearer, { verification_token: 'wrong' })
  expect(wrong.body['error']).toBe('permission_denied')
})

test('sandbox sudo: a sudo token requires a bearer and a proof', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  expect((await client.sudo(bearer, {})).body['error']).toBe('invalid_argument')
  const anonymous = await client.post('/auth/v1/user/sudo', { password })
  expect(anonymous.body['error']).toBe('unauthenticated')
})

test('sandbox sudo: a user without a password gets a sudo token by verifying the e-mail address', async () => {
  const client = await start({ resendSeconds: 0 })
  const verification_token = await client.proveContact({ email })
  const signedUp = await client.signUp({ email, verification_token })
  const bearer = String(signedUp.body['access_token'])
  expect((await client.sudo(bearer, { password })).body['error']).toBe('password_not_set')
  expect((await changePassword(client, bearer, '')).body['error']).toBe('permission_denied')
  const sudoToken = await client.sudoToken(bearer, { email })
  expect((await changePassword(client, bearer, sudoToken)).status).toBe(200)
})

test('sandbox sudo: a user with neither password nor contact gets the empty token', async () => {
  const client = await start()
  const guest = String((await client.guest()).body['access_token'])
  const { body } = await client.sudo(guest, {})
  expect(body).toEqual({ sudo_token: '', expires_in: 900 })
})

test('sandbox sudo: wrong passwords are counted as at the sign-in', async () => {
  const client = await start({ failuresBeforeCaptcha: 1, failuresBeforeLock: 2 })
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const error = async (word: string): Promise<unknown> =>
    (await client.sudo(bearer, { password: word })).body['error']
  expect(await error('wrong')).toBe('invalid_password')
  expect(await error(password)).toBe('captcha_required')
  const query = { captcha_token: await client.solveCaptcha() }
  const body = { password: 'wrong' }
  const wrong = await client.send('POST', '/auth/v1/user/sudo', { bearer, query, body })
  expect(wrong.body['error']).toBe('invalid_password')
  expect(await error(password)).toBe('invalid_status')
})

test('sandbox sudo: a sudo token may be used repeatedly until it expires', async () => {
  const client = await start()
  const bearer = await client.addAndSignIn({ username: 'bob' })
  const sudoToken = String((await client.sudo(bearer, { password })).body['sudo_token'])
  for (let times = 0; times < 2; times++) {
    expect((await changePassword(client, bearer, sudoToken)).status).toBe(200)
  }
  client.sandbox.advance(900)
  const late = await changePassword(client, bearer, sudoToken)
  expect(late.body['error']).toBe('permission_denied')
})

test("sandbox sudo: another user's sudo token is rejected", async () => {
  const client = await start()
  const bob = await client.addAndSignIn({ username: 'bob' })
  const eve = await client.addAndSignIn({ username: 'eve' })
  const sudoToken = String((await client.sudo(bob, { password })).body['sudo_token'])
  for (const token of [sudoToken, '', 'nonsense']) {
    expect((await changePassword(client, eve, token)).body['error']).toBe('permission_denied')
  }
})
