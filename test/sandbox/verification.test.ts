import { expect, test } from 'vitest'
import { email, phone, start } from './client.ts'

test('sandbox verification: a code is delivered to the inbox and verified once', async () => {
  const client = await start()
  const sent = await client.sendCode()
  expect(sent.status).toBe(200)
  expect(sent.body).toEqual({
    verification_id: expect.any(String),
    expires_in: 600,
    is_user: false,
  })
  const [message] = client.sandbox.inbox(phone)
  expect(message?.code).toMatch(/^\d{6}$/)
  const { verification_id: id } = sent.body
  const verified = await client.verify(id, message?.code)
  expect(verified.body).toEqual({ verification_token: expect.any(String), expires_in: 600 })
  expect((await client.verify(id, message?.code)).body['error']).toBe('invalid_argument')
})

test('sandbox verification: is_user reports whether the contact belongs to a user', async () => {
  const client = await start()
  await client.sandbox.addUser({ phone_number: phone, email })
  expect((await client.sendCode()).body['is_user']).toBe(true)
  expect((await client.sendCode({ email: email.toUpperCase() })).body['is_user']).toBe(true)
  expect((await client.sendCode({ email: 'other@example.com' })).body['is_user']).toBe(false)
})

test('sandbox verification: a code matches only its own verification_id', async () => {
  const client = await start()
  const first = await client.sendCode()
  const second = await client.sendCode({ email })
  const code = client.sandbox.inbox(phone)[0]?.code
  expect(client.sandbox.inbox(email)[0]?.code).not.toBe(code)
  expect((await client.verify(second.body['verification_id'], code)).status).toBe(400)
  expect((await client.verify(first.body['verification_id'], code)).status).toBe(200)
})

test('sandbox verification: a code expires after 600 seconds', async () => {
  const client = await start({ resendSeconds: 0 })
  const early = await client.sendCode()
  const late = await client.sendCode()
  const [lateCode, earlyCode] = client.sandbox.inbox(phone)
  client.sandbox.advance(599)
  expect((await client.verify(early.body['verification_id'], earlyCode?.code)).status).toBe(200)
  client.sandbox.advance(1)
  const expired = await client.verify(late.body['verification_id'], lateCode?.code)
  expect(expired.status).toBe(400)
  expect(expired.body).toMatchObject({ error: 'invalid_argument', error_code: 3 })
})

test('sandbox verification: the correct code is rejected after five wrong ones', async () => {
  const client = await start()
  const { verification_id: id } = (await client.sendCode()).body
  const code = client.sandbox.inbox(phone)[0]?.code
  for (let tries = 0; tries < 5; tries++) {
    expect((await client.verify(id, 'wrong')).body['error']).toBe('invalid_argument')
  }
  expect((await client.verify(id, code)).body).toMatchObject({ error: 'aborted', error_code: 10 })
})

test('sandbox verification: the correct code is accepted after four wrong ones', async () => {
  const client = await start()
  const { verification_id: id } = (await client.sendCode()).body
  for (let tries = 0; tries < 4; tries++) await client.verify(id, 'wrong')
  const code = client.sandbox.inbox(phone)[0]?.code
  expect((await client.verify(id, code)).status).toBe(200)
})

test.each([
  '13800000000',
  '+8613800000000',
  '+86  13800000000',
  ' +86 13800000000',
  '86 13800000000',
  '+0 13800000000',
  '+86 138',
  '+86 1380000000a',
  '+8600 13800000000',
])('sandbox verification: the phone number %j is rejected', async (phone_number) => {
  const client = await start()
  expect((await client.sendCode({ phone_number })).body).toMatchObject({
    error: 'invalid_argument',
  })
  expect(client.sandbox.inbox()).toEqual([])
})

test.each(['+852 12345678', '+1 4155550100'])(
  'sandbox verification: the phone number %j is accepted',
  async (phone_number) => {
    const client = await start()
    expect((await client.sendCode({ phone_number })).status).toBe(200)
  },
)

test('sandbox verification: exactly one contact is required', async () => {
  const client = await start()
  for (const body of [{}, { phone_number: phone, email }, { email: 'unknown' }]) {
    expect((await client.sendCode(body)).body['error']).toBe('invalid_argument')
  }
})

test('sandbox verification: target USER requires a user and NOT_USER none', async () => {
  const client = await start({ resendSeconds: 0 })
  await client.sandbox.addUser({ phone_number: phone })
  const target = async (body: Record<string, string>): Promise<unknown> =>
    (await client.sendCode(body)).body['error']
  expect(await target({ phone_number: phone, target: 'USER' })).toBeUndefined()
  expect(await target({ email, target: 'USER' })).toBe('not_found')
  expect(await target({ email, target: 'NOT_USER' })).toBeUndefined()
  expect(await target({ phone_number: phone, target: 'NOT_USER' })).toBe('failed_precondition')
  expect(await target({ phone_number: phone, target: 'ANY' })).toBeUndefined()
  expect(await target({ phone_number: phone, target: 'ALL' })).toBe('invalid_argument')
})

test("sandbox verification: target CUR_USER requires a bearer and the bearer's contact", async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  const body = { phone_number: phone, target: 'CUR_USER' }
  expect((await client.sendCode(body, { bearer })).status).toBe(200)
  expect((await client.sendCode(body)).body['error']).toBe('unauthenticated')
  const foreign = await client.sendCode({ email, target: 'CUR_USER' }, { bearer })
  expect(foreign.body['error']).toBe('failed_precondition')
})

test('sandbox verification: an expired bearer answers unauthenticated', async () => {
  const client = await start()
  const { access_token: bearer } = await client.bob()
  client.sandbox.advance(7200)
  const { status, body } = await client.sendCode({ phone_number: phone }, { bearer })
  expect(status).toBe(401)
  expect(body).toMatchObject({ error: 'unauthenticated', error_code: 16 })
})
