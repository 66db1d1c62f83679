import { type Clock, retryAt, wait } from '../clock.ts'
import { AuthError } from '../error.ts'
import type { Tokens } from '../http/wire.ts'
import { type Credentials, toCredentials } from './credentials.ts'
import { inTime } from './deadline.ts'
import { type HeldLock, leaseLock, type Lock } from './lock.ts'
import { Outages } from './outages.ts'
import {
  isSamePair,
  pairOf,
  type PairRecord,
  type SessionRecord,
  type SpentRecord,
} from './record.ts'
import { STORAGE_SETTLE_MS, type Store } from './store.ts'

/** Milliseconds a caller waits for a refresh, those that other tabs run before it included. */
const REFRESH_TIMEOUT_MS = 21_000

/** Milliseconds to wait for a client that knows better, after damaged data was found. */
export const DOUBT_MS = 500

/** The longest time for a refresh, in ms: another client cannot begin before it is over. */
const MAX_TIMEOUT_MS = 30_000

/** Answers to a refresh that end the session. Any other failure keeps it. */
const REJECTIONS = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

/** What a refresh needs of a pair. */
export type Refreshable = Pick<Credentials, 'refresh_token' | 'version'>

/** What a refresh is built on. */
export interface RefreshOptions {
  /** Holds the record of the session. */
  store: Store
  lock: Lock
  clock: Clock
  /** Milliseconds in which a refresh has to be answered; an answer just after that is kept as well. */
  timeout: number
  /** Sends a refresh; the signal aborts when its answer cannot be used any more. */
  send(credentials: Refreshable, signal?: AbortSignal): Promise<Tokens>
}

/** The session that is refreshed. */
export interface RefreshedSession {
  /** The highest record known. */
  record(): SessionRecord | undefined
  /** Whether this is still the highest record known. */
  isCurrent(record: SessionRecord | undefined): boolean
  /** Reads what other clients have stored, and what is not certain at first once more. */
  look(): Promise<void>
  /** Whether what was read last may be older than what another client knows. */
  isDoubtful(): boolean
  /** Stores the pair that has come, or the mark of the pair that was rejected. */
  moveUp(record: PairRecord | SpentRecord, change: 'refreshed' | AuthError): Promise<void>
}

const noAnswer = () => new AuthError('deadline_exceeded', { operation: 'refresh' })

/** What the refresh of a pair has brought, for all clients. */
const brought = new WeakMap<Refreshable, Tokens>()

/**
 * Refreshes a session under the lock that its clients share: a pair is presented once, and only after
 * the store was read again. Concurrent calls share one refresh, and clients the pause after a failure.
 */
export class LockedRefresh {
  readonly #options: RefreshOptions
  readonly #name: string
  readonly #session: RefreshedSession
  readonly #outages: Outages
  readonly #timeout: number
  /** The refresh that is running, and the record it refreshes. */
  #flight: { of: SessionRecord | undefined; done: Promise<void> } | undefined
  /** When a failed refresh is tried again, in milliseconds since the epoch. */
  retryAt = 0

  constructor(options: RefreshOptions, key: string, session: RefreshedSession) {
    this.#options = options
    this.#name = `${key}_lock`
    this.#timeout = Math.min(options.timeout, MAX_TIMEOUT_MS)
    this.#session = session
    this.#outages = new Outages(options.store, `${key}_outage`, options.clock)
  }

