import { VERSION } from '../../services/version.ts'
import { type Inspector, inspector, type Sink } from './inspector.ts'
import type { Trace, TraceEntry } from './trace.ts'

/** An inspector for `createAuth` that keeps the trace. */
export interface Recorder extends Inspector {
  /** Returns what was recorded so far, to be saved, shown or attached to a report. */
  trace(): Trace
}

/** Options of {@link recorder}. */
export interface RecorderOptions {
  /** How many entries are kept at most, beside the charts and the running actors. Default: 5000. */
  keep?: number
}

/**
 * Creates an inspector that keeps the newest entries in memory. Of what it drops, it keeps the charts
 * and the last snapshot of every running actor, so that a trace can be shown from its first entry on.
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
  add: Sink
  trace(): Trace
}

/**
 * Creates the memory of a recorder.
 *
 * @param keep how many entries are kept at most, beside the charts and the running actors
 */
export function traceMemory(keep: number): TraceMemory {
  let startedAt = Date.now()
  const charts = new Map<string, TraceEntry>()
  /** The dropped entries of actors that run on: how each began and its last snapshot. */
  const running = new Map<string, TraceEntry[]>()
  let entries: TraceEntry[] = []

  function drop(entry: TraceEntry) {
    if (entry.type === 'machine') return void charts.set(entry.machine, entry)
    if (entry.type !== 'actor' && entry.type !== 'snapshot') return
    const { sessionId } = entry.actor
    if (entry.type === 'actor') running.set(sessionId, [entry])
    else if (entry.snapshot.status !== 'active') running.delete(sessionId)
    else if (running.has(sessionId)) running.set(sessionId, [running.get(sessionId)![0]!, entry])
  }

  return {
    add(entry, since) {
      startedAt = since
      entries.push(entry)
      // Dropped by many at once, because moving an array costs as much as its length.
      if (entries.length <= keep) return
      const dropped = Math.ceil(keep / 4)
      entries.slice(0, dropped).forEach(drop)
      entries = entries.slice(dropped)
    },
    trace() {
      const older = [...charts.values(), ...[...running.values()].flat()]
      return {
        format: 'authflow-trace',
        version: 1,
        package: VERSION,
        startedAt,
        entries: [...older.sort((a, b) => a.n - b.n), ...entries],
      }
    },
  }
}
