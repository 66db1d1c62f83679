import { VERSION } from '../../services/version.ts'
import { requireNumber } from '../../services/requireNumber.ts'
import { type Inspector, inspector, type Sink } from './inspector.ts'
import { randomHex } from '../../services/randomHex.ts'
import { last } from '../../services/lists.ts'
import { fromPageBefore } from './nextPage.ts'
import type { Trace, TraceEntry } from './trace.ts'

/** An inspector for `createAuth` that keeps the trace. */
export interface Recorder extends Inspector {
  /** Returns what was recorded so far, to be saved, shown or attached to a report. */
  trace(): Trace
}

/** Options of {@link recorder}. */
export interface RecorderOptions {
  /**
   * How many entries are kept at most, beside the charts and the running actors; `Infinity` for all.
   * Default: 5000.
   */
  keep?: number
}

/**
 * Creates an inspector that keeps the newest entries in memory. Of what it drops, it keeps the charts
 * and the last snapshot of every running actor, so that a trace can be shown from its first entry on. A
 * page that is left, such as for a provider, leaves its trace to the next page in the tab: the trace goes
 * on there behind an entry `page`.
 *
 * @example
 *   const log = recorder()
 *   export const auth = createAuth({ env, flows, inspect: log })
 *   button.onclick = () => save(JSON.stringify(log.trace()))
 */
export function recorder({ keep = 5000 }: RecorderOptions = {}): Recorder {
  const memory = traceMemory(keep)
  return Object.assign(inspector(memory.add), { trace: memory.trace })
}

/** The memory of a recorder. */
export interface TraceMemory {
  /** Names the trace, also in the next page. */
  readonly id: string
  /** Keeps an entry. @returns the entry with its place in the whole trace */
  add(...entry: Parameters<Sink>): TraceEntry
  trace(): Trace
}

/**
 * Creates the memory of a recorder.
 *
 * @param keep how many entries are kept at most, beside the charts and the running actors
 * @throws AuthError `invalid_argument` for a `keep` that is neither a whole number above 0 nor `Infinity`
 */
export function traceMemory(keep: number): TraceMemory {
  requireNumber('recorder', { keep }, Infinity)
  const before = fromPageBefore(() => ({ id, trace: trace() }))
  const id = before?.id ?? randomHex().slice(0, 8)
  let startedAt = before?.trace.startedAt ?? Date.now()
  const charts = new Map<string, TraceEntry>()
  /** The dropped entries of actors that run on: how each began and its last snapshot. */
  const running = new Map<string, TraceEntry[]>()
  let entries: TraceEntry[] = before?.trace.entries ?? []
  /** The number of the first entry of this page. */
  let first = 0
  if (before) {
    const { n, at } = last(entries) ?? { n: -1, at: 0 }
    first = n + 2
    entries.push({ n: n + 1, at: Math.max(at, Date.now() - startedAt), type: 'page' })
  }

  function drop(entry: TraceEntry) {
    if (entry.type === 'page') return running.clear()
    if (entry.type === 'machine') return void charts.set(entry.machine, entry)
    if (entry.type !== 'actor' && entry.type !== 'snapshot') return
    const { sessionId } = entry.actor
    if (entry.type === 'actor') running.set(sessionId, [entry])
    else if (entry.snapshot.status !== 'active') running.delete(sessionId)
    else if (running.has(sessionId)) running.set(sessionId, [running.get(sessionId)![0]!, entry])
  }

  function place(entry: TraceEntry, since: number): TraceEntry {
    if (!before) return entry
    const at = Math.max(last(entries)!.at, entry.at + since - startedAt)
    return { ...entry, n: entry.n + first, at }
  }

  function trace(): Trace {
    const older = [...charts.values(), ...[...running.values()].flat()]
    return {
      format: 'authflow-trace',
      version: 1,
      package: VERSION,
      startedAt,
      entries: [...older.sort((a, b) => a.n - b.n), ...entries],
    }
  }

  return {
    id,
    add(given, since) {
      if (!before) startedAt = since
      const entry = place(given, since)
      entries.push(entry)
      // Dropped by many at once, because moving an array costs as much as its length.
      if (entries.length <= keep) return entry
      const dropped = Math.ceil(keep / 4)
      entries.slice(0, dropped).forEach(drop)
      entries = entries.slice(dropped)
      return entry
    },
    trace,
  }
}
