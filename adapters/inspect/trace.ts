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

/** One step of an actor system as plain JSON without secrets: it may be shown, stored or sent. */
export type Trace =
  /** A machine's chart, as a config without functions. Precedes the first actor that runs it. */
  | { type: 'machine'; machine: string; chart: object }
  /** An actor was created. */
  | { type: 'actor'; actor: TracedActor }
  /** An actor received an event; `source` is the `sessionId` of the sender. */
  | { type: 'event'; actor: TracedActor; source?: string; event: TracedEvent }
  /** The transitions of one microstep, as ids of state nodes. */
  | { type: 'microstep'; actor: TracedActor; taken: { from: string; to?: string }[] }
  /** An actor has a new snapshot, caused by `event`. */
  | { type: 'snapshot'; actor: TracedActor; event: TracedEvent; snapshot: TracedSnapshot }
