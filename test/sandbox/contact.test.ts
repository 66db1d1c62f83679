import { expect, test } from 'vitest'
import { type Answer, type Client, email, type Json, password, phone, start } from './client.ts'

const otherPhone = '+86 13900000000'
const error = async (answer: Promise<Answer>): Promise<unknown> => (await answer).body['error']

/** A signed-in user with email, and how they change a contact after all that has to be proven. */
async function open(): Promise<{
  client: Client
  bearer: string
  change: (contact: Json, more?: Json) => Promise<Answer>
}> {
  const client = await start({ sendsBeforeCaptcha: 100 })
  const bearer = await client.enter({ username: 'bob', email })
  const change = async (contact: Json, more: Json = {}): Promise<Answer> => {
    const sudo_token = await client.sudoToken(bearer, { email })
    const verification_token = await client.proveContact(contact)
    const body = { ...contact, sudo_token, verification_token, ...more }
    return client.patch('/auth/v1/user/contact', bearer, body)
  }
  return { client, bearer, change }
}

test('a phone is bound, and signs in from then on', async () => {
  const { client, bearer, change } = await open()
  expect(await change({ phone_number: phone })).toMatchObject({ status: 200, body: {} })
  expect((await client.me(bearer)).body).toMatchObject({ phone_number: phone, email })
  expect((await client.signIn({ username: phone, password })).status).toBe(200)
})

test('an email is replaced', async () => {
  const { client, bearer, change } = await open()
  await change({ email: 'New@example.com' })
  expect((await client.me(bearer)).body['email']).toBe('new@example.com')
  expect(await error(client.signIn({ username: email, password }))).toBe('not_found')
})

test('both proofs are needed, and the new contact must be the one proven', async () => {
  const { client, bearer, change } = await open()
  const contact = { phone_number: phone }
  expect(await error(change(contact, { sudo_token: '' }))).toBe('permission_denied')
  expect(await error(change(contact, { verification_token: 'wrong' }))).toBe('permission_denied')
  expect(await error(change(contact, { verification_token: '' }))).toBe('invalid_argument')
  const verification_token = await client.proveContact({ phone_number: otherPhone })
  expect(await error(change(contact, { verification_token }))).toBe('invalid_argument')
  expect(await error(change(contact, { conflict_resolution: 'STEAL' }))).toBe('invalid_argument')
  expect(await error(change(contact, { email }))).toBe('invalid_argument')
  expect((await client.me(bearer)).body).not.toHaveProperty('phone_number')
})

test('a refused sudo token leaves the verification token', async () => {
  const { client, bearer } = await open()
  const verification_token = await client.proveContact()
  const body = { phone_number: phone, verification_token }
  const change = (sudo_token: string) =>
    client.patch('/auth/v1/user/contact', bearer, { ...body, sudo_token })
  expect(await error(change('wrong'))).toBe('permission_denied')
  expect((await change(await client.sudoToken(bearer, { email }))).status).toBe(200)
})

test("somebody else's contact stays theirs unless it is to be taken", async () => {
  const { client, change } = await open()
  await client.sandbox.addUser({ username: 'eve', phone_number: phone, password })
  const contact = { phone_number: phone }
  expect(await error(change(contact))).toBe('failed_precondition')
  expect(await error(change(contact, { conflict_resolution: 'DEFAULT' }))).toBe(
    'failed_precondition',
  )
  expect((await change(contact, { conflict_resolution: 'TRANSFER' })).status).toBe(200)
  expect((await client.signIn({ username: 'eve', password })).status).toBe(200)
  const owners = client.sandbox.users().filter(({ phone_number }) => phone_number === phone)
  expect(owners.map(({ username }) => username)).toEqual(['bob'])
})

test('a contact can be taken together with the account', async () => {
  const { client, change } = await open()
  const eve = await client.enter({ username: 'eve', phone_number: phone })
  const more = { conflict_resolution: 'DELETE_ACCOUNT_TRANSFER' }
  expect((await change({ phone_number: phone }, more)).status).toBe(200)
  expect(client.sandbox.users().map(({ username }) => username)).toEqual(['bob'])
  expect((await client.me(eve)).status).toBe(401)
})

test('an own contact may be bound again', async () => {
  const { change } = await open()
  expect((await change({ email })).status).toBe(200)
})

test('a guest has to sign up instead', async () => {
  const client = await start()
  const guest = String((await client.guest()).body['access_token'])
  const verification_token = await client.proveContact()
  const body = { phone_number: phone, sudo_token: '', verification_token }
  expect(await error(client.patch('/auth/v1/user/contact', guest, body))).toBe('permission_denied')
})
