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
  /** It shows less than the record, or damaged data. */
  | { type: 'behind' }
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

/** The session in the form of the official client, for that client and for apps that read it. */
export interface Mirror {
  /** Reads what is stored: null for nothing, undefined when the store fails. */
  load(): Promise<string | null | undefined>
  /** Compares what is stored with a record. */
  compare(text: string | null | undefined, record: SessionRecord | undefined): MirrorState
  /** Makes what is stored the form of a record; for none it does nothing. */
  write(record: SessionRecord | undefined): Promise<void>
  /** Settles when everything so far is written. */
  settled(): Promise<void>
  watch(run: () => void): () => void
  /** The last write of a pair has succeeded. */
  readonly isPresent: boolean
  readonly isAtomic: boolean
}

/** The form of a pair that must not be used: the official client takes it for none. */
const SPENT = ''

/**
 * Creates the mirror of a session. A synchronous store is written in the same turn, so that a page that
 * is left at once has stored its session.
 */
export function createMirror(store: Store, key: string): Mirror {
  /** The epoch in which this client has last seen or written a pair. */
  let seenEpoch: number | undefined
  /** What the official client wrote and this client has taken over. */
  let adopted: string | undefined
  let isPresent = false
  let writing: Awaitable<void>

  function put(record: SessionRecord): Awaitable<void> {
    const text = textOf(record)
    const done = () => {
      isPresent = record.kind === 'pair'
      if (isPresent) seenEpoch = record.epoch
    }
    const failed = () => void (isPresent = false)
    try {
      const result = text === null ? store.remove(key) : updateIn(store, key, () => text)
      if (!isPromise(result)) return done()
      return result.then(
        () => done(),
        () => failed(),
      )
    } catch {
      // The mirror of a store that is full shows an older pair.
      return failed()
    }
  }

  return {
    get isPresent() {
      return isPresent
    },
    isAtomic: !!store.isAtomic,

    async load() {
      try {
        return (await store.get(key)) ?? null
      } catch {
        return undefined
      }
    },

    compare(text, record) {
      if (text === undefined) return { type: 'same' }
      if (record && text === textOf(record)) {
        if (record.kind === 'pair') seenEpoch = record.epoch
        return { type: 'same' }
      }
      if (text === null) {
        if (record?.kind !== 'pair') return { type: 'same' }
        const isCertain = seenEpoch === record.epoch
        return isCertain || record.isMirrored ? { type: 'removed', isCertain } : { type: 'absent' }
      }
      const found = parseMirror(text)
      if (!found) return record ? { type: 'behind' } : { type: 'same' }
      const { credentials, place } = found
      const pair: PairRecord = { kind: 'pair', epoch: 0, generation: 0, credentials, ...place }
      const isOwn = place && (compareCopies(pair, record) !== 0 || isSamePair(pair, record))
      if (isOwn) {
        seenEpoch = place.epoch
        const order = compareCopies(pair, record)
        // Two clients may order the fields differently: neither corrects the other.
        if (order === 0) return { type: 'same' }
        if (order < 0) return { type: 'behind' }
        return { type: 'ahead', record: { ...pair, isMirrored: true } }
      }
      if (isSamePair(pair, record) || text === adopted) return { type: 'behind' }
      const take = (epoch: number) => {
        adopted = text
        seenEpoch = epoch
      }
      return { type: 'foreign', credentials, isCertain: false, take }
    },

    write(record) {
      if (!record) return Promise.resolve()
      writing = isPromise(writing) ? writing.then(() => put(record)) : put(record)
      return Promise.resolve(writing)
    },

    settled: async () => writing,

    watch: (run) => store.watch?.(key, run) ?? (() => undefined),
  }
}

function textOf(record: SessionRecord): string | null {
  if (record.kind === 'pair') return formatMirror(record)
  return record.kind === 'spent' ? SPENT : null
}
