import type { AnyStateNode, AnyStateMachine, InspectionEvent, StateValue } from 'xstate'
import { AuthError } from '../../services/error.ts'
import type { Caller } from '../../services/http/caller.ts'
import { reportError } from '../../services/reportError.ts'
import { configOf, machineOf, nameOf } from './charts/config.ts'
import { inspectors } from './inspectors.ts'
import { redact, redactEvent, redactView } from './redact.ts'
import { keepName, redactError } from './redactors.ts'
import type { TraceEntry, TraceStep, TracedCall } from './trace.ts'

/**
 * Receives every entry of a trace.
 *
 * @param startedAt when the trace began, in milliseconds since the epoch; `entry.at` counts from it
 */
export type Sink = (entry: TraceEntry, startedAt: number) => void

/** Observes all actors of a client. A class, so that `createAuth` accepts no other object. */
class Inspector {
  readonly #sinks: readonly Sink[]
  readonly #startedAt = Date.now()
  readonly #charts = new Map<string, string>()
  /** The actors that the trace has introduced. */
  readonly #known = new WeakSet<object>()
  /** What each actor was doing last, by which a machine that throws is understood. */
  readonly #last = new WeakMap<object, { event?: { type: string }; action?: string }>()
  #count = 0
  #at = 0

  constructor(sinks: readonly Sink[]) {
    this.#sinks = sinks
    // They receive secrets, so that no other function may take their place.
    for (const name in this)
      Object.defineProperty(this, name, { writable: false, configurable: false })
    inspectors.add(this)
  }

  /** @internal Receives unredacted events from the client. */
  readonly observe = (event: InspectionEvent): void =>
    this.#safely(() => {
      const { actorRef } = event
      // XState gives an actor its systemId only after it has announced it.
      if (event.type === '@xstate.actor') return
      const last = this.#last.get(actorRef) ?? {}
      if (event.type === '@xstate.action') last.action = event.action.type
      if (event.type === '@xstate.event') last.event = event.event
      this.#last.set(actorRef, last)
      const failed = failureOf(event, (actor) => this.#last.get(actor) ?? {})
      for (const step of [...failed, redact(event)]) {
        if (!step) continue
        if (!this.#known.has(actorRef)) this.#introduce(event)
        this.#emit(step)
      }
    })

  /** @internal Receives what the app sends, with whether any actor takes it. */
  readonly onSend = (event: { type: string }, taken: boolean): void =>
    this.#safely(() => {
      // An app can send anything, also a text as the type.
      const type = (keepName(event.type) as string | undefined) ?? '•••'
      this.#emit({ type: 'sent', event: { ...redactEvent(event), type }, taken })
    })

  /** @internal Receives every view that differs from the one before. */
  readonly onView = (view: object): void =>
    this.#safely(() => this.#emit({ type: 'view', ...redactView(view) }))

  /** @internal Wraps the function that calls endpoints, so that every request is traced. */
  readonly watchCalls =
    (call: Caller): Caller =>
    async (endpoint, input, grants) => {
      const { operation, method, path } = endpoint
      const begin = Date.now()
      let sent: Pick<TracedCall, 'status' | 'requestId'> = {}
      const end = (code?: string) => {
        const ms = Math.max(0, Date.now() - begin)
        const step = { operation, method, path, ...sent, ...(code !== undefined && { code }), ms }
        this.#safely(() => this.#emit({ type: 'call', ...step }))
      }
      try {
        const output = await call(endpoint, input, {
          ...grants,
          onResponse: (status, requestId) => (sent = { status, requestId }),
        })
        end()
        return output
      } catch (thrown) {
        if (thrown instanceof AuthError && thrown.requestId) sent.requestId ??= thrown.requestId
        end((redactError(thrown) as { code: string }).code)
        throw thrown
      }
    }

  /** @internal All sinks, for an inspector that joins several. */
  static sinksOf(inspector: Inspector): readonly Sink[] {
    return inspector.#sinks
  }

  #introduce(event: InspectionEvent) {
    const { actorRef, rootId } = event
    this.#known.add(actorRef)
    const machine = machineOf(actorRef)
    if (machine) this.#traceChart(machine)
    this.#emit(redact({ type: '@xstate.actor', actorRef, rootId })!)
  }

  #traceChart({ id, root }: AnyStateMachine) {
    const chart = configOf(root)
    const text = JSON.stringify(chart)
    if (this.#charts.get(id) === text) return
    this.#charts.set(id, text)
    this.#emit({ type: 'machine', machine: id, chart })
  }

  #emit(step: TraceStep) {
    // The time of day can be set back.
    this.#at = Math.max(this.#at, Date.now() - this.#startedAt)
    const entry: TraceEntry = { n: this.#count++, at: this.#at, ...step }
    for (const sink of this.#sinks) this.#safely(() => sink(entry, this.#startedAt))
  }

  /** A sink that throws is reported and stops neither the actors nor the other sinks. */
  #safely(run: () => void) {
    try {
      run()
    } catch (thrown) {
      reportError(thrown)
    }
  }
}

