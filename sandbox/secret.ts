import { createHash, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'

/**
 * Creates an opaque token of 256 random bits in URL-safe characters.
 *
 * @param prefix Text in front of the random part.
 * @returns The token.
 */
export const newToken = (prefix = ''): string => prefix + randomBytes(32).toString('base64url')

/**
 * Creates a random identifier of 128 bits, which is not a secret.
 *
 * @returns 32 hexadecimal digits.
 */
export const newId = (): string => randomBytes(16).toString('hex')

/**
 * Creates a verification code.
 *
 * @returns Six decimal digits.
 */
export const newCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/**
 * Creates a random text.
 *
 * @param alphabet The characters to choose from.
 * @param length The number of characters.
 * @returns The text.
 */
export const randomText = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')

/**
 * Hashes a token. The state stores only digests, so that it contains no usable token.
 *
 * @param secret The token.
 * @returns SHA-256 in base64url.
 */
export const digest = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')

/**
 * Compares two secrets of any length in constant time.
 *
 * @param a One secret.
 * @param b The other secret.
 * @returns Whether they are equal.
 */
export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))

/** The cost of a hash: passwords of tests are checked often and protect nothing. */
const COST = 2 ** 10

/** The cost where a hash names none, as those of earlier state files. */
const FORMER_COST = 2 ** 14

const derive = (password: string, salt: Buffer, cost: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { cost }, (error, key) => (error ? reject(error) : resolve(key)))
  })

/**
 * Hashes a password with scrypt, without normalising it.
 *
 * @param password The password.
 * @returns `salt.key.cost`, the first two in base64url.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return `${salt.toString('base64url')}.${key.toString('base64url')}.${COST}`
}

/**
 * Checks a password against a hash made by {@link hashPassword}.
 *
 * @param password The password.
 * @param hash The stored hash.
 * @returns Whether they match.
 */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = '', cost = FORMER_COST] = hash.split('.')
  const expected = Buffer.from(key, 'base64url')
  const actual = await derive(password, Buffer.from(salt, 'base64url'), Number(cost))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
