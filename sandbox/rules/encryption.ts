import { constants, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { digest } from '../secret.ts'
import type { State } from '../state.ts'

/** The public key for request bodies and passwords. */
export interface PublicKey {
  /** PEM. */
  public_key: string
  public_key_thumbprint: string
}

/** Decrypts what clients encrypted for the server. */
export interface Encryption {
  /** Returns the server's public key. */
  publicKey(): PublicKey
  /**
   * Decrypts a text.
   *
   * @param encrypted Base64 of RSA blocks with PKCS #1 v1.5 padding.
   * @param thumbprint Thumbprint of the public key that was used.
   * @throws ApiError `invalid_argument` for another key or a text that cannot be decrypted.
   */
  decrypt(encrypted: string, thumbprint: string): string
  /**
   * Decrypts the field `params` of a body. A body without it is returned as it is.
   *
   * @throws ApiError `invalid_argument` like `decrypt`.
   */
  decryptBody(body: Fields): Fields
}

const modulusLength = 2048
const blockLength = modulusLength / 8
/** Exceeds what fits into a request body. */
const maxCharacters = 65_536

/**
 * Creates the decryption with a key pair that is generated on first use and stored in the state.
 *
 * @param state The server's state.
 * @returns The decryption.
 */
export function createEncryption(state: State): Encryption {
  const privateKey = (): KeyObject => {
    state.encryptionKey ??= generateKeyPairSync('rsa', { modulusLength }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string
    return createPrivateKey(state.encryptionKey)
  }
  const publicKey = (): PublicKey => {
    const pem = createPublicKey(privateKey()).export({ type: 'spki', format: 'pem' }) as string
    return { public_key: pem, public_key_thumbprint: digest(pem) }
  }
  const decrypt: Encryption['decrypt'] = (encrypted, thumbprint) => {
    if (thumbprint !== publicKey().public_key_thumbprint) {
      throw new ApiError('invalid_argument', 'public_key_thumbprint belongs to another key')
    }
    const bytes = Buffer.from(encrypted, 'base64')
    const key = privateKey()
    const blocks = Array.from({ length: Math.ceil(bytes.length / blockLength) }, (_, index) =>
      decryptBlock(key, bytes.subarray(index * blockLength, (index + 1) * blockLength)),
    )
    return Buffer.concat(blocks).toString()
  }
  return {
    publicKey,
    decrypt,
    decryptBody(body) {
      const params = body.text('params', maxCharacters)
      if (params === undefined) return body
      return Fields.parse(decrypt(params, body.requireText('public_key_thumbprint')))
    },
  }
}

/** Decrypts a block. Removes the padding itself, because Node does so only with a recent OpenSSL. */
function decryptBlock(key: KeyObject, block: Buffer): Buffer {
  const padded = tryDecrypt(key, block)
  const end = padded?.indexOf(0, 2) ?? -1
  if (padded?.[0] !== 0 || padded[1] !== 2 || end < 10) {
    throw new ApiError('invalid_argument', 'The encrypted text cannot be decrypted')
  }
  return padded.subarray(end + 1)
}

function tryDecrypt(key: KeyObject, block: Buffer): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block)
  } catch {
    return undefined
  }
}
