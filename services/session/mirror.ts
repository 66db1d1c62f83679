import type { Credentials } from './credentials.ts'
import {
  compareCopies,
  formatMirror,
  isSamePair,
  type PairRecord,
  parseMirror,
  type SessionRecord,
} from './record.ts'
import { type Awaitable, isPromise, type Store, updateIn } from './store.ts'

/** What the mirror shows, compared with a record. */
export type MirrorState =
  | { type: 'same' }
  /** It was never written for this session. */
  | { type: 'absent' }
  /** It shows an older pair than the record, or damaged data. */
  | { type: 'behind'; isOlder?: boolean }
  | { type: 'ahead'; record: PairRecord }
  /** The app has removed it. `isCertain`: this client has seen it in this session. */
  | { type: 'removed'; isCertain: boolean }
  | ForeignPair

/** The official client has signed in or refreshed. */
export interface ForeignPair {
  type: 'foreign'
  credentials: Credentials
  isCertain: false
  /** Remembers that the pair was taken over in this epoch: an old copy of it may be read again. */
  take(epoch: number): void
}

/**
 * The form of a pair that must not be used: the official client takes it for none. A removal would read
 * as the app's own where it crosses a sign-in, so that only an action of the user removes.
 */
const SPENT = ''

/**
 * The session in the form of the official client, for that client and for apps that read it. A
 * synchronous store is written in the same turn, so that a page that is left at once has stored its
 * session.
 */
export class Mirror {
  readonly #store: Store
  readonly #key: string
  /** The epoch in which this client has last seen or written a pair. */
  #seenEpoch: number | undefined
  /** What the official client wrote and this client has taken over. */
  #adopted: string | undefined
  #isPresent = false
  #writing: Awaitable<void> = undefined

  constructor(store: Store, key: string) {
    this.#store = store
    this.#key = key
  }

  /** Whether the last write of a pair has succeeded. */
  get isPresent(): boolean {
    return this.#isPresent
  }

  /** Whether what is written can be read everywhere at once. */
  get isAtomic(): boolean {
    return !!this.#store.isAtomic
  }

  /** Reads what is stored: null for nothing, undefined when the store fails. */
  async load(): Promise<string | null | undefined> {
    try {
      return (await this.#store.get(this.#key)) ?? null
    } catch {
      return undefined
    }
  }

  /** Compares what is stored with a record. */
  compare(text: string | null, record: SessionRecord | undefined): MirrorState {
    if (record && text === textOf(record)) {
      if (record.kind === 'pair') this.#seenEpoch = record.epoch
      return { type: 'same' }
    }
    if (text === null) {
      if (record?.kind !== 'pair') return { type: 'same' }
      const isCertain = this.#seenEpoch === record.epoch
      return isCertain || record.isMirrored ? { type: 'removed', isCertain } : { type: 'absent' }
    }
    const found = parseMirror(text)
    if (!found) {
      const isNone = !record || (record.kind === 'out' && text === SPENT)
      return isNone ? { type: 'same' } : { type: 'behind' }
    }
    const { credentials, place } = found
    const pair: PairRecord = { kind: 'pair', epoch: 0, generation: 0, credentials, ...place }
    const isOwn = place && (compareCopies(pair, record) !== 0 || isSamePair(pair, record))
    if (isOwn) {
      this.#seenEpoch = place.epoch
      const order = compareCopies(pair, record)
      // Two clients may order the fields differently: neither corrects the other.
      if (order === 0) return { type: 'same' }
      if (order < 0) return { type: 'behind', isOlder: true }
      return { type: 'ahead', record: { ...pair, isMirrored: true } }
    }
    if (isSamePair(pair, record) || text === this.#adopted) return { type: 'behind' }
    const take = (epoch: number) => {
      this.#adopted = text
      this.#seenEpoch = epoch
    }
    return { type: 'foreign', credentials, isCertain: false, take }
  }

  /**
   * Makes what is stored the form of a record; for none it does nothing.
   *
   * @param seen set for a repair: what was read, which is not replaced if it has changed since
   */
  async write(record: SessionRecord | undefined, seen?: string | null): Promise<void> {
    if (!record) return
    const writing = this.#writing
    this.#writing = isPromise(writing)
      ? writing.then(() => this.#put(record, seen))
      : this.#put(record, seen)
    return this.#writing
  }

  /** Settles when everything so far is written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Calls `run` when another client may have written. @returns how to stop */
  watch(run: () => void): () => void {
    return this.#store.watch?.(this.#key, run) ?? (() => undefined)
  }

  #put(record: SessionRecord, seen?: string | null): Awaitable<void> {
    const isRepair = seen !== undefined
    const text = textOf(record) ?? (isRepair ? SPENT : null)
    let isChanged = false
    const decide = (current: string | null) => {
      isChanged = isRepair && current !== seen
      return isChanged ? undefined : text!
    }
    const end = (isWritten: boolean) => {
      if (isChanged) return
      this.#isPresent = isWritten && record.kind === 'pair'
      if (this.#isPresent) this.#seenEpoch = record.epoch
    }
    try {
      const result =
        text === null ? this.#store.remove(this.#key) : updateIn(this.#store, this.#key, decide)
      if (!isPromise(result)) return end(true)
      return result.then(
        () => end(true),
        () => end(false),
      )
    } catch {
      // The mirror of a store that is full shows an older pair.
      return end(false)
    }
  }
}

function textOf(record: SessionRecord): string | null {
  if (record.kind === 'pair') return formatMirror(record)
  return record.kind === 'spent' ? SPENT : null
}
