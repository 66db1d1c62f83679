import { expect, test } from 'vitest'
import { clientId, email, password, phone, start } from './client.ts'

test('sandbox sign-up: a new user can sign in with the password of the sign-up', async () => {
  const client = await start()
  const profile = { name: 'Bob', gender: 'MALE', locale: 'zh-CN', username: 'bob' }
  const verification_token = await client.proveContact()
  const { body } = await client.signUp({
    phone_number: phone,
    verification_token,
    password,
    ...profile,
  })
  expect(body).toMatchObject({ token_type: 'Bearer', scope: 'user sso', expires_in: 7200 })
  const me = await client.me(String(body['access_token']))
  expect(me.body).toMatchObject({ sub: body['sub'], phone_number: phone, ...profile })
  const signedIn = await client.signIn({ username: 'bob', password })
  expect(signedIn.body['sub']).toBe(body['sub'])
})

test('sandbox sign-up: an e-mail address signs up and is verified', async () => {
  const client = await start()
  const verification_token = await client.proveContact({ email })
  const { body } = await client.signUp({ email, verification_token })
  const me = await client.me(String(body['access_token']))
  expect(me.body).toMatchObject({ email, email_verified: true })
})

test('sandbox sign-up: a registered contact is rejected and does not spend the verification token', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone })
  const verification_token = await client.proveContact()
  const { body } = await client.signUp({ phone_number: phone, verification_token })
  expect(body).toMatchObject({ error: 'failed_precondition', error_code: 9 })
  expect((await client.signIn({ username: phone, verification_token })).status).toBe(200)
})

test('sandbox sign-up: a user name in use is rejected and does not spend the verification token', async () => {
  const client = await start()
  await client.sandbox.addUser({ username: 'bob' })
  const verification_token = await client.proveContact()
  const contact = { phone_number: phone, verification_token }
  expect((await client.signUp({ ...contact, username: 'bob' })).body['error']).toBe(
    'already_exists',
  )
  expect((await client.signUp({ ...contact, username: 'bobby' })).status).toBe(200)
})

test('sandbox sign-up: the verification token must belong to the contact', async () => {
  const client = await start()
  const verification_token = await client.proveContact()
  const { body } = await client.signUp({ email, verification_token })
  expect(body['error']).toBe('invalid_argument')
})

test('sandbox sign-up: a verification token adds one user despite parallel requests', async () => {
  const client = await start()
  const verification_token = await client.proveContact()
  const signUp = () => client.signUp({ phone_number: phone, verification_token, password })
  const answers = await Promise.all([signUp(), signUp(), signUp()])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(client.sandbox.users()).toHaveLength(1)
})

test.each([
  ['nothing', {}],
  ['no verification token', { phone_number: phone }],
  ['two contacts', { phone_number: phone, email, verification_token: 'x' }],
  ['an email as user name', { email, verification_token: 'x', username: 'a@b' }],
  ['a phone as user name', { email, verification_token: 'x', username: '+86 1' }],
  ['an unknown gender', { email, verification_token: 'x', gender: 'OTHER' }],
  ['an endless name', { email, verification_token: 'x', name: 'x'.repeat(2000) }],
])('sandbox sign-up: a sign-up with %s answers invalid_argument', async (_what, body) => {
  const client = await start()
  expect((await client.signUp(body)).body['error']).toBe('invalid_argument')
})

test('sandbox sign-up: a guest who signs up keeps the uid and the device gets a new guest', async () => {
  const client = await start()
  const guest = (await client.guest()).body
  const { body } = await client.signUp({
    phone_number: phone,
    verification_token: await client.proveContact(),
    anonymous_token: guest['access_token'],
  })
  expect(body).toMatchObject({ sub: guest['sub'], scope: 'user sso' })
  const old = await client.refresh(String(guest['refresh_token']))
  expect(old.body['error']).toBe('invalid_grant')
  expect((await client.guest()).body['sub']).not.toBe(guest['sub'])
})

test('sandbox sign-up: a failed sign-up keeps the guest session', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone })
  const guest = (await client.guest()).body
  const failed = await client.signUp({
    phone_number: phone,
    verification_token: await client.proveContact(),
    anonymous_token: guest['access_token'],
  })
  expect(failed.body['error']).toBe('failed_precondition')
  expect((await client.refresh(String(guest['refresh_token']))).body).toMatchObject({
    sub: guest['sub'],
    scope: 'anonymous',
  })
})

test('sandbox sign-up: anonymous_token must be a valid access token of a guest', async () => {
  const client = await start()
  const verification_token = await client.proveContact({ email })
  const signUp = async (anonymous_token: unknown): Promise<unknown> =>
    (await client.signUp({ email, verification_token, anonymous_token })).body['error']
  const guest = (await client.guest()).body
  const { access_token: bobs } = await client.bob()
  expect(await signUp(bobs)).toBe('invalid_argument')
  expect(await signUp({ accessToken: guest['access_token'], env: clientId })).toBe(
    'invalid_argument',
  )
  expect(await signUp('nonsense')).toBe('unauthenticated')
  client.sandbox.config({ verificationTokenSeconds: 100_000 })
  client.sandbox.advance(7200)
  expect(await signUp(guest['access_token'])).toBe('unauthenticated')
})

test('sandbox sign-up: a guest signs up once despite parallel requests', async () => {
  const client = await start()
  const anonymous_token = (await client.guest()).body['access_token']
  const contacts = [{ phone_number: phone }, { email }]
  const proven = await Promise.all(
    contacts.map(async (contact) => ({
      ...contact,
      verification_token: await client.proveContact(contact),
      anonymous_token,
    })),
  )
  const answers = await Promise.all(proven.map((body) => client.signUp(body)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(1)
})
