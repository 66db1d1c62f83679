import { AuthError } from '../error.ts'
import type { Tokens } from '../http/wire.ts'
import type { Credentials } from './credentials.ts'
import type { TokenStore } from './tokenStore.ts'

/** Milliseconds a tab waits for the lock: longer than the request of the tab before it may take. */
const LOCK_TIMEOUT_MS = 20_000
/** Milliseconds after which what one tab has stored can be read in every other. */
const STORAGE_SETTLE_MS = 1_000

/** What a refresh under the lock takes. */
export interface LockOptions {
  /** Shared by the tabs; its key names the lock. */
  store: Pick<TokenStore, 'key' | 'load'>
  /** Sends the request. */
  send(): Promise<Tokens>
  signal: AbortSignal
}

/**
 * Refreshes a token pair while no other tab of this origin does, because a refresh token is good for
 * one use. Each pair has its own Web Lock. The tab that has used the pair keeps the lock for a
 * moment, since other tabs may see a lock released before they see what was stored; the next tab then
 * finds the new pair. Without Web Locks, or when the lock cannot be had in time, the tab whose
 * refresh token is rejected looks for the new pair of the other one.
 *
 * @returns the new pair, or undefined when another tab has changed the stored session
 * @throws AuthError what `send` throws
 * @see https://www.w3.org/TR/web-locks/
 */
export function refreshUnderLock(
  credentials: Credentials,
  { store, send, signal }: LockOptions,
): Promise<Tokens | undefined> {
  async function readStored() {
    const stored = await store.load().catch(() => undefined)
    const { access_token } = stored ?? credentials
    return { stored, isOurs: access_token.reveal() === credentials.access_token.reveal() }
  }

  async function refresh(): Promise<Tokens | undefined> {
    const before = await readStored()
    if (!before.isOurs) return undefined
    const tokens = await send().catch(async (thrown) => {
      // The new pair of the tab that has used this one may not be readable here yet.
      await pause(AuthError.from(thrown).code === 'invalid_grant' ? STORAGE_SETTLE_MS : 0)
      if (!(await readStored()).isOurs) return undefined
      throw thrown
    })
    const after = await readStored()
    const isGone = before.stored && !after.stored
    return after.isOurs && !isGone ? tokens : undefined
  }

  return new Promise((resolve, reject) => {
    let refreshing: Promise<void> | undefined
    const begin = () =>
      (refreshing ??= refresh()
        .then(resolve)
        .then(() => pause(STORAGE_SETTLE_MS)))
    const name = `${store.key} ${credentials.expiresAt}`
    const waiting = new AbortController()
    const giveUp = () => waiting.abort()
    const timer = setTimeout(giveUp, LOCK_TIMEOUT_MS)
    signal.addEventListener('abort', giveUp)
    const inTurn = async () =>
      navigator.locks.request(name, { signal: waiting.signal }, () => {
        clearTimeout(timer)
        return begin()
      })
    inTurn()
      .catch(() => {
        signal.throwIfAborted()
        return begin()
      })
      .catch(reject)
      .finally(() => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
      })
  })
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