  get #clock(): Clock {
    return this.#options.clock
  }

  /**
   * Refreshes the pair, or takes over the one that another client has refreshed.
   *
   * @param options.isUrgent do not wait out the pause after a failure, unless the server asked for it
   * @throws AuthError why the pair could not be refreshed
   */
  run({ isUrgent = false }: { isUrgent?: boolean } = {}): Promise<void> {
    // The refresh of an earlier pair may still be storing what it has brought.
    const { record, isCurrent } = this.#session
    if (!this.#flight || !isCurrent(this.#flight.of)) {
      const before = this.#flight?.done.catch(() => undefined)
      const done = Promise.resolve(before)
        .then(async () => {
          while (!(await this.#tryRefresh(isUrgent)));
        })
        .finally(() => {
          if (this.#flight?.done === done) this.#flight = undefined
        })
      this.#flight = { of: record(), done }
    }
    return inTime(this.#flight.done, this.#clock, REFRESH_TIMEOUT_MS, () =>
      this.#pause(retryAt(this.#clock, 1), noAnswer()),
    )
  }

  /**
   * Refreshes a pair whose session has ended, so that it can be revoked.
   *
   * @throws AuthError why it could not
   */
  async runEnded(credentials: Refreshable): Promise<Tokens> {
    const held = await this.#acquire()
    try {
      // The session may have ended during its refresh.
      const tokens = brought.get(credentials)
      if (tokens) return tokens
      const sending = new AbortController()
      return await inTime(
        this.#options.send(credentials, sending.signal),
        this.#clock,
        this.#timeout,
        () => {
          sending.abort()
          return noAnswer()
        },
      )
    } finally {
      void this.#release(held)
    }
  }

  /** @returns false when the pair is as old as before: the lock was lost before it was used */
  async #tryRefresh(isUrgent: boolean): Promise<boolean> {
    const { record, isCurrent, look, isDoubtful } = this.#session
    const pair = pairOf(record())
    if (!pair) return true
    const since = this.#clock.now()
    const held = await this.#acquire()
    const sending = new AbortController()
    let hold = 0
    try {
      await look()
      // Another client may only have stored the same pair anew, as two do that adopt it together.
      if (!isCurrent(pair)) return !isSamePair(record(), pair)
      const outage = await this.#outages.read()
      // The machine keeps the pause after this client's own failure.
      const isForeign = outage && !outage.isOwn
      const isPaused =
        isForeign && this.#clock.now() < outage.until && (outage.isOrdered || !isUrgent)
      // The failure of the client that held the lock is that of those that waited for it.
      if (isForeign && (isPaused || outage.at >= since))
        throw this.#pause(outage.until, outage.error)
      if (isDoubtful() || held.hasWaited) {
        // The holder before may have stored a pair that is not visible yet.
        await wait(this.#clock, held.hasWaited ? STORAGE_SETTLE_MS : DOUBT_MS)
        await look()
        if (!isCurrent(pair)) return !isSamePair(record(), pair)
      }
      if (!held.isHeld()) return false
      hold = await this.#present(pair, outage?.failures ?? 0, sending.signal)
      return true
    } catch (thrown) {
      // It is not known whether the server has acted: a late answer has a moment to come. After that the
      // request is aborted, so that a server that still hangs does not act on it beside the next one.
      if (AuthError.from(thrown).code === 'deadline_exceeded') hold = STORAGE_SETTLE_MS
      throw thrown
    } finally {
      void Promise.resolve(hold && wait(this.#clock, hold)).then(() => {
        sending.abort()
        return this.#release(held)
      })
    }
  }

  /** Sends the pair. @returns milliseconds for which the lock is kept afterwards */
  async #present(pair: PairRecord, failures: number, signal: AbortSignal): Promise<number> {
    const { isCurrent, look, moveUp } = this.#session
    let tokens: Tokens
    try {
      if (!pair.credentials.refresh_token)
        throw new AuthError('unauthenticated', { operation: 'refresh' })
      const sent = this.#options.send(pair.credentials, signal)
      tokens = await inTime(sent, this.#clock, this.#timeout, () => {
        sent.then((late) => this.#keep(pair, late)).catch(() => undefined)
        return noAnswer()
      })
    } catch (thrown) {
      const error = AuthError.from(thrown, 'refresh')
      if (!REJECTIONS.has(error.code)) {
        const until = retryAt(this.#clock, failures + 1, error.retryAfter)
        await this.#outages.report({ error, until, failures: failures + 1 })
        throw this.#pause(until, error)
      }
      // Another client may have used the pair and hold its successor, or the official client has.
      await look()
      if (isCurrent(pair) && !this.#options.store.isAtomic) {
        await wait(this.#clock, STORAGE_SETTLE_MS)
        await look()
      }
      const { epoch, generation } = pair
      if (isCurrent(pair)) await moveUp({ kind: 'spent', epoch, generation }, error)
      return 0
    }
    await this.#keep(pair, tokens)
    if (failures > 0) await this.#outages.clear()
    return this.#options.store.isAtomic ? 0 : STORAGE_SETTLE_MS
  }

  #keep({ isRepaired: _, ...pair }: PairRecord, tokens: Tokens): Promise<void> {
    brought.set(pair.credentials, tokens)
    return this.#session.moveUp(
      {
        ...pair,
        generation: pair.generation + 1,
        credentials: toCredentials(tokens, this.#clock, pair.credentials),
      },
      'refreshed',
    )
  }

  #pause(until: number, error: AuthError): AuthError {
    this.retryAt = until
    return error
  }

  async #acquire(): Promise<HeldLock> {
    const { lock, store } = this.#options
    const options = { lease: this.#timeout + 3 * STORAGE_SETTLE_MS, clock: this.#clock }
    const take = async (lock: Lock) => lock.acquire(this.#name, options)
    // A lock that fails, as on a page of an opaque origin, is replaced by a record in the store; where
    // that fails as well it is done without, and another client may hold it.
    return take(lock)
      .catch(() => take(leaseLock(store)))
      .catch(() => ({ hasWaited: true, isHeld: () => true, release: () => undefined }))
  }

  /** Frees a lock; where that fails its lease runs out. */
  async #release(held: HeldLock): Promise<void> {
    try {
      await held.release()
    } catch {
      // Others wait for as long as if this client had died.
    }
  }
}
