import { AuthError } from '../../services/error.ts'
import { isRecord } from '../../services/record.ts'

/** A running actor of a client. */
export interface TracedActor {
  /** Its id within its parent, such as `signIn` or `call.1`. */
  id: string
  /** Its unique id within the actor system. */
  sessionId: string
  /** Its name within the actor system, such as `tokens`. */
  systemId?: string
  /** The id of its machine; absent for a promise or a timer. */
  machine?: string
  /** The `sessionId` of the actor that started it. */
  parent?: string
  /** The `sessionId` of the actor at the root of the system. */
  root: string
}

/** An event: its type and its redacted fields. */
export type TracedEvent = { type: string } & Record<string, unknown>

/** A redacted snapshot. `value`, `tags` and `context` are absent for a promise or a timer. */
export interface TracedSnapshot {
  status: string
  value?: unknown
  tags?: string[]
  /** Deadlines, counters, masked contacts, the last error. */
  context?: object
  /** Why the actor has failed. */
  error?: object
}

/** A machine as a plain XState config: names, tags, targets and guards, no functions. */
export interface MachineConfig {
  id: string
  key?: string
  type?: 'parallel' | 'final' | 'history'
  initial?: string
  tags?: string[]
  /** The names of the entry actions. */
  entry?: string[]
  /** `machine` is the id of the machine that the actor runs, if it runs one. */
  invoke?: { id: string; src: string; machine?: string }[]
  on?: Record<string, TransitionConfig[]>
  always?: TransitionConfig[]
  states?: Record<string, MachineConfig>
}

/** A transition of a {@link MachineConfig}. */
export interface TransitionConfig {
  /** `#` and the id of each target; absent when the state is not left. */
  target?: string[]
  guard?: string
  /** The names of its actions. */
  actions?: string[]
}

/** What happened, as plain JSON without secrets: it may be shown, stored or sent. */
export type TraceStep =
  /** A machine's chart. Precedes the first actor that runs it. */
  | { type: 'machine'; machine: string; chart: MachineConfig }
  /** An actor has started. */
  | { type: 'actor'; actor: TracedActor }
  /** An actor received an event; `source` is the `sessionId` of the sender. */
  | { type: 'event'; actor: TracedActor; source?: string; event: TracedEvent }
  /** The transitions of one microstep, as ids of state nodes. */
  | { type: 'microstep'; actor: TracedActor; taken: { from: string; to?: string }[] }
  /** An actor has a new snapshot, caused by `event`. */
  | { type: 'snapshot'; actor: TracedActor; event: TracedEvent; snapshot: TracedSnapshot }
  /** The app called `auth.send`; `taken` is whether any actor takes the event. */
  | { type: 'sent'; event: TracedEvent; taken: boolean }
  /** A request to the server has ended. */
  | ({ type: 'call' } & TracedCall)
  /** The view of the app has changed. */
  | ({ type: 'view' } & TracedView)
  /** The page was left; what follows is of the next page in its tab, which has actors of its own. */
  | { type: 'page' }

/** A request to the server, without what it carried. */
export interface TracedCall {
  operation: string
  method: string
  /** The path of the endpoint, such as `/v1/user/provider/{provider_id}`. */
  path: string
  /** The HTTP status; absent when no answer came. */
  status?: number
  /** The code of the `AuthError` it failed with. */
  code?: string
  /** Milliseconds from the call to its end. */
  ms: number
  /** Sent as `x-request-id`; absent when nothing was sent. */
  requestId?: string
}

/** What the app can render from. */
export interface TracedView {
  status: string
  flow?: string
  step?: string
  busy: boolean
  error?: object
  captcha?: { busy: boolean; error?: object }
}

/** A step with its place in the trace. */
export type TraceEntry = {
  /** Counts the entries of a trace, from 0. */
  n: number
  /** Milliseconds since the trace began. */
  at: number
} & TraceStep

/** A trace in a file: format `authflow-trace`, version 1. */
export interface Trace {
  format: 'authflow-trace'
  version: 1
  /** The version of `cloudbase-authflow` that wrote it. */
  package: string
  /** Milliseconds since the epoch. */
  startedAt: number
  /** By rising `n`. Numbers are missing where older entries were dropped. */
  entries: TraceEntry[]
}

/** The version of the trace format that this package writes and reads. */
const TRACE_VERSION = 1

const TYPES = new Set([
  'machine',
  'actor',
  'event',
  'microstep',
  'snapshot',
  'sent',
  'call',
  'view',
  'page',
])

/**
 * Reads a trace from a file or a message.
 *
 * @param source the text of the file, or the parsed JSON
 * @throws AuthError `invalid_argument` that says what is wrong: not a trace, another version, or damaged
 * @example
 *   const { entries } = readTrace(await file.text())
 */
export function readTrace(source: unknown): Trace {
  const trace = typeof source === 'string' ? parse(source) : source
  if (!isRecord(trace) || trace['format'] !== 'authflow-trace') {
    throw unreadable('this is not a trace: a trace has the format "authflow-trace"')
  }
  const { version, startedAt, entries } = trace
  if (version !== TRACE_VERSION) {
    const isNewer = typeof version === 'number' && version > TRACE_VERSION
    throw unreadable(
      `this trace has version ${String(version)}, and this package reads version ${TRACE_VERSION}: ` +
        (isNewer
          ? 'update cloudbase-authflow'
          : 'record it again, or read it with the cloudbase-authflow that wrote it'),
    )
  }
  if (!Number.isFinite(startedAt) || !Array.isArray(entries)) {
    throw unreadable('this trace is damaged: startedAt or entries is missing')
  }
  const bad = entries.findIndex((entry, index) => !isEntry(entry, entries[index - 1]))
  if (bad !== -1) throw unreadable(`this trace is damaged: entry ${bad} is malformed`)
  return trace as unknown as Trace
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable('this is not a trace: it is not JSON')
  }
}

function isEntry(entry: unknown, before?: { n: number }): boolean {
  if (!isRecord(entry)) return false
  const { n, at, type, actor, event, snapshot, taken, chart } = entry
  if (!Number.isFinite(n) || !Number.isFinite(at) || (before && !((n as number) > before.n)))
    return false
  const hasActor = isRecord(actor) && typeof actor['sessionId'] === 'string'
  const hasEvent = isRecord(event) && typeof event['type'] === 'string'
  switch (type) {
    case 'machine':
      return isRecord(chart)
    case 'actor':
      return hasActor
    case 'event':
      return hasActor && hasEvent
    case 'microstep':
      return hasActor && Array.isArray(taken)
    case 'snapshot':
      return hasActor && hasEvent && isRecord(snapshot)
    case 'sent':
      return hasEvent
    default:
      return TYPES.has(type as string)
  }
}

const unreadable = (description: string) => new AuthError('invalid_argument', { description })
