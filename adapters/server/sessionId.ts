import { randomHex } from '../../services/randomHex.ts'
import type { HeldLock, Lock } from '../../services/session/lock.ts'
import { type Awaitable, type Store, updateIn } from '../../services/session/store.ts'
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
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export class IdScope implements SessionScope, Store, Lock {
  readonly #store: Store
  readonly #lock: Lock
  readonly #cookie: SessionCookie
  #id: string | undefined
  /** What the request has done to the session: with the new id, or undefined for a sign-out. */
  #change: { id: string | undefined } | undefined
  /** Nothing is kept under the id any more. */
  #isClosed = false
  #ended: string | undefined
  /** What was kept under an id, without the id. */
  readonly #names = new Set<string>()
  readonly #removals: Promise<unknown>[] = []

  /**
   * @param store of the app
   * @param lock of the app
   * @param cookie holds the id; one that this package has not made is ignored
   * @param headers of the request
   */
  constructor(store: Store, lock: Lock, cookie: SessionCookie, headers: Headers) {
    this.#store = store
    this.#lock = lock
    this.#cookie = cookie
    const presented = cookie.read(headers)
    this.#id = presented && ID.test(presented) ? presented : undefined
  }

  get store(): Store {
    return this
  }

  get lock(): Lock {
    return this
  }

  get isAtomic(): boolean {
    return !!this.#store.isAtomic
  }

  get isChanged(): boolean {
    return !!this.#change
  }

  get(name: string): Promise<string | null | undefined> {
    return this.#use(name, (key) => this.#store.get(key))
  }

  set(name: string, value: string): Promise<void> {
    return this.#use(name, (key) => this.#store.set(key, value))
  }

  remove(name: string): Promise<void> {
    return this.#use(name, (key) => this.#store.remove(key))
  }

  update(name: string, decide: (text: string | null) => string | undefined): Promise<void> {
    return this.#use(name, (key) => updateIn(this.#store, key, decide))
  }

  acquire(name: string, options: Parameters<Lock['acquire']>[1]): Promise<HeldLock> {
    return this.#lock.acquire(this.#keyOf(name), options)
  }

  onBegin(): void {
    if (this.#id) this.#removeAll(this.#id)
    this.#ended = undefined
    this.#isClosed = false
    this.#id = randomHex()
    this.#change = { id: this.#id }
  }

  onEnd(): void {
    this.#ended = this.#id
    this.#change = { id: undefined }
  }

  async setCookies(): Promise<string[]> {
    // Until it is removed, a mark says that the session has ended.
    if (this.#ended) this.#removeAll(this.#ended)
    this.#isClosed ||= this.#ended !== undefined
    this.#ended = undefined
    await Promise.all(this.#removals.splice(0))
    return [this.#cookie.format(this.#change?.id)]
  }

  #keyOf(name: string, id = this.#id): string {
    return `{${id}}:${name}`
  }

  /** Runs an operation under the id of the moment, if there is one. */
  async #use<T>(name: string, run: (key: string) => Awaitable<T>): Promise<T | undefined> {
    if (!this.#id || this.#isClosed) return undefined
    this.#names.add(name)
    return run(this.#keyOf(name))
  }

  #removeAll(id: string): void {
    for (const name of this.#names) {
      // What stays behind expires with the store's other keys.
      const removal = Promise.resolve(this.#store.remove(this.#keyOf(name, id)))
      this.#removals.push(removal.catch(() => undefined))
    }
  }
}
