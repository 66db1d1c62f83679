import { type Inspector, inspector } from './inspector.ts'
import type {
  MachineConfig,
  TracedActor,
  TracedEvent,
  TracedSnapshot,
  TransitionConfig,
} from './trace.ts'

/** An inspector for `createAuth` that speaks the protocol of `@xstate/inspect` 0.8. */
export interface LegacyInspector extends Inspector {
  /** Takes a message of the receiver. The running actors are sent when it says that it is ready. */
  receive(message: unknown): void
}

interface LegacyMessage {
  type: 'service.register' | 'service.event' | 'service.state' | 'service.stop'
  sessionId: string
}

/**
 * Creates an inspector that sends to a receiver of `@xstate/inspect` 0.8, such as its
 * `createWebSocketReceiver` or `createWindowReceiver`. Those read XState 4: charts and states are
 * converted. Nothing is sent before the receiver has said that it is ready, because it throws on the
 * state of an actor that it does not know.
 *
 * @param send sends a message, as JSON or by `postMessage`
 * @see https://github.com/statelyai/xstate/tree/main/packages/xstate-inspect
 * @example
 *   const inspect = legacyInspector((message) => socket.send(JSON.stringify(message)))
 *   socket.onmessage = ({ data }) => inspect.receive(JSON.parse(data))
 *   createAuth({ env, flows, inspect })
 */
export function legacyInspector(send: (message: LegacyMessage) => void): LegacyInspector {
  const charts = new Map<string, string>()
  /** The message that registers each running actor as it is now. */
  const running = new Map<string, LegacyMessage>()
  let isReady = false
  const post = (message: LegacyMessage) => {
    if (isReady) send(message)
  }

  const observer = inspector((entry) => {
    if (entry.type === 'machine') {
      return void charts.set(
        entry.machine,
        JSON.stringify({ ...toVersion4(entry.chart), predictableActionArguments: true }),
      )
    }
    // A promise has no chart.
    if (!('actor' in entry) || entry.actor.machine === undefined) return
    const { actor } = entry
    const { sessionId, machine } = actor
    if (entry.type === 'event' && running.has(sessionId)) {
      const event = JSON.stringify(toScxml(entry.event, entry.source))
      post({ type: 'service.event', sessionId, event } as LegacyMessage)
    }
    if (entry.type !== 'snapshot') return
    const state = JSON.stringify(toState(entry.snapshot, entry.event, sessionId))
    const registration = registrationOf(actor, charts.get(machine!)!, state)
    const isKnown = running.has(sessionId)
    running.set(sessionId, registration)
    post(isKnown ? ({ type: 'service.state', sessionId, state } as LegacyMessage) : registration)
    if (entry.snapshot.status === 'active') return
    running.delete(sessionId)
    post({ type: 'service.stop', sessionId })
  })

  return Object.assign(observer, {
    receive(message: unknown) {
      if ((message as { type?: string } | null)?.type !== 'xstate.inspecting') return
      isReady = true
      for (const registration of running.values()) send(registration)
    },
  })
}

function registrationOf(
  { id, systemId, sessionId, parent }: TracedActor,
  machine: string,
  state: string,
) {
  const name = systemId ?? id
  const message = { type: 'service.register', machine, state, id: name, sessionId }
  return { ...message, ...(parent !== undefined && { parent }) } as LegacyMessage
}

/** Converts a chart to a config of XState 4, where guards are `cond`. */
function toVersion4({ invoke, on, always, states, entry, ...rest }: MachineConfig): object {
  const toTransitions = (group: TransitionConfig[]) =>
    group.map(({ target, guard }) => ({
      ...(target && { target }),
      ...(guard !== undefined && { cond: guard }),
    }))
  const mapped = <T, R>(record: Record<string, T>, change: (value: T) => R) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
  return {
    ...rest,
    ...(invoke && { invoke: invoke.map(({ id, src }) => ({ id, src })) }),
    ...(on && { on: mapped(on, toTransitions) }),
    ...(always && { always: toTransitions(always) }),
    ...(states && { states: mapped(states, toVersion4) }),
  }
}

const toScxml = (event: TracedEvent, origin?: string) => ({
  name: event.type,
  data: event,
  $$type: 'scxml',
  type: 'external',
  ...(origin !== undefined && { origin, sessionid: origin }),
})

/** Converts a snapshot to the JSON of a `State` of XState 4. */
const toState = (
  { value, context = {}, status, tags = [] }: TracedSnapshot,
  event: TracedEvent,
  sessionId: string,
) => ({
  value,
  context,
  event,
  _event: toScxml(event),
  _sessionid: sessionId,
  actions: [],
  activities: {},
  meta: {},
  events: [],
  configuration: [],
  transitions: [],
  children: {},
  done: status === 'done',
  tags,
  changed: true,
})
