import { type Clock, steadyNow, wait } from '../clock.ts'
import { AuthError } from '../error.ts'
import type { Tokens } from '../http/wire.ts'
import { Bell } from './bell.ts'
import type { Credentials } from './credentials.ts'
import { validityOf } from './expiry.ts'
import { DOUBT_MS, LockedRefresh, type Refreshable, type RefreshOptions } from './lockedRefresh.ts'
import { type ForeignPair, Mirror } from './mirror.ts'
import type { RequestScope } from './ports.ts'
import {
  compareCopies,
  compareRecords,
  formatRecord,
  isSamePair,
  pairOf,
  type PairRecord,
  parseRecord,
  type SessionRecord,
  type SpentRecord,
} from './record.ts'
import { STORAGE_SETTLE_MS, type Store, updateIn } from './store.ts'

/** What has happened to a session by other means than this client's own sign-in and sign-out. */
export type SessionChange =
  /** Another client has signed in or refreshed, or the store was read for the first time. */
  | { type: 'pair.restored'; credentials: Credentials }
  | { type: 'pair.refreshed'; credentials: Credentials }
  /** The session has ended: with an error by the server, else by the user or the app. */
  | { type: 'pair.lost'; error?: AuthError }
  /** What a refresh has brought to a session that another client has ended. */
  | { type: 'tokens.revoke'; credentials: Credentials }
  /** The system time was changed while the session lasted. */
  | { type: 'clock.skewed' }
  /** The session could not be stored and lasts as long as this page. */
  | { type: 'store.failed'; error: AuthError }

/** What a session is built on. */
export interface SharedSessionOptions extends RefreshOptions {
  clientId: string
  /** Clients of the same identity in one process share the session. Default: the store. */
  identity?: object
  /** Holds the session in the form of the official client; undefined for none. */
  mirror?: Store
  /** Whether other tabs and workers of the origin share the store. */
  isShared: boolean
  /** Set where a client lives for one request. */
  request?: RequestScope
}

/** The session of one client, in step with every other client that shares its store. */
export interface SharedSession {
  /**
   * Follows the store.
   *
   * @returns how to stop; a refresh that was sent is kept all the same
   */
  open(onChange: (change: SessionChange) => void): () => void
  /**
   * Reads the store; settles once it has been reported who is signed in, if anyone is.
   *
   * @returns the pair; undefined when signed out, or when the store cannot be read: see `failure`
   */
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
  /** Why the store could not be read or written, until it is written again. */
  readonly failure: AuthError | undefined
  /** Settles when everything so far is stored. */
  settled(): Promise<void>
}

/**
 * Creates the session of a client. All clients of a session follow the same rules, which need no
 * coordinator: records are totally ordered, and memory and store only move up in that order. A store
 * that is found lower or damaged is written again from memory; one that is found empty was cleared by
 * the app, which ends the session. The lock only makes sure that a pair is presented once.
 */
export const createSharedSession = (options: SharedSessionOptions): SharedSession =>
  new StoredSession(options)

class StoredSession implements SharedSession {
  readonly #options: SharedSessionOptions
  readonly #key: string
  readonly #bell: Bell
  readonly #mirror: Mirror | undefined
  readonly #refresh: LockedRefresh
  #onChange: ((change: SessionChange) => void) | undefined
  /** The store is read for the first time; what it holds is reported once that is certain. */
  #isLoading = false
  /** A pair has been reported since the session was opened. */
  #hasReported = false
  /** The highest record known. */
  #memory: SessionRecord | undefined
  /** An entry has been seen in the store. */
  #isSeen = false
  /** The record in memory did not fit into the store. */
  #isUnsaved = false
  /** A record that the mirror has shown before the store: that the store is lower says nothing of it. */
  #unstored: SessionRecord | undefined
  /** The failure of the store, which has been reported. */
  #failure: AuthError | undefined
  /** The sign-in or sign-out that is not stored yet: it becomes the highest record when it is. */
  #action: SessionRecord | undefined
  /** The last session that another client has ended has a lower epoch. */
  #endedEpoch = 0
  /** When this client signed in last, by `steady`. */
  #signedInAt = -Infinity
  /** Another tab signed out just before: its removal of the mirror may be seen after the sign-in. */
  #followsSignOut = false
  /** When this client has learnt of the session last, by `steady`. */
  #begunAt = -Infinity
  /** What was read before this moment, by `steady`, may be older than what another client knows. */
  #doubtUntil = -Infinity
  #doubted: string | undefined
  /** Settles when the mirror has been looked into again. */
  #secondLook: Promise<void> | undefined
  #work: Promise<void> = Promise.resolve()

