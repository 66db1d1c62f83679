import { PKCS1_KEM } from 'micro-rsa-dsa-dh/rsa.js'

// The build bundles the imported package into this module, so that no app has to install it.

/** An RSA public key (RFC 8017 §3.1). */
export interface PublicKey {
  /** The modulus. */
  n: bigint
  /** The public exponent. */
  e: bigint
}

/**
 * Encrypts one block with RSAES-PKCS1-v1_5.
 *
 * @param block at most 11 bytes shorter than the modulus
 * @returns as many bytes as the modulus has
 * @throws Error when the block is too long
 * @see https://www.rfc-editor.org/rfc/rfc8017#section-7.2.1
 */
export const encryptBlock: (key: PublicKey, block: Uint8Array) => Uint8Array = PKCS1_KEM.encrypt
