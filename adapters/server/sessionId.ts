import { randomHex } from '../../services/randomHex.ts'
import type { Lock } from '../../services/session/lock.ts'
import type { Store } from '../../services/session/store.ts'
import type { SessionCookie } from './cookie.ts'

const ID = /^[0-9a-f]{32}$/

/** The session of one request. */
export interface SessionScope {
  store: Store
  lock: Lock
  /** The browser has to learn what the request has done to the session. */
  readonly isChanged: boolean
  /** A session begins. */
  onBegin(): void
  /** The session ends. */
  onEnd(): void
  /**
   * Called when everything is stored.
   *
   * @returns the values of the `Set-Cookie` headers
   * @throws AuthError `unavailable` when the session cannot be stored
   */
  setCookies(): Promise<string[]>
}

/**
 * Keeps the session of one request in the store of the app, under the session's id. A session that
 * begins gets a new id, so that the one before, which others may know, is worth nothing. All keys of a
 * session contain `{id}`: a Redis Cluster keeps them in one hash slot.
 *
 * @param store of the app
 * @param lock of the app
 * @param cookie holds the id; one that this package has not made is ignored
 * @param headers of the request
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function createIdScope(
  store: Store,
  lock: Lock,
  cookie: SessionCookie,
  headers: Headers,
): SessionScope {
  const presented = cookie.read(headers)
  let id = presented && ID.test(presented) ? presented : undefined
  /** What the request has done to the session: with the new id, or undefined for a sign-out. */
  let change: { id: string | undefined } | undefined
  /** Nothing is kept under the id any more. */
  let isClosed = false
  let ended: string | undefined
  /** What was kept under an id, without the id. */
  const names = new Set<string>()
  const removals: Promise<unknown>[] = []

  const keyOf = (name: string, of = id) => `{${of}}:${name}`

  /** Runs an operation under the id of the moment, if there is one. */
  async function use<T>(
    name: string,
    run: (key: string) => T | Promise<T>,
  ): Promise<T | undefined> {
    if (!id || isClosed) return undefined
    names.add(name)
    return run(keyOf(name))
  }

  function remove(of: string) {
    for (const name of names) {
      // What stays behind expires with the store's other keys.
      removals.push(Promise.resolve(store.remove(keyOf(name, of))).catch(() => undefined))
    }
  }

  const { update } = store
  return {
    store: {
      isAtomic: store.isAtomic,
      get: (name) => use(name, (key) => store.get(key)),
      set: (name, value) => use(name, (key) => store.set(key, value)),
      remove: (name) => use(name, (key) => store.remove(key)),
      ...(update && {
        update: (name, decide) => use(name, (key) => update.call(store, key, decide)),
      }),
    },
    lock: { acquire: (name, options) => lock.acquire(keyOf(name), options) },

    get isChanged() {
      return !!change
    },

    onBegin() {
      if (id) remove(id)
      ended = undefined
      isClosed = false
      id = randomHex()
      change = { id }
    },

    onEnd() {
      ended = id
      change = { id: undefined }
    },

    async setCookies() {
      // Until it is removed, a mark says that the session has ended.
      if (ended) remove(ended)
      isClosed ||= ended !== undefined
      ended = undefined
      await Promise.all(removals.splice(0))
      return [cookie.format(change?.id)]
    },
  }
}