export type { Inspector }

/**
 * Creates an inspector for the `inspect` option of `createAuth`. It traces every actor of the
 * client; no entry contains a secret.
 *
 * @param sink is called synchronously with each entry; an error it throws is reported as uncaught
 * @example
 *   createAuth({ env, flows, inspect: inspector((entry) => console.log(JSON.stringify(entry))) })
 */
export function inspector(sink: Sink): Inspector {
  return new Inspector([sink])
}

/**
 * Joins inspectors to one: each entry is made once and goes to the sinks of all of them.
 *
 * @example
 *   const log = recorder()
 *   createAuth({ env, flows, inspect: several(log, broadcast()) })
 */
export function several(...inspectors: Inspector[]): Inspector {
  return new Inspector(inspectors.flatMap((each) => Inspector.sinksOf(each)))
}

/**
 * XState emits neither snapshot nor microstep for a machine that threw. The last event such a machine
 * sends is the error event to its parent, so both are derived from that: the state it ended in is the
 * one whose entry action threw.
 */
function failureOf(
  event: InspectionEvent,
  lastOf: (actor: object) => { event?: { type: string }; action?: string },
): (TraceStep | undefined)[] {
  if (event.type !== '@xstate.event' || !event.sourceRef) return []
  const { sourceRef: actorRef, rootId } = event
  const snapshot = actorRef.getSnapshot() as FailedSnapshot | undefined
  if (!machineOf(actorRef) || snapshot?.status !== 'error') return []
  const { event: cause = event.event, action } = lastOf(actorRef)
  const taken = transitionTo(snapshot, cause.type, action)
  const ended = taken ? { ...snapshot, value: valueOf(taken.target) } : snapshot
  const microstep = taken && {
    type: '@xstate.microstep' as const,
    _transitions: [{ source: taken.source, target: [taken.target] }],
  }
  const steps = [microstep, { type: '@xstate.snapshot' as const, event: cause, snapshot: ended }]
  return steps.map(
    (step) => step && redact({ ...step, actorRef, rootId } as unknown as InspectionEvent),
  )
}

interface FailedSnapshot {
  status: string
  value: StateValue
  _nodes?: AnyStateNode[]
}

/** Finds the transition on an event to the state whose entry action ran last. */
function transitionTo({ _nodes: nodes = [] }: FailedSnapshot, event: string, action?: string) {
  for (const source of [...nodes].reverse()) {
    for (const { target } of source.transitions.get(event as never) ?? []) {
      const [first] = target ?? []
      if (first?.entry.some((each) => nameOf(each) === action)) return { source, target: first }
    }
  }
  return undefined
}

const valueOf = ({ path }: AnyStateNode): StateValue =>
  path.reduceRight<StateValue | undefined>(
    (inside, key) => (inside === undefined ? key : { [key]: inside }),
    undefined,
  )!
