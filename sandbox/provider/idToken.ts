import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { JWK } from 'jose'

/** What an ID token says. Times are in seconds since the epoch. */
export interface IdTokenClaims {
  iss: string
  sub: string
  /** Client id of the app. */
  aud: string
  iat: number
  exp: number
  nonce?: string | undefined
  name?: string | undefined
  picture?: string | undefined
  /** Id of the provider account. */
  preferred_username: string
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const key = (jwk: JWK): { key: JWK; format: 'jwk' } => ({ key: jwk, format: 'jwk' })
const dsaEncoding = 'ieee-p1363'

/**
 * Creates an ID token, as an identity provider would.
 *
 * @param jwk The provider's private key.
 * @param claims What the token says.
 * @returns The token, signed by ES256.
 * @see OpenID Connect Core 1.0, section 2
 */
export function signIdToken(jwk: JWK, claims: IdTokenClaims): string {
  const data = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(data), {
    key: createPrivateKey(key(jwk)),
    dsaEncoding,
  })
  return `${data}.${signature.toString('base64url')}`
}

/**
 * Reads an ID token whose signature is valid.
 *
 * @param jwk The provider's private key.
 * @param token The token.
 * @returns Its claims, or `undefined` for a malformed or forged one.
 */
export function readIdToken(jwk: JWK, token: string): IdTokenClaims | undefined {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.')
  const publicKey = createPublicKey(createPrivateKey(key(jwk)))
  const isValid =
    rest.length === 0 &&
    head === encode({ alg: 'ES256', typ: 'JWT' }) &&
    verify(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key: publicKey, dsaEncoding },
      Buffer.from(signature, 'base64url'),
    )
  return isValid
    ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as IdTokenClaims)
    : undefined
}
