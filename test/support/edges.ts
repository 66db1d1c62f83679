import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  ExecutableActionsFrom,
} from 'xstate'
import { __unsafe_getAllOwnEventDescriptors as descriptorsOf, transition } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { testLogic } from '../../adapters/testing/index.ts'

type Event = EventObject & Record<string, unknown>

/** What the edges of one machine are found with. */
export interface EdgeModel {
  input?: unknown
  /** The payloads to try for an event type; an event that is not listed has none. */
  cases: Record<string, object[]>
  /** Selects what of the context decides how the machine goes on. */
  facts(context: never): unknown
  /** Whether the event can happen. Default: every event can. */
  canHappen?(type: string): boolean
}

/** A transition between two snapshots. */
export interface Edge {
  from: AnyMachineSnapshot
  event: Event
  to: AnyMachineSnapshot
  actions: ExecutableActionsFrom<AnyStateMachine>[]
}

/**
 * Finds every edge that can be taken from the start of a machine, by pure transitions: no actor is
 * started, and done and error events stand for invoked actors. The time of day is 0.
 */
export function edgesOf(machine: AnyStateMachine, model: EdgeModel): Edge[] {
  const { input, cases, facts, canHappen = () => true } = model
  const { now } = Date
  Date.now = () => 0
  try {
    const eventsIn = (snapshot: AnyMachineSnapshot): Event[] =>
      (descriptorsOf(snapshot) as string[])
        .filter(canHappen)
        .flatMap((type) => (cases[type] ?? [{}]).map((payload) => ({ type, ...payload })))
    const map = getAdjacencyMap(testLogic(machine), {
      input: input as never,
      events: eventsIn as never,
      serializeState: ({ value, status, context }: AnyMachineSnapshot) =>
        JSON.stringify([value, status, facts(context as never)]),
      limit: 100_000,
    })
    return Object.values(map).flatMap(({ state, transitions }) =>
      Object.values(transitions as Record<string, { event: Event }>).map(({ event }) => {
        const [to, actions] = transition(machine, state, event as never)
        return { from: state, event, to, actions } as Edge
      }),
    )
  } finally {
    Date.now = now
  }
}

/** @returns the value of a snapshot as one word; of parallel regions one word each */
export const nameOf = ({ value }: Pick<AnyMachineSnapshot, 'value'>): string =>
  typeof value === 'string' ? value : Object.values(value).join(' × ')
