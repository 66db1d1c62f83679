import { AuthError } from '../../services/error.ts'
import { PlainController, PlainSignal } from './abort.ts'
import { PlainHeaders } from './headers.ts'
import { promised, type Wx } from './wx.ts'

declare const wx: Wx

/**
 * Puts in place what the core needs of a browser and a mini-program lacks. What is there is left as
 * it is. To be awaited once, before `createAuth`.
 *
 * @throws AuthError `unimplemented` on a base library before 2.15.0, which has no random numbers
 *   that cannot be guessed
 */
export async function installGlobals(): Promise<void> {
  const globals = globalThis as Record<string, unknown>
  const given = globals['AbortSignal']
  if (typeof given !== 'function' || !('any' in given)) {
    Object.assign(globals, { AbortController: PlainController, AbortSignal: PlainSignal })
  }
  globals['Headers'] ??= PlainHeaders
  globals['queueMicrotask'] ??= (run: () => void) => void Promise.resolve().then(run)
  // ofetch asks of every body whether it is one of these.
  globals['FormData'] ??= class FormData {}
  globals['URLSearchParams'] ??= class URLSearchParams {}
  globals['crypto'] ??= {}
  const crypto = globals['crypto'] as { getRandomValues?: unknown }
  crypto.getRandomValues ??= await randomValues()
}

/** Bytes asked for at a time; a request uses 16. */
const POOL = 4096

/** WeChat gives random bytes only later, so some are kept at hand. Each is used once. */
async function randomValues() {
  let pool = await draw()
  let used = 0
  let isDrawing = false

  function refill() {
    if (isDrawing) return
    isDrawing = true
    void draw()
      .then((bytes) => {
        pool = bytes
        used = 0
      })
      .catch(() => undefined)
      .finally(() => (isDrawing = false))
  }

  return <T extends ArrayBufferView>(array: T): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    const end = used + bytes.length
    if (end > POOL / 2) refill()
    if (end > pool.length) throw new Error('no random bytes are at hand; try again in a moment')
    bytes.set(pool.subarray(used, end))
    pool.fill(0, used, end)
    used = end
    return array
  }
}

async function draw(): Promise<Uint8Array> {
  if (!wx.getRandomValues) {
    throw new AuthError('unimplemented', {
      operation: 'installGlobals',
      description: 'wx.getRandomValues needs base library 2.15.0: raise the minimum in the console',
    })
  }
  const { randomValues } = await promised<{ randomValues: ArrayBuffer }>(
    'installGlobals',
    (callbacks) => wx.getRandomValues!({ length: POOL, ...callbacks }),
  )
  return new Uint8Array(randomValues)
}
