import { AuthError } from '../../services/error.ts'
import { installPolyfills } from './polyfills.ts'
import { callWx, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * Installs the globals of browsers that `createAuth` needs and mini-programs lack; existing ones stay.
 * Await it once, before `createAuth`.
 *
 * @throws AuthError `unimplemented` on a base library before 2.15.0, which has no cryptographic random
 *   numbers
 * @example
 *   await installGlobals()
 *   const auth = createAuth({ env: 'my-env', flows: { signIn }, ...wechat() })
 */
export async function installGlobals(): Promise<void> {
  installPolyfills()
  const crypto = globalThis.crypto as { getRandomValues?: unknown }
  crypto.getRandomValues ??= await createRandomValues()
}

/** Bytes requested from WeChat at a time; a request id takes 16. */
const POOL_SIZE = 4096

/**
 * Creates a synchronous `crypto.getRandomValues` from a pool of random bytes, because WeChat's is
 * asynchronous. Each byte is used once.
 */
async function createRandomValues() {
  let pool = await requestBytes()
  let used = 0
  let isRefilling = false

  function refill() {
    if (isRefilling) return
    isRefilling = true
    void requestBytes()
      .then((bytes) => {
        pool = bytes
        used = 0
      })
      .catch(() => undefined)
      .finally(() => (isRefilling = false))
  }

  return <T extends ArrayBufferView>(array: T): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    const end = used + bytes.length
    if (end > POOL_SIZE / 2) refill()
    if (end > pool.length) throw new Error('no random bytes are left; try again in a moment')
    bytes.set(pool.subarray(used, end))
    pool.fill(0, used, end)
    used = end
    return array
  }
}

async function requestBytes(): Promise<Uint8Array> {
  if (!wx.getRandomValues) {
    throw new AuthError('unimplemented', {
      operation: 'installGlobals',
      description: 'wx.getRandomValues needs base library 2.15.0: raise the minimum in the console',
    })
  }
  const { randomValues } = await callWx<{ randomValues: ArrayBuffer }>(
    'installGlobals',
    (callbacks) => wx.getRandomValues!({ length: POOL_SIZE, ...callbacks }),
  )
  return new Uint8Array(randomValues)
}
