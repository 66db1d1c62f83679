import { type Clock, retryAt } from '../clock.ts'
import { AuthError } from '../error.ts'
import type { Tokens } from '../http/wire.ts'
import { type Bell, createBell } from './bell.ts'
import { type Credentials, toCredentials } from './credentials.ts'
import { validityOf } from './expiry.ts'
import type { HeldLock, Lock } from './lock.ts'
import { createMirror, type ForeignPair } from './mirror.ts'
import { createOutages } from './outages.ts'
import {
  compareCopies,
  compareRecords,
  formatRecord,
  isSamePair,
  type PairRecord,
  parseRecord,
  type SessionRecord,
} from './record.ts'
import { STORAGE_SETTLE_MS, type Store, updateIn } from './store.ts'

/** Milliseconds a caller waits for a refresh, those that other tabs run before it included. */
export const REFRESH_PATIENCE_MS = 20_000

/** Milliseconds to wait for a client that knows better, after damaged data was found. */
const DOUBT_MS = 500

/** What has happened to a session by other means than this client's own sign-in and sign-out. */
export type SessionChange =
  /** Another client has signed in or refreshed, or the store was read for the first time. */
  | { type: 'pair.restored'; credentials: Credentials }
  | { type: 'pair.refreshed'; credentials: Credentials }
  /** The session has ended: with an error by the server, else by the user or the app. */
  | { type: 'pair.lost'; error?: AuthError }
  /** The system time was changed while the session lasted. */
  | { type: 'clock.skewed' }
  /** The session could not be stored and lasts as long as this page. */
  | { type: 'store.failed'; error: AuthError }

/** What a session is built on. */
export interface SharedSessionOptions {
  clientId: string
  /** Holds the record of the session. */
  store: Store
  /** Holds the session in the form of the official client; undefined for none. */
  mirror?: Store
  lock: Lock
  /** Whether other tabs and workers of the origin share the store. */
  isShared: boolean
  clock: Clock
  /** Milliseconds in which a refresh has to be answered; an answer just after that is kept as well. */
  timeout: number
  /** Sends a refresh; the signal aborts when its answer cannot be used any more. */
  send(credentials: Refreshable, signal?: AbortSignal): Promise<Tokens>
}

/** What a refresh needs of a pair. */
export type Refreshable = Pick<Credentials, 'refresh_token' | 'version'>

/** The session of one client, in step with every other client that shares its store. */
export interface SharedSession {
  /**
   * Follows the store.
   *
   * @returns how to stop; a refresh that was sent is kept all the same
   */
  open(onChange: (change: SessionChange) => void): () => void
  /** Reads the store. @returns the credentials, or undefined when nobody is signed in */
  load(): Promise<Credentials | undefined>
  /** Reads the store again, because it may have changed without notice. */
  reload(): void
  /** Begins a session: a user has signed in. */
  begin(credentials: Credentials): void
  /** Ends the session: the user has signed out. */
  end(): void
  /**
   * Refreshes the pair, or takes over the one that another client has refreshed; what comes of it is
   * reported as a change. Concurrent calls share one refresh.
   *
   * @param options.isUrgent do not wait out the pause after a failure, unless the server asked for it
   * @throws AuthError why the pair could not be refreshed; the session goes on
   */
  refresh(options?: { isUrgent?: boolean }): Promise<void>
  /**
   * Refreshes a pair whose session this client has ended, so that it can be revoked.
   *
   * @throws AuthError why it could not
   */
  refreshEnded(credentials: Refreshable): Promise<Tokens>
  /** When a failed refresh is tried again, in milliseconds since the epoch. */
  readonly retryAt: number
  /** Settles when everything so far is stored. */
  settled(): Promise<void>
}

/** The longest time for a refresh, in ms: another client cannot begin before it is over. */
const MAX_TIMEOUT_MS = 30_000

/** Answers to a refresh that end the session. Any other failure keeps it. */
const REJECTIONS = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

/**
 * Creates the session of a client. All clients of a session follow the same rules, which need no
 * coordinator: records are totally ordered, and memory and store only move up in that order. A store
 * that is found lower or damaged is written again from memory; one that is found empty was cleared by
 * the app, which ends the session. The lock only makes sure that a pair is presented once.
 */