  constructor(options: SharedSessionOptions) {
    const { clientId, store, mirror } = options
    this.#options = options
    this.#key = `authflow_session_${clientId}`
    this.#bell = new Bell({ ...options, identity: options.identity ?? store, name: this.#key })
    this.#mirror = mirror && new Mirror(mirror, `credentials_${clientId}`)
    this.#refresh = new LockedRefresh(options, this.#key, {
      record: () => this.#memory,
      isCurrent: (record) =>
        this.#compare(this.#memory, record) === 0 &&
        (record?.kind !== 'pair' || isSamePair(this.#memory, record)),
      look: () => this.#sync(),
      isDoubtful: () => steadyNow(this.#clock) < this.#doubtUntil,
      moveUp: (record, change) => this.#moveUp(record, change),
    })
  }

  get #store(): Store {
    return this.#options.store
  }

  get #clock(): Clock {
    return this.#options.clock
  }

  #isAtomic(): boolean {
    return !!this.#store.isAtomic
  }

  #compare(a?: SessionRecord, b?: SessionRecord): number {
    return this.#isAtomic() ? compareRecords(a, b) : compareCopies(a, b)
  }

  #nextEpoch(known = 0): number {
    return Math.max(known + 1, this.#clock.now())
  }

  /** Runs the operations of this client on the store one after another. */
  #enqueue(task: () => Promise<void>): Promise<void> {
    return (this.#work = this.#work
      .then(task)
      .catch((thrown: unknown) => this.#notifyFailure(thrown)))
  }

  #notifyFailure(thrown: unknown) {
    if (this.#failure) return
    const error = (this.#failure = new AuthError('unavailable', {
      operation: 'storage',
      description: 'the session could not be stored; it lasts as long as this page',
      cause: thrown,
    }))
    this.#onChange?.({ type: 'store.failed', error })
  }

  #noteSuccess() {
    this.#isUnsaved = false
    this.#failure = undefined
  }

  /** Moves memory up. @returns whether it has moved */
  #move(record: SessionRecord, change?: 'refreshed' | AuthError): boolean {
    if (this.#compare(record, this.#memory) <= 0) return false
    const before = this.#memory
    this.#memory = record
    if (record.epoch !== before?.epoch) this.#begunAt = steadyNow(this.#clock)
    if (record.kind === 'out') this.#endedEpoch = record.epoch
    if (record.kind !== 'pair') {
      const error = change instanceof AuthError ? change : undefined
      if (before?.kind === 'pair' && !this.#isLoading)
        this.#onChange?.(error ? { type: 'pair.lost', error } : { type: 'pair.lost' })
      return true
    }
    const { credentials } = record
    if (validityOf(credentials, this.#clock).isSkewed()) this.#onChange?.({ type: 'clock.skewed' })
    // A refresh may bring the same access token, with a new lifetime or refresh token.
    const isSame = isSamePair(before, record) && pairOf(before)!.generation === record.generation
    if (isSame) return true
    const isRefreshed = change === 'refreshed' && before?.kind === 'pair'
    this.#report(record, isRefreshed ? 'pair.refreshed' : 'pair.restored')
    return true
  }

  #report({ credentials }: PairRecord, type: 'pair.restored' | 'pair.refreshed') {
    if (this.#isLoading) return
    this.#hasReported = true
    this.#onChange?.({ type, credentials })
  }

  #doubt() {
    this.#doubtUntil = steadyNow(this.#clock) + DOUBT_MS
  }

  /** A removal of this age may be older than an own sign-in, and does not end it. */
  #isJustSignedIn(): boolean {
    return (
      steadyNow(this.#clock) - this.#signedInAt < STORAGE_SETTLE_MS &&
      pairOf(this.#memory)?.generation === 0
    )
  }

  /** Takes in what the store holds. @returns whether the store has to be written */
  #absorb(text: string | null): boolean {
    if (this.#action) return false
    if (text === null) {
      if (!this.#isSeen) return this.#memory?.kind === 'out'
      this.#isSeen = false
      if (!this.#memory) return false
      // The app has cleared the store. The mark has the epoch of what was cleared: a sign-in since then
      // is higher.
      if (this.#memory.kind === 'out') this.#memory = { ...this.#memory, isCleared: true }
      else this.#move({ kind: 'out', epoch: this.#memory.epoch, isCleared: true })
      return true
    }
    this.#isSeen = true
    const found = parseRecord(text)
    if (!found) {
      this.#doubt()
      // Once for each text: clients that all know nothing would wake each other without end.
      if (!this.#memory && this.#doubted !== text) this.#bell.ring()
      this.#doubted = text
      return !!this.#memory
    }
    const isLower = this.#compare(found, this.#memory) < 0
    if (found.kind === 'pair' && found.isRepaired && !isLower && this.#doubted !== text) {
      this.#doubted = text
      this.#doubt()
    }
    // Two pairs of one generation: in an atomic store the stored one counts.
    if (this.#isAtomic() && found.kind === 'pair' && this.#compare(found, this.#memory) === 0) {
      if (!isSamePair(found, this.#memory)) {
        this.#memory = found
        this.#report(found, 'pair.restored')
      }
      return false
    }
    // An atomic store only goes down in the order by being cleared.
    const isUnstored = this.#memory === this.#unstored
    if (isLower && !isUnstored && this.#isAtomic() && found.kind === 'out' && found.isCleared) {
      this.#move({ ...found, epoch: this.#memory!.epoch })
      return true
    }
    this.#move(found)
    return isLower
  }

  /**
   * Stores memory where it is higher than the store.
   *
   * @param carried a refreshed pair; it is written even if a stop has emptied memory meanwhile
   */
  async #commit(carried?: PairRecord): Promise<void> {
    let isWritten = false
    const update = (text: string | null) => {
      isWritten = false
      // What was refreshed had been there: it is gone.
      if (carried && text === null && !this.#isUnsaved) this.#isSeen = true
      const isLower = this.#absorb(text)
      if (this.#action) return undefined
      if (carried && text !== null) this.#move(carried, 'refreshed')
      if (!this.#memory) return undefined
      const isNew = text === null && this.#memory.kind === 'pair' && !this.#isSeen
      const found = parseRecord(text)
      if (!isLower && !isNew && (text === null || this.#compare(this.#memory, found) <= 0))
        return undefined
      this.#isSeen = isWritten = true
      const isRepair = text !== null && !found && !carried
      return formatRecord(
        isRepair && this.#memory.kind === 'pair'
          ? { ...this.#memory, isRepaired: true }
          : this.#memory,
      )
    }
    try {
      await updateIn(this.#store, this.#key, update)
      if (isWritten) this.#noteSuccess()
    } catch (thrown) {
      if (isWritten) await this.#markUnsaved()
      throw thrown
    }
    if (isWritten) this.#bell.ring()
  }

  /**
   * What does not fit into the store leaves a mark that is shorter than what it replaces: no client presents
   * the pair before. Removing the entry would say that the app has cleared it.
   */
  async #markUnsaved(): Promise<void> {
    this.#isUnsaved = true
    if (this.#memory?.kind !== 'pair') return
    const mark = {
      kind: 'spent',
      epoch: this.#memory.epoch,
      generation: this.#memory.generation - 1,
    } as const
    let isMarked = false
    try {
      await updateIn(this.#store, this.#key, (text) => {
        isMarked = this.#compare(mark, parseRecord(text)) > 0
        return isMarked ? formatRecord(mark) : undefined
      })
    } catch {
      // Not even the mark fits, so that the others know nothing of it.
      return
    }
    // Two clients that cannot store would wake each other without end.
    if (isMarked) this.#bell.ring()
  }

  /** A user's action takes place when it is stored, above everything that is there by then. */
  #act(record: SessionRecord) {
    this.#action = this.#memory = record
    this.#hasReported = true
    void this.#mirror?.write(this.#memory)
    void this.#enqueue(async () => {
      // A later action takes its place.
      if (this.#action !== record) return
      let stored = record
      try {
        await this.#mirror?.settled()
        await updateIn(this.#store, this.#key, (text) => {
          const found = parseRecord(text)
          // Another tab may have stored this pair, which it has read in the mirror, and the app may
          // have cleared it since.
          if (found?.kind === 'out' && found.isCleared && found.epoch === record.epoch)
            return undefined
          const isCopy = isSamePair(found, record)
          const isLower = found && !isCopy && compareRecords(found, record) >= 0
          this.#followsSignOut =
            found?.kind === 'out' && this.#clock.now() - found.epoch < STORAGE_SETTLE_MS
          stored = isLower ? { ...record, epoch: this.#nextEpoch(found.epoch) } : record
          if (stored.kind === 'pair' && this.#mirror?.isPresent)
            stored = { ...stored, isMirrored: true }
          this.#isSeen = true
          return formatRecord(stored)
        })
        this.#noteSuccess()
      } catch (thrown) {
        await this.#markUnsaved()
        this.#notifyFailure(thrown)
      }
      if (this.#action !== record) return
      this.#action = undefined
      this.#memory = stored
      // Once is enough for the same place: the app may have cleared the mirror since.
      if (stored.epoch !== record.epoch) void this.#mirror?.write(this.#memory)
      this.#bell.ring()
    })
  }

  /** Reads the store and its mirror, and writes back what is lower. */
  async #look(): Promise<void> {
    const mirrored = this.#mirror?.load()
    try {
      const text = (await this.#store.get(this.#key)) ?? null
      if (this.#absorb(text) || this.#isUnsaved) await this.#commit()
    } catch (thrown) {
      this.#notifyFailure(thrown)
    }
    await this.#lookIntoMirror(false, mirrored)
  }

  /**
   * Treats what the app or the official client has done to the mirror as done to the session. What may
   * be another tab's own write that is not visible here yet is looked at again a moment later, and then
   * taken for what it shows.
   *
   * @returns whether it was left for that
   */
  async #lookIntoMirror(isLater = false, mirrored = this.#mirror?.load()): Promise<boolean> {
    const text = await mirrored
    if (!this.#mirror || this.#action || text === undefined) return false
    const found = this.#mirror.compare(text, this.#memory)
    if (found.type === 'ahead') {
      this.#unstored = found.record
      if (this.#move(found.record)) await this.#commit()
      this.#unstored = undefined
    } else if (found.type === 'behind' && found.isOlder && !isLater && !this.#mirror.isAtomic) {
      // The client that has refreshed writes it, and this page may only not see that yet.
      this.#lookAgain()
    } else if (
      found.type === 'behind' ||
      found.type === 'absent' ||
      (found.type === 'removed' && this.#followsSignOut && this.#isJustSignedIn())
    ) {
      await this.#mirror.write(this.#memory, text)
      if (found.type === 'absent') await this.#noteMirror()
    } else if (found.type !== 'same') {
      // A tab that does not know of a new session yet may have removed its mirror.
      const isCertain =
        found.isCertain && steadyNow(this.#clock) - this.#begunAt > STORAGE_SETTLE_MS
      if (!isLater && !isCertain && !this.#mirror.isAtomic && this.#memory) {
        this.#lookAgain()
        return true
      }
      if (found.type === 'foreign') await this.#adopt(found)
      else if (this.#move({ kind: 'out', epoch: this.#memory!.epoch, isCleared: true }))
        await this.#commit()
    }
    return false
  }

  /** Looks into the mirror again later, without holding up what comes meanwhile. */
  #lookAgain() {
    const look = async () => void (await this.#lookIntoMirror(true))
    this.#secondLook ??= wait(this.#clock, STORAGE_SETTLE_MS)
      .then(() => this.#enqueue(look))
      .finally(() => (this.#secondLook = undefined))
  }

  /** Notes in the store that the mirror has been written, so that its absence means something. */
  async #noteMirror(): Promise<void> {
    const record = this.#memory
    if (record?.kind !== 'pair' || !this.#mirror?.isPresent) return
    const noted = (this.#memory = { ...record, isMirrored: true })
    await updateIn(this.#store, this.#key, (text) =>
      this.#compare(parseRecord(text), record) === 0 ? formatRecord(noted) : undefined,
    )
  }

  /** Takes over what the official client has stored. */
  async #adopt({ credentials, take }: ForeignPair): Promise<void> {
    const known = this.#memory
    const { sub } = pairOf(known)?.credentials ?? {}
    const isRefreshed = known?.kind === 'pair' && !!sub && sub === credentials.sub
    const record: PairRecord = {
      kind: 'pair',
      epoch: isRefreshed ? known.epoch : this.#nextEpoch(known?.epoch),
      generation: isRefreshed ? known.generation + 1 : 0,
      credentials,
      isMirrored: true,
    }
    let isOvertaken = false
    await updateIn(this.#store, this.#key, (text) => {
      const found = parseRecord(text)
      isOvertaken = !isRefreshed && !!found && found.epoch === known?.epoch
      // Another client was first.
      if (found && this.#compare(found, known) > 0) return void this.#absorb(text)
      isOvertaken = false
      this.#isSeen = true
      this.#move(record)
      return formatRecord(record)
    })
    // A refresh of the session before is not what the official client has stored.
    if (isOvertaken) return void (await this.#lookIntoMirror(true))
    if (this.#memory) take(this.#memory.epoch)
    this.#bell.ring()
    // Written only if it is still there: the app may have removed it meanwhile.
    await this.#lookIntoMirror()
  }

  /** Reads what is stored, and once more what is not certain at first. */
  async #sync(): Promise<void> {
    await this.#enqueue(() => this.#look())
    await this.#secondLook
  }

  /** A storage event carries the value, which the copy of this page may not show yet. */
  #onStorage(text?: string | null) {
    if (typeof text === 'string' || (text === null && !this.#isJustSignedIn())) {
      if (this.#absorb(text)) void this.#enqueue(() => this.#commit())
    }
    void this.#sync()
  }

  /** Moves memory, mirror and store up to what a refresh has brought, unless it is lower by now. */
  #moveUp(record: PairRecord | SpentRecord, change: 'refreshed' | AuthError): Promise<void> {
    return this.#enqueue(async () => {
      try {
        // Another client may have signed out while the server was asked.
        const text = await this.#store.get(this.#key)
        if (typeof text === 'string') this.#absorb(text)
      } catch {
        // A store that fails says nothing.
      }
      // The app may have cleared the mirror meanwhile, or the official client may have signed in: that is
      // not written over.
      const isLeft = await this.#lookIntoMirror()
      if (this.#move(record, change) && !isLeft) void this.#mirror?.write(this.#memory)
      await this.#commit(pairOf(record))
      await this.#lookIntoMirror()
      if (record.kind === 'pair' && record.epoch < this.#endedEpoch)
        this.#onChange?.({ type: 'tokens.revoke', credentials: record.credentials })
    })
  }

  open(run: (change: SessionChange) => void): () => void {
    this.#onChange = run
    this.#hasReported = false
    // Listen first and read afterwards, so that no change is missed.
    const stops = [
      this.#bell.listen(() => this.#onStorage()),
      this.#store.watch?.(this.#key, (text) => this.#onStorage(text)),
      this.#mirror?.watch(() => this.#onStorage()),
    ]
    return () => {
      this.#onChange = undefined
      for (const stop of stops) stop?.()
    }
  }

  async load(): Promise<Credentials | undefined> {
    this.#isLoading = true
    // A request reads its session once.
    if (!this.#options.request || !this.#memory) await this.#sync()
    if (!this.#memory && steadyNow(this.#clock) < this.#doubtUntil) {
      await wait(this.#clock, DOUBT_MS)
      await this.#sync()
    }
    this.#isLoading = false
    const pair = pairOf(this.#memory)
    if (pair && !this.#hasReported) this.#report(pair, 'pair.restored')
    return pair?.credentials
  }

  reload(): void {
    this.#onStorage()
  }

  begin(credentials: Credentials): void {
    this.#signedInAt = steadyNow(this.#clock)
    this.#options.request?.onBegin()
    this.#act({
      kind: 'pair',
      epoch: this.#nextEpoch(this.#memory?.epoch),
      generation: 0,
      credentials,
    })
  }

  end(): void {
    this.#options.request?.onEnd()
    this.#act({ kind: 'out', epoch: this.#nextEpoch(this.#memory?.epoch) })
  }

  refresh(options?: { isUrgent?: boolean }): Promise<void> {
    return this.#refresh.run(options)
  }

  refreshEnded(credentials: Refreshable): Promise<Tokens> {
    return this.#refresh.runEnded(credentials)
  }

  get retryAt(): number {
    return this.#refresh.retryAt
  }

  get failure(): AuthError | undefined {
    return this.#failure
  }

  async settled(): Promise<void> {
    await this.#mirror?.settled()
    await this.#work
  }
}
