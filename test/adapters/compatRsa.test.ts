import fc from 'fast-check'
import { constants, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encrypt } from '../../adapters/compat/v2/rsa.ts'
import { failure, openCompat, password, username } from './compatWorld.ts'

const bits = 1024
const size = bits / 8

/** Decrypts RSAES-PKCS1-v1_5 block by block (RFC 8017 §7.2.2). */
function decrypt(encrypted: string, key: KeyObject): string {
  const bytes = Buffer.from(encrypted, 'base64')
  expect(bytes.length % size).toBe(0)
  const blocks = Array.from({ length: bytes.length / size }, (_, index) => {
    const block = bytes.subarray(index * size, (index + 1) * size)
    const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block)
    expect([...padded.subarray(0, 2)]).toEqual([0, 2])
    const end = padded.indexOf(0, 2)
    expect(end).toBeGreaterThanOrEqual(10)
    return padded.subarray(end + 1)
  })
  return Buffer.concat(blocks).toString()
}

const pair = generateKeyPairSync('rsa', { modulusLength: bits })
const pem = (type: 'spki' | 'pkcs1') =>
  pair.publicKey.export({ type, format: 'pem' } as never) as string

describe('encrypt', () => {
  test.each(['spki', 'pkcs1'] as const)('encrypt reads a key in %s form', (type) => {
    expect(decrypt(encrypt('a secret', pem(type)), pair.privateKey)).toBe('a secret')
  })

  test.each([2048, 3072])('encrypt uses keys of %d bits', (modulusLength) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
    const key = publicKey.export({ type: 'spki', format: 'pem' }) as string
    const block = Buffer.from(encrypt('a secret', key), 'base64')
    const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)
    expect(padded.subarray(-8).toString()).toBe('a secret')
  })

  test('encrypt splits any text by bytes, not by characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(decrypt(encrypt(text, pem('spki')), pair.privateKey)).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('encrypt fills a block to the last byte before it begins another', () => {
    const capacity = size - 11
    for (const [length, blocks] of [
      [capacity, 1],
      [capacity + 1, 2],
      [2 * capacity, 2],
    ] as const) {
      const encrypted = encrypt('x'.repeat(length), pem('spki'))
      expect(Buffer.from(encrypted, 'base64')).toHaveLength(blocks * size)
    }
  })

  test('encrypt returns another result each time', () => {
    expect(encrypt('same', pem('spki'))).not.toBe(encrypt('same', pem('spki')))
  })

  test.each(['', 'no key', '-----BEGIN PUBLIC KEY-----\nMAo=\n-----END PUBLIC KEY-----'])(
    'encrypt rejects a malformed key: %s',
    (key) => {
      expect(() => encrypt('a secret', key)).toThrow('public_key is malformed')
    },
  )
})

describe('encrypted sign-in', () => {
  test.each([
    ['v1', '/auth/v1/signin'],
    ['v2', '/auth/v2/signin/username'],
  ])('signIn with isEncrypt and version %s sends an encrypted request', async (version, path) => {
    const { auth, sandbox, calls } = await openCompat()
    const long = '密码'.repeat(40)
    const { sub } = await sandbox.addUser({ username, password: long })
    const { user } = await auth.signIn({ username, password: long, version, isEncrypt: true })
    expect(user.uid).toBe(sub)
    expect(calls()).toEqual([
      'POST /auth/v2/signin/publichkey',
      `POST ${path}`,
      'GET /auth/v1/user/me',
    ])
    const { body } = sandbox.requests()[1]!
    expect(Object.keys(body as object)).toEqual(['params', 'public_key_thumbprint'])
  })

  test('encrypted sign-in normalizes the phone number', async () => {
    const { auth, sandbox } = await openCompat()
    const { sub } = await sandbox.addUser({ phone_number: '+86 13800000000', password })
    const params = { username: '13800000000', password, isEncrypt: true }
    expect((await auth.signIn(params)).user.uid).toBe(sub)
  })

  test.each([{ is_encrypt: true }, { options: { is_encrypt: true } }])(
    'signInWithPassword with %o sends an encrypted request',
    async (given) => {
      const { auth, sandbox, calls } = await openCompat()
      await sandbox.addUser({ username, password })
      const { error } = await auth.signInWithPassword({ username, password, ...given })
      expect(error).toBe(null)
      expect(calls()).toContain('POST /auth/v2/signin/username')
    },
  )

  test('encrypted sign-in fails with invalid_response for a malformed key', async () => {
    const { auth, sandbox } = await openCompat()
    const body = { public_key: 'none', public_key_thumbprint: 'x' }
    sandbox.faults([{ method: 'POST', path: '/auth/v2/signin/publichkey', body }])
    const params = { username, password, isEncrypt: true }
    expect(await failure(auth.signIn(params))).toMatchObject({ error: 'invalid_response' })
  })
})