export function createSharedSession(options: SharedSessionOptions): SharedSession {
  const { clientId, store, lock, clock, send } = options
  const key = `authflow_session_${clientId}`
  const isAtomic = () => !!store.isAtomic
  const compare = (a?: SessionRecord, b?: SessionRecord) =>
    isAtomic() ? compareRecords(a, b) : compareCopies(a, b)
  const bell: Bell = createBell({ ...options, name: key })
  const outages = createOutages(store, `${key}_outage`, clock)
  const mirror = options.mirror && createMirror(options.mirror, `credentials_${clientId}`)
  const timeout = Math.min(options.timeout, MAX_TIMEOUT_MS)
  const lease = timeout + 3 * STORAGE_SETTLE_MS

  let onChange: ((change: SessionChange) => void) | undefined
  /** The highest record known. */
  let memory: SessionRecord | undefined
  /** An entry has been seen in the store. */
  let isSeen = false
  /** The record in memory did not fit into the store. */
  let isUnsaved = false
  /** The sign-in or sign-out that is not stored yet: it becomes the highest record when it is. */
  let action: SessionRecord | undefined
  /** When this client signed in last, by `steady`. */
  let signedInAt = -Infinity
  /** When this client has learnt of the session last, by `steady`. */
  let begunAt = -Infinity
  /** What was read before this moment, by `steady`, may be older than what another client knows. */
  let doubtUntil = -Infinity
  let doubted: string | undefined
  let flight: Promise<void> | undefined
  let retryTime = 0
  let work: Promise<void> = Promise.resolve()

  const now = () => clock.now()
  /** The time that a change of the system time does not move. */
  const steady = () => clock.monotonic?.() ?? now()
  const wait = (ms: number) => clock.until(now() + ms)
  const nextEpoch = (known = 0) => Math.max(known + 1, now())
  const pairOf = (record: SessionRecord | undefined) =>
    record?.kind === 'pair' ? record : undefined

  /** Runs the operations of this client on the store one after another. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    return (work = work.then(task).catch((thrown: unknown) => notifyFailure(thrown)))
  }

  function notifyFailure(thrown: unknown) {
    const error = new AuthError('unavailable', {
      operation: 'storage',
      description: 'the session could not be stored; it lasts as long as this page',
      cause: thrown,
    })
    onChange?.({ type: 'store.failed', error })
  }

  /** Moves memory up. @returns whether it has moved */
  function move(record: SessionRecord, change?: 'refreshed' | AuthError): boolean {
    if (compare(record, memory) <= 0) return false
    const before = memory
    memory = record
    if (record.epoch !== before?.epoch) begunAt = steady()
    if (record.kind !== 'pair') {
      const error = change instanceof AuthError ? change : undefined
      if (before?.kind === 'pair')
        onChange?.(error ? { type: 'pair.lost', error } : { type: 'pair.lost' })
      return true
    }
    const { credentials } = record
    if (validityOf(credentials, clock).isSkewed()) onChange?.({ type: 'clock.skewed' })
    if (isSamePair(before, record)) return true
    const isRefreshed = change === 'refreshed' && before?.kind === 'pair'
    onChange?.({ type: isRefreshed ? 'pair.refreshed' : 'pair.restored', credentials })
    return true
  }

  function doubt() {
    doubtUntil = steady() + DOUBT_MS
  }

  /** A removal of this age may be older than an own sign-in, and does not end it. */
  const isJustSignedIn = () =>
    steady() - signedInAt < STORAGE_SETTLE_MS && pairOf(memory)?.generation === 0

  /** Takes in what the store holds. @returns whether the store has to be written */
  function absorb(text: string | null): boolean {
    if (action) return false
    if (text === null) {
      if (!isSeen) return memory?.kind === 'out'
      isSeen = false
      if (!memory) return false
      // The app has cleared the store. The mark has the epoch of what was cleared: a sign-in since then
      // is higher.
      if (memory.kind === 'out') memory = { ...memory, isCleared: true }
      else move({ kind: 'out', epoch: memory.epoch, isCleared: true })
      return true
    }
    isSeen = true
    const found = parseRecord(text)
    if (!found) {
      doubt()
      if (!memory) bell.ring()
      return !!memory
    }
    const isLower = compare(found, memory) < 0
    if (found.kind === 'pair' && found.isRepaired && !isLower && doubted !== text) {
      doubted = text
      doubt()
    }
    // Two pairs of one generation: in an atomic store the stored one counts.
    if (isAtomic() && found.kind === 'pair' && compare(found, memory) === 0) {
      if (!isSamePair(found, memory)) {
        memory = found
        onChange?.({ type: 'pair.restored', credentials: found.credentials })
      }
      return false
    }
    // An atomic store only goes down in the order by being cleared.
    if (isLower && isAtomic() && found.kind === 'out' && found.isCleared) {
      move({ ...found, epoch: memory!.epoch })
      return true
    }
    move(found)
    return isLower
  }

  /**
   * Stores memory where it is higher than the store.
   *
   * @param carried a refreshed pair; it is written even if a stop has emptied memory meanwhile
   */
  async function commit(carried?: PairRecord): Promise<void> {
    let isWritten = false
    const update = (text: string | null) => {
      isWritten = false
      // What was refreshed had been there: it is gone.
      if (carried && text === null && !isUnsaved) isSeen = true
      const isLower = absorb(text)
      if (action) return undefined
      if (carried && text !== null) move(carried, 'refreshed')
      if (!memory) return undefined
      const isNew = text === null && memory.kind === 'pair' && !isSeen
      const found = parseRecord(text)
      if (!isLower && !isNew && (text === null || compare(memory, found) <= 0)) return undefined
      isSeen = isWritten = true
      const isRepair = text !== null && !found && !carried
      return formatRecord(
        isRepair && memory.kind === 'pair' ? { ...memory, isRepaired: true } : memory,
      )
    }
    try {
      await updateIn(store, key, update)
      if (isWritten) isUnsaved = false
    } catch (thrown) {
      if (isWritten) await markUnsaved()
      throw thrown
    }
    if (isWritten) bell.ring()
  }

  /**
   * What does not fit into the store leaves a mark that is shorter than what it replaces: nobody presents
   * the pair before. Removing the entry would say that the app has cleared it.
   */
  async function markUnsaved(): Promise<void> {
    isUnsaved = true
    if (memory?.kind !== 'pair') return
    const mark = { kind: 'spent', epoch: memory.epoch, generation: memory.generation - 1 } as const
    let isMarked = false
    await Promise.resolve(
      updateIn(store, key, (text) => {
        isMarked = compare(mark, parseRecord(text)) > 0
        return isMarked ? formatRecord(mark) : undefined
      }),
    ).catch(() => undefined)
    // Two clients that cannot store would wake each other without end.
    if (isMarked) bell.ring()
  }

  /** A user's action takes place when it is stored, above everything that is there by then. */
  function act(record: SessionRecord) {
    action = memory = record
    void mirror?.write(memory)
    void enqueue(async () => {
      // A later action takes its place.
      if (action !== record) return
      let stored = record
      try {
        await mirror?.settled()
        await updateIn(store, key, (text) => {
          const found = parseRecord(text)
          const isLower = found && compareRecords(found, record) >= 0
          stored = isLower ? { ...record, epoch: nextEpoch(found.epoch) } : record
          if (stored.kind === 'pair' && mirror?.isPresent) stored = { ...stored, isMirrored: true }
          isSeen = true
          return formatRecord(stored)
        })
        isUnsaved = false
      } catch (thrown) {
        await markUnsaved()
        notifyFailure(thrown)
      }
      if (action !== record) return
      action = undefined
      memory = stored
      void mirror?.write(memory)
      bell.ring()
    })
  }

  /** Reads the store and its mirror, and writes back what is lower. */
  async function look(): Promise<void> {
    try {
      const text = (await store.get(key)) ?? null
      if (absorb(text) || isUnsaved) await commit()
    } catch (thrown) {
      notifyFailure(thrown)
    }
    await lookIntoMirror('patiently')
  }

  /**
   * Treats what the app or the official client has done to the mirror as done to the session. What may
   * be another tab's own write that is not visible here yet is looked at again a moment later.
   *
   * @param how `now` leaves that for the next time; `surely` takes it for what it shows
   * @returns whether it was left for the next time
   */
  async function lookIntoMirror(how: 'now' | 'patiently' | 'surely'): Promise<boolean> {
    if (!mirror || action) return false
    const found = await mirror.read(memory)
    if (action) return false
    if (found.type === 'ahead') {
      if (move(found.record)) await commit()
    } else if (found.type === 'behind' || (found.type === 'removed' && isJustSignedIn())) {
      await mirror.write(memory)
    } else if (found.type === 'absent') {
      await mirror.write(memory)
      await noteMirror()
    } else if (found.type !== 'same') {
      // A tab that does not know of a new session yet may have removed its mirror.
      const isCertain = found.isCertain && steady() - begunAt > STORAGE_SETTLE_MS
      if (how !== 'surely' && !isCertain && !mirror.isAtomic && memory) {
        if (how === 'now') return true
        await wait(STORAGE_SETTLE_MS)
        return lookIntoMirror('surely')
      }
      if (found.type === 'foreign') await adopt(found)
      else if (move({ kind: 'out', epoch: memory!.epoch, isCleared: true })) await commit()
    }
    return false
  }

  /** Notes in the store that the mirror has been written, so that its absence means something. */
  async function noteMirror(): Promise<void> {
    const record = memory
    if (record?.kind !== 'pair' || !mirror?.isPresent) return
    const noted = (memory = { ...record, isMirrored: true })
    await updateIn(store, key, (text) =>
      compare(parseRecord(text), record) === 0 ? formatRecord(noted) : undefined,
    )
  }

  /** Takes over what the official client has stored. */
  async function adopt({ credentials, take }: ForeignPair): Promise<void> {
    const known = memory
    const { sub } = pairOf(known)?.credentials ?? {}
    const isRefreshed = known?.kind === 'pair' && !!sub && sub === credentials.sub
    const record: PairRecord = {
      kind: 'pair',
      epoch: isRefreshed ? known.epoch : nextEpoch(known?.epoch),
      generation: isRefreshed ? known.generation + 1 : 0,
      credentials,
      isMirrored: true,
    }
    let isOvertaken = false
    await updateIn(store, key, (text) => {
      const found = parseRecord(text)
      isOvertaken = !isRefreshed && !!found && found.epoch === known?.epoch
      // Another client was first.
      if (found && compare(found, known) > 0) return void absorb(text)
      isOvertaken = false
      isSeen = true
      move(record)
      return formatRecord(record)
    })
    // A refresh of the session before is not what the official client has stored.
    if (isOvertaken) return void (await lookIntoMirror('surely'))
    if (memory) take(memory.epoch)
    bell.ring()
    // Written only if it is still there: the app may have removed it meanwhile.
    await lookIntoMirror('now')
  }

  const sync = () => enqueue(look)

  /** A storage event carries the value, which the copy of this page may not show yet. */
  function hear(text?: string | null) {
    if (typeof text === 'string' || (text === null && !isJustSignedIn())) {
      if (absorb(text)) void enqueue(() => commit())
    }
    void sync()
  }

  async function refreshOnce(isUrgent: boolean): Promise<void> {
    while (!(await tryRefresh(isUrgent)));
  }

  /** @returns false when the lock was lost before it was used */
  async function tryRefresh(isUrgent: boolean): Promise<boolean> {
    const pair = pairOf(memory)
    if (!pair) return true
    const since = now()
    const hasMoved = () => compare(memory, pair) !== 0 || !isSamePair(memory, pair)
    const held = await acquire()
    const sending = new AbortController()
    let hold = 0
    try {
      await sync()
      if (hasMoved()) return true
      const outage = await outages.read()
      const isForMe = outage && (outage.at >= since || outage.isOrdered || !isUrgent)
      if (isForMe && now() < outage.until) throw pause(outage.until, outage.error)
      if (steady() < doubtUntil || held.hasWaited) {
        // The holder before may have stored a pair that is not visible yet.
        await wait(held.hasWaited ? STORAGE_SETTLE_MS : DOUBT_MS)
        await sync()
        if (hasMoved()) return true
      }
      if (!held.isHeld()) return false
      hold = await present(pair, outage?.failures ?? 0, hasMoved, sending.signal)
      return true
    } catch (thrown) {
      // It is not known whether the server has acted: a late answer has a moment to come. After that the
      // request is aborted, so that a server that still hangs does not act on it beside the next one.
      if (AuthError.from(thrown).code === 'deadline_exceeded') hold = STORAGE_SETTLE_MS
      throw thrown
    } finally {
      void Promise.resolve(hold && wait(hold)).then(() => {
        sending.abort()
        return release(held)
      })
    }
  }

  /** Sends the pair. @returns milliseconds for which the lock is kept afterwards */
  async function present(
    pair: PairRecord,
    failures: number,
    hasMoved: () => boolean,
    signal: AbortSignal,
  ): Promise<number> {
    let tokens: Tokens
    try {
      if (!pair.credentials.refresh_token)
        throw new AuthError('unauthenticated', { operation: 'refresh' })
      const sent = send(pair.credentials, signal)
      tokens = await inTime(sent, timeout, () => {
        sent.then((late) => keep(pair, late)).catch(() => undefined)
        return new AuthError('deadline_exceeded', { operation: 'refresh' })
      })
    } catch (thrown) {
      const error = AuthError.from(thrown, 'refresh')
      if (!REJECTIONS.has(error.code)) {
        const until = retryAt(clock, failures + 1, error.retryAfter)
        await outages.report({ error, until, failures: failures + 1 })
        throw pause(until, error)
      }
      // Another client may have used the pair and hold its successor.
      await sync()
      if (!hasMoved() && !isAtomic()) {
        await wait(STORAGE_SETTLE_MS)
        await sync()
      }
      if (hasMoved()) return 0
      const { epoch, generation } = pair
      move({ kind: 'spent', epoch, generation }, error)
      void mirror?.write(memory)
      await enqueue(() => commit())
      return 0
    }
    await keep(pair, tokens)
    if (failures > 0) await outages.clear()
    return isAtomic() ? 0 : STORAGE_SETTLE_MS
  }

  /** Stores the pair that a refresh has brought, unless the session has ended meanwhile. */
  async function keep(pair: PairRecord, tokens: Tokens): Promise<void> {
    const { isRepaired: _, ...rest } = pair
    const next: PairRecord = {
      ...rest,
      generation: pair.generation + 1,
      credentials: toCredentials(tokens, clock, pair.credentials),
    }
    await enqueue(async () => {
      // The app may have cleared the mirror while the server was asked, or the official client may have
      // signed in: that is not written over.
      const isLeft = await lookIntoMirror('now')
      if (move(next, 'refreshed') && !isLeft) void mirror?.write(memory)
      await commit(next)
      if (await lookIntoMirror('now')) void sync()
    })
  }

  function pause(until: number, error: AuthError): AuthError {
    retryTime = until
    return error
  }

  async function acquire(): Promise<HeldLock> {
    try {
      return await lock.acquire(`${key}_lock`, { lease, clock })
    } catch {
      // A lock that fails, as in a sandboxed frame, is done without.
      return { hasWaited: false, isHeld: () => true, release: () => undefined }
    }
  }

  /** Frees a lock; where that fails its lease runs out. */
  async function release(held: HeldLock): Promise<void> {
    try {
      await held.release()
    } catch {
      // Others wait for as long as if this client had died.
    }
  }

  /** @throws what `fail` returns when the time is over */
  async function inTime<T>(result: Promise<T>, ms: number, fail: () => AuthError): Promise<T> {
    const waiting = new AbortController()
    const late = clock.until(now() + ms, waiting.signal).then(() => {
      throw fail()
    })
    late.catch(() => undefined)
    try {
      return await Promise.race([result, late])
    } finally {
      waiting.abort()
    }
  }

  return {
    open(run) {
      onChange = run
      // Listen first and read afterwards, so that no change is missed.
      const stops = [
        bell.listen(() => hear()),
        store.watch?.(key, hear),
        mirror?.watch(() => hear()),
      ]
      return () => {
        onChange = undefined
        for (const stop of stops) stop?.()
      }
    },

    async load() {
      await sync()
      if (!memory && steady() < doubtUntil) {
        await wait(DOUBT_MS)
        await sync()
      }
      return pairOf(memory)?.credentials
    },

    reload: () => hear(),

    begin(credentials) {
      signedInAt = steady()
      act({ kind: 'pair', epoch: nextEpoch(memory?.epoch), generation: 0, credentials })
    },

    end: () => act({ kind: 'out', epoch: nextEpoch(memory?.epoch) }),

    refresh({ isUrgent = false } = {}) {
      flight ??= refreshOnce(isUrgent).finally(() => (flight = undefined))
      return inTime(flight, REFRESH_PATIENCE_MS, () =>
        pause(retryAt(clock, 1), new AuthError('deadline_exceeded', { operation: 'refresh' })),
      )
    },

    async refreshEnded(credentials) {
      const held = await acquire()
      try {
        return await send(credentials)
      } finally {
        void release(held)
      }
    },

    get retryAt() {
      return retryTime
    },

    async settled() {
      await mirror?.settled()
      await work
    },
  }
}
