import { type Inspector, inspector } from './inspector.ts'
import type { MachineConfig, TracedActor, TracedSnapshot, TraceStep } from './trace.ts'

/** The part of a `@statelyai/inspect` inspector that is used. On a server it has no `inspect`. */
export interface Stately {
  inspect?: { next?: (event: never) => void }
}

/** An inspector for `createAuth` that forwards to one of `@statelyai/inspect`. */
export interface StatelyInspector extends Inspector {
  /**
   * Forwards to this Stately inspector from now on, beginning with the running actors and their
   * current snapshots. Use it for a window that opens long after the client has started.
   *
   * @param stately the new target; without one, forwarding stops
   */
  attach(stately?: Stately): void
}

/**
 * Creates an inspector that forwards redacted steps to `@statelyai/inspect`, whose inspectors show
 * them in Stately's window or through any of its adapters. Stately receives proxies of the actors,
 * which hold nothing but what the trace holds.
 *
 * @param stately the target; without one, nothing is forwarded until `attach`
 * @example
 *   import { createBrowserInspector } from '@statelyai/inspect'
 *   const inspect = statelyInspector()
 *   createAuth({ env, flows, inspect })
 *   // Browsers block windows that are not opened by a click.
 *   button.onclick = () => inspect.attach(createBrowserInspector())
 */
export function statelyInspector(stately?: Stately): StatelyInspector {
  let target = stately
  const charts = new Map<string, MachineConfig>()
  /** The running actors by `sessionId`, parents first. */
  const running = new Map<string, ActorProxy>()

  const createProxy = ({ id, sessionId, root, parent, machine }: TracedActor): ActorProxy => {
    const proxy: ActorProxy = {
      id,
      sessionId,
      root,
      _parent: parent === undefined ? undefined : running.get(parent),
      logic: machine === undefined ? undefined : { config: charts.get(machine) },
      snapshot: { status: 'active' },
      getSnapshot: () => proxy.snapshot,
    }
    return proxy
  }

  const forward = (type: TraceStep['type'], actorRef: ActorProxy, details?: object) => {
    const event = { ...details, type: `@xstate.${type}`, rootId: actorRef.root, actorRef }
    target?.inspect?.next?.(event as never)
  }

  const observer = inspector((trace) => {
    if (trace.type === 'machine') return void charts.set(trace.machine, trace.chart)
    if (!('actor' in trace)) return
    const { n, at, type, actor, ...details } = trace
    const { sessionId } = actor
    const proxy = running.get(sessionId) ?? createProxy(actor)
    if (type === 'actor') running.set(sessionId, proxy)
    if (trace.type === 'snapshot') {
      proxy.snapshot = trace.snapshot
      if (trace.snapshot.status !== 'active') running.delete(sessionId)
    }
    const sourceRef = trace.type === 'event' && trace.source && { sessionId: trace.source }
    forward(type, proxy, { ...details, sourceRef })
  })

  return Object.assign(observer, {
    attach(next?: Stately) {
      target = next
      for (const proxy of running.values()) forward('actor', proxy)
    },
  })
}

/** What Stately reads of an actor. */
interface ActorProxy {
  id: string
  sessionId: string
  root: string
  _parent?: ActorProxy
  logic?: { config?: object }
  snapshot: TracedSnapshot
  getSnapshot(): TracedSnapshot
}
