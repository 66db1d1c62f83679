import { expect, test } from 'vitest'
import {
  type JsonResponse,
  type Client,
  email,
  type Json,
  password,
  phone,
  start,
} from './client.ts'

const otherPhone = '+86 13900000000'
const error = async (answer: Promise<JsonResponse>): Promise<unknown> =>
  (await answer).body['error']

/** Signs in a user with an e-mail address. `change` changes a contact with all required proofs. */
async function open(): Promise<{
  client: Client
  bearer: string
  change: (contact: Json, more?: Json) => Promise<JsonResponse>
}> {
  const client = await start({ sendsBeforeCaptcha: 100, resendSeconds: 0 })
  const bearer = await client.addAndSignIn({ username: 'bob', email })
  const change = async (contact: Json, more: Json = {}): Promise<JsonResponse> => {
    const sudo_token = await client.sudoToken(bearer, { email })
    const verification_token = await client.proveContact(contact)
    const body = { ...contact, sudo_token, verification_token, ...more }
    return client.patch('/auth/v1/user/contact', bearer, body)
  }
  return { client, bearer, change }
}

test('sandbox contact: a bound phone number signs in', async () => {
  const { client, bearer, change } = await open()
  expect(await change({ phone_number: phone })).toMatchObject({ status: 200, body: {} })
  expect((await client.me(bearer)).body).toMatchObject({ phone_number: phone, email })
  expect((await client.signIn({ username: phone, password })).status).toBe(200)
})

test('sandbox contact: a new e-mail address replaces the old one', async () => {
  const { client, bearer, change } = await open()
  await change({ email: 'New@example.com' })
  expect((await client.me(bearer)).body['email']).toBe('new@example.com')
  expect(await error(client.signIn({ username: email, password }))).toBe('not_found')
})

test('sandbox contact: a change requires a sudo token and a verification token of the new contact', async () => {
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

test('sandbox contact: a rejected sudo token does not spend the verification token', async () => {
  const { client, bearer } = await open()
  const verification_token = await client.proveContact()
  const body = { phone_number: phone, verification_token }
  const change = (sudo_token: string) =>
    client.patch('/auth/v1/user/contact', bearer, { ...body, sudo_token })
  expect(await error(change('wrong'))).toBe('permission_denied')
  expect((await change(await client.sudoToken(bearer, { email }))).status).toBe(200)
})

test("sandbox contact: another user's contact is taken only with conflict_resolution TRANSFER", async () => {
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

test('sandbox contact: conflict_resolution DELETE_ACCOUNT_TRANSFER deletes the other account', async () => {
  const { client, change } = await open()
  const eve = await client.addAndSignIn({ username: 'eve', phone_number: phone })
  const more = { conflict_resolution: 'DELETE_ACCOUNT_TRANSFER' }
  expect((await change({ phone_number: phone }, more)).status).toBe(200)
  expect(client.sandbox.users().map(({ username }) => username)).toEqual(['bob'])
  expect((await client.me(eve)).status).toBe(401)
})

test('sandbox contact: the current contact may be bound again', async () => {
  const { change } = await open()
  expect((await change({ email })).status).toBe(200)
})

test('sandbox contact: a guest cannot bind a contact', async () => {
  const client = await start()
  const guest = String((await client.guest()).body['access_token'])
  const verification_token = await client.proveContact()
  const body = { phone_number: phone, sudo_token: '', verification_token }
  expect(await error(client.patch('/auth/v1/user/contact', guest, body))).toBe('permission_denied')
})
