import { constants, publicEncrypt } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Client, email, password, start } from './client.ts'

const keyPath = '/auth/v2/signin/publichkey'
const paths = ['/auth/v1/signin', '/auth/v2/signin/username']

const encrypt = (key: unknown, text: string): Buffer =>
  publicEncrypt({ key: String(key), padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text))

/** Encrypts a body as the official client does: in pieces when it is longer than the modulus. */
async function encryptBody(client: Client, text: string): Promise<{ [name: string]: unknown }> {
  const { public_key, public_key_thumbprint } = (await client.post(keyPath)).body
  const pieces = text.length <= 245 ? [text] : (text.match(/.{1,117}/gs) ?? [])
  const params = Buffer.concat(pieces.map((piece) => encrypt(public_key, piece))).toString('base64')
  return { params, public_key_thumbprint }
}

test('sandbox v2: the public key stays the same', async () => {
  const client = await start()
  const { body } = await client.post(keyPath)
  expect(body).toEqual({
    public_key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    public_key_thumbprint: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect((await client.post(keyPath)).body).toEqual(body)
})

test.each(paths)('sandbox v2: %s accepts a plain and an encrypted body', async (path) => {
  const client = await start()
  const long = `${password} ${'密x'.repeat(60)} ${'x'.repeat(600)}`
  await client.sandbox.addUser({ username: 'bob', password })
  await client.sandbox.addUser({ username: 'eve', password: long })
  const bob = { username: 'bob', password }
  expect((await client.post(path, bob)).status).toBe(200)
  const encrypted = await client.post(path, await encryptBody(client, JSON.stringify(bob)))
  expect(encrypted.body).toMatchObject({ token_type: 'Bearer' })
  const eve = JSON.stringify({ username: 'eve', password: long })
  expect((await client.post(path, await encryptBody(client, eve))).status).toBe(200)
})

test('sandbox v2: a body that cannot be decrypted answers invalid_argument', async () => {
  const client = await start()
  const encrypted = await encryptBody(client, '{}')
  const { public_key } = (await client.post(keyPath)).body
  const cut = Buffer.from(String(encrypted['params']), 'base64').subarray(1).toString('base64')
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const oaep = publicEncrypt({ key: String(public_key), padding }, Buffer.from('{}'))
  for (const wrong of [
    { params: cut },
    { params: 'nonsense' },
    { params: oaep.toString('base64') },
    { params: encrypt(public_key, 'not JSON').toString('base64') },
    { public_key_thumbprint: 'other' },
    { public_key_thumbprint: '' },
    {},
  ]) {
    const { status, body } = await client.signIn({ ...encrypted, ...wrong })
    expect(status).toBe(400)
    expect(body['error']).toBe('invalid_argument')
  }
})

test('sandbox v2: a code signs in a user, and the code of an unknown contact is kept for the sign-up', async () => {
  const client = await start()
  const { verification_id } = (await client.sendCode({ email })).body
  const verification_code = client.sandbox.inbox(email)[0]?.code
  const signInByCode = (code: unknown) => {
    const body = { verification_id, verification_code: code }
    return client.post('/auth/v2/signin/verificationcode', body)
  }
  expect((await signInByCode('wrong')).body['error']).toBe('invalid_argument')
  expect((await signInByCode(verification_code)).body['error']).toBe('not_found')
  const { sub } = await client.sandbox.addUser({ email })
  expect((await signInByCode(verification_code)).body).toMatchObject({ sub, scope: 'user sso' })
  expect((await signInByCode(verification_code)).body['error']).toBe('invalid_argument')
})

test('sandbox v2: user/me and the token endpoint exist in v2', async () => {
  const client = await start()
  const { access_token: bearer, refresh_token, sub } = await client.bob()
  expect((await client.get('/auth/v2/user/me', { bearer })).body['sub']).toBe(sub)
  const body = { grant_type: 'refresh_token', refresh_token }
  expect((await client.post('/auth/v2/token', body)).body['sub']).toBe(sub)
})
