import { randomHex } from '../randomHex.ts'
import type { Awaitable, Store } from '../session/store.ts'

/** The key of the official SDK, so that an anonymous user stays the same after a switch. */
const KEY = 'device_id'

/**
 * Creates the reader of the device id: 32 hex digits, made once and kept in the store. While the
 * store fails, the id is kept in memory.
 *
 * @returns a function that answers synchronously once the id is known
 */
export function createDeviceId(store: Store): () => Awaitable<string> {
  let id: Awaitable<string> | undefined
  return () => (id ??= loadId(store).then((loaded) => (id = loaded)))
}

async function loadId(store: Store): Promise<string> {
  const fresh = randomHex()
  try {
    const stored = await store.get(KEY)
    if (stored && /^[\w-]{16,48}$/.test(stored)) return stored
    await store.set(KEY, fresh)
  } catch {
    // The id in memory is used.
  }
  return fresh
}
