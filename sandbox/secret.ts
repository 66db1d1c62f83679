import { createHash, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'

/** A new opaque token of 256 random bits that needs no escaping in a URL. */
export const newToken = (prefix = ''): string => prefix + randomBytes(32).toString('base64url')

/** A new random identifier of 128 bits, not a secret. */
export const newId = (): string => randomBytes(16).toString('hex')

/** A new verification code: six decimal digits. */
export const newCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/** A random text of `length` characters out of `alphabet`. */
export const randomText = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')

/** What is kept of a token, so that the stored state cannot be used to act as a user. */
export const digest = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')

/** Compares two secrets in constant time, whatever their lengths. */
export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, 32, (error, key) => (error ? reject(error) : resolve(key)))
  })

/** Hashes a password, byte-exact, as `salt.key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

/** Whether `password` is the one that was hashed. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split('.')
  const expected = Buffer.from(key, 'base64url')
  const actual = await derive(password, Buffer.from(salt, 'base64url'))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
