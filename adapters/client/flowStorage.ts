import type { ActorRefFrom, AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { isAtRest, resumed } from '../../machines/core/resumed.ts'
import type { Flow, Flows, SessionMachine } from '../../machines/core/session.ts'
import { hasOwn, isRecord } from '../../services/record.ts'
import type { Store } from '../../services/session/store.ts'
import { hasSecret } from '../../services/secret.ts'
import { deserialize, type SavedFlow, serialize } from '../../services/snapshot.ts'
import { flowActors } from './view.ts'
import { last } from '../../services/lists.ts'

/** A stored flow, as logic that goes on from where it was. */
export interface StoredFlow extends Omit<SavedFlow, 'snapshot'> {
  logic: Flow
}

/** Stores the running flow of one client. */
export type FlowStorage = ReturnType<typeof flowStorage>

/**
 * Stores the running flow in the tab, so that a reload goes on with it. Writes run one after the
 * other, so that a late write never overtakes the removal of a flow that has ended; only the newest
 * one waits, and an unchanged flow is not written again.
 *
 * @param tab where the flow is stored
 * @param key under which
 * @param flows the flows of the app
 */
export function flowStorage(tab: Store, key: string, flows: Flows) {
  let writing: Promise<void> = Promise.resolve()
  /** Returns the text to write next; an empty one removes the record. */
  let next: (() => string) | undefined
  /** What is stored, if that is known. */
  let written: string | undefined
  /** The snapshots that were saved last. */
  let lastSnapshots: unknown[] = []

  function store(textOf: () => string) {
    // After a failed write the next change writes again.
    if (!next) writing = writing.then(write).catch(() => void (lastSnapshots = []))
    next = textOf
  }

  async function write() {
    const text = next!()
    next = undefined
    if (text === written) return
    written = undefined
    await (text ? tab.set(key, text) : tab.remove(key))
    written = text
  }

  return {
    /** Saves the flow if it is at rest and removes it if it has ended; else the record stays. */
    save(root: ActorRefFrom<SessionMachine>): void {
      const path = flowActors(root.system)
      const { uid, flow, codes, userFact } = root.getSnapshot().context
      const children = Object.values<AnyActorRef>(snapshotOf(last(path))?.children ?? {})
      const snapshots = [uid, codes, userFact, ...[...path, ...children].map(snapshotOf)]
      if (isEqual(snapshots, lastSnapshots)) return
      lastSnapshots = snapshots
      const [outermost] = path
      if (!outermost) return store(() => '')
      if (!isAtRest(snapshotOf(outermost)!)) return
      const snapshot = outermost.getPersistedSnapshot() as object
      // At a captcha the flow may need a secret, which is not stored and has to be typed again.
      if (!snapshotOf(last(path))!.hasTag('asking') && hasSecret(snapshot)) return
      const saved = { uid, flow: flow!, codes, userFact }
      store(() => withChecksum(serialize({ ...saved, snapshot: withoutUndefined(snapshot) })))
    },

    /** Settles when everything saved so far is written. */
    settled: () => writing,

    /** @returns undefined when nothing is stored, or what is stored is damaged or of no flow */
    async load(): Promise<StoredFlow | undefined> {
      // Another client may have written since.
      written = undefined
      lastSnapshots = []
      const stored = await tab.get(key)
      const text = stored?.slice(CHECKSUM_LENGTH)
      const saved = text && withChecksum(text) === stored ? deserialize(text) : undefined
      if (!saved || !hasOwn(flows, saved.flow)) return undefined
      const { snapshot, ...rest } = saved
      return { ...rest, logic: resumed(flows[saved.flow]!, snapshot) }
    },
  }
}

const snapshotOf = (actor: AnyActorRef | undefined): AnyMachineSnapshot | undefined =>
  actor?.getSnapshot()

const isEqual = (a: unknown[], b: unknown[]) =>
  a.length === b.length && a.every((value, index) => value === b[index])

const CHECKSUM_LENGTH = 9

/** Puts a checksum before the text (32 bits, FNV-1a), by which damage since then is found. */
export function withChecksum(text: string): string {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return `${(sum >>> 0).toString(16).padStart(CHECKSUM_LENGTH - 1, '0')} ${text}`
}

/** Leaves out the fields that are undefined: they are half of a snapshot. */
function withoutUndefined(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, isRecord(field) ? withoutUndefined(field) : field]),
  )
}
