import { constants, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ApiError } from '../error.ts'
import { Fields } from '../fields.ts'
import { digest } from '../secret.ts'
import type { State } from '../state.ts'

/** A key to encrypt with. */
export interface PublicKey {
  /** PEM. */
  public_key: string
  public_key_thumbprint: string
}

/** Takes bodies that were encrypted for the server. */
export interface Envelopes {
  publicKey(): PublicKey
  /** What was encrypted: base64 of RSA blocks, each padded by PKCS #1 v1.5. */
  open(encrypted: string, thumbprint: string): string
  /** The body that `params` of a body hold, or the body itself if it has none. */
  unseal(body: Fields): Fields
}

const modulusLength = 2048
const blockLength = modulusLength / 8
/** More than fits into any body. */
const mostCharacters = 65_536

/** Keeps the key in `state`, once it is needed. */
export function createEnvelopes(state: State): Envelopes {
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
  const open: Envelopes['open'] = (encrypted, thumbprint) => {
    if (thumbprint !== publicKey().public_key_thumbprint) {
      throw new ApiError('invalid_argument', 'public_key_thumbprint is of another key')
    }
    const bytes = Buffer.from(encrypted, 'base64')
    const key = privateKey()
    const blocks = Array.from({ length: Math.ceil(bytes.length / blockLength) }, (_, index) =>
      decrypt(key, bytes.subarray(index * blockLength, (index + 1) * blockLength)),
    )
    return Buffer.concat(blocks).toString()
  }
  return {
    publicKey,
    open,
    unseal(body) {
      const params = body.text('params', mostCharacters)
      if (params === undefined) return body
      return Fields.parse(open(params, body.need('public_key_thumbprint')))
    },
  }
}

/** Decrypts one block. Node removes this padding itself only where OpenSSL is new enough. */
function decrypt(key: KeyObject, block: Buffer): Buffer {
  const padded = tryDecrypt(key, block)
  const end = padded?.indexOf(0, 2) ?? -1
  if (padded?.[0] !== 0 || padded[1] !== 2 || end < 10) {
    throw new ApiError('invalid_argument', 'What was encrypted cannot be decrypted')
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
