import type { AnyStateMachine, InspectionEvent, Snapshot } from 'xstate'
import { reportError } from '../../services/reportError.ts'
import { chartOf, machineOf } from './chart.ts'
import { redact } from './redact.ts'
import { inspectors } from './inspectors.ts'
import type { Trace } from './trace.ts'

/** Observes all actors of a client. A class, so that `createAuth` accepts no other object. */
class Inspector {
  readonly #sink: (trace: Trace) => void
  readonly #charts = new Map<string, string>()

  constructor(sink: (trace: Trace) => void) {
    this.#sink = sink
    inspectors.add(this)
  }

  /** @internal Receives unredacted events from the client. */
  readonly observe = (event: InspectionEvent): void => {
    try {
      const machine = event.type === '@xstate.actor' ? machineOf(event.actorRef) : undefined
      if (machine) this.#traceChart(machine)
      for (const step of [failureOf(event), event]) {
        const trace = step && redact(step)
        if (trace) this.#sink(trace)
      }
    } catch (thrown) {
      // A sink that throws must not stop the actors.
      reportError(thrown)
    }
  }

  #traceChart({ id, root }: AnyStateMachine) {
    const chart = chartOf(root)
    const text = JSON.stringify(chart)
    if (this.#charts.get(id) === text) return
    this.#charts.set(id, text)
    this.#sink({ type: 'machine', machine: id, chart })
  }
}

export type { Inspector }

/**
 * Creates an inspector for the `inspect` option of `createAuth`. It traces every actor of the
 * client; no trace step contains a secret.
 *
 * @param sink is called synchronously with each step; an error it throws is reported as uncaught
 * @example
 *   const trace: Trace[] = []
 *   createAuth({ env, flows, inspect: inspector((step) => trace.push(step)) })
 */
export function inspector(sink: (trace: Trace) => void): Inspector {
  return new Inspector(sink)
}

/**
 * XState emits no snapshot for a machine that threw. The last event such a machine sends is the error
 * event to its parent, so the missing snapshot is derived from that.
 */
function failureOf(event: InspectionEvent): InspectionEvent | undefined {
  if (event.type !== '@xstate.event' || !event.sourceRef) return undefined
  const { sourceRef: actorRef, rootId } = event
  const snapshot = actorRef.getSnapshot() as Snapshot<unknown> | undefined
  if (!machineOf(actorRef) || snapshot?.status !== 'error') return undefined
  return { type: '@xstate.snapshot', rootId, actorRef, event: event.event, snapshot }
}
