import { expect, test } from 'vitest'
import { email, phone, start } from './client.ts'

test('sandbox limits: a second code to the same contact within 60 s answers resource_exhausted with retry_after', async () => {
  const client = await start()
  await client.sendCode()
  client.sandbox.advance(15)
  const { status, headers, body } = await client.sendCode()
  expect(status).toBe(429)
  expect(body).toMatchObject({ error: 'resource_exhausted', error_code: 8, retry_after: 45 })
  expect(headers.get('retry-after')).toBe('45')
  expect((await client.sendCode({ email })).status).toBe(200)
  client.sandbox.advance(45)
  expect((await client.sendCode()).status).toBe(200)
})

test('sandbox limits: sendsPerHour limits codes per contact and per device despite solved captchas', async () => {
  const client = await start({ sendsPerHour: 2, sendsBeforeCaptcha: 1, resendSeconds: 0 })
  const other = { headers: { 'x-device-id': 'e'.repeat(32) } }
  expect((await client.sendCode()).status).toBe(200)
  const query = { client_id: 'env-1', captcha_token: await client.solveCaptcha() }
  expect((await client.sendCode({ phone_number: phone }, { query })).status).toBe(200)
  client.sandbox.advance(600)
  const byContact = await client.sendCode({ phone_number: phone }, other)
  expect(byContact.body).toMatchObject({ error: 'resource_exhausted', retry_after: 3000 })
  expect((await client.sendCode({ email })).body['error']).toBe('resource_exhausted')
  expect((await client.sendCode({ email }, other)).status).toBe(200)
  client.sandbox.advance(3000)
  expect((await client.sendCode()).status).toBe(200)
})

test('sandbox limits: requestsPerMinute limits calls per device', async () => {
  const client = await start({ requestsPerMinute: 2 })
  await client.guest()
  await client.guest()
  expect((await client.guest()).body).toMatchObject({ retry_after: 60 })
  expect((await client.guest('e'.repeat(32))).status).toBe(200)
  client.sandbox.advance(60)
  expect((await client.guest()).status).toBe(200)
})

test('sandbox limits: a limit of 0 rejects every call and null turns it off', async () => {
  const client = await start({ sendsPerHour: 0 })
  expect((await client.sendCode()).body['error']).toBe('resource_exhausted')
  client.sandbox.config({ sendsPerHour: null, sendsBeforeCaptcha: 100, resendSeconds: 0 })
  for (let sends = 0; sends < 30; sends++) {
    expect((await client.sendCode()).status).toBe(200)
  }
})

test('sandbox limits: resendSeconds changes the wait and 0 turns it off', async () => {
  const client = await start({ resendSeconds: 5 })
  await client.sendCode()
  expect((await client.sendCode()).body).toMatchObject({ retry_after: 5 })
  client.sandbox.config({ resendSeconds: 0 })
  expect((await client.sendCode()).status).toBe(200)
})
