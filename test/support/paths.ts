import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  ExecutableActionsFrom,
} from 'xstate'
import {
  __unsafe_getAllOwnEventDescriptors as descriptorsOf,
  initialTransition,
  transition,
} from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import type { AuthError } from '../../services/error.ts'

/** One step of a path: the event, and the states it leads from and to. */
export interface Step {
  event: EventObject & Record<string, unknown>
  from: string
  to: string
  /** The model's `facts` after the step. */
  facts?: unknown
}

/** A way through a machine from its start. */
export interface Path {
  name: string
  steps: Step[]
}

/** What the paths of a machine are generated from. */
export interface Model {
  /** Tells it from another model of the same machine. */
  note?: string
  input?: unknown
  /**
   * The payloads to try for an event type; an event that is not listed has none. A `note` in a
   * payload describes it in the name of the path.
   */
  cases: Record<string, object[] | ((context: never) => object[])>
  /** Selects what of the context decides how the machine goes on. */
  facts(context: never): unknown
  /** Names the state of a snapshot. Default: its value. */
  stateOf?(snapshot: AnyMachineSnapshot): string
  /** Whether the event can happen in this context and state. Default: every event can. */
  canHappen?(type: string, context: never, value: unknown): boolean
}

/** A transition between two snapshots. */
export interface Edge {
  from: AnyMachineSnapshot
  event: Step['event']
  to: AnyMachineSnapshot
  actions: ExecutableActionsFrom<AnyStateMachine>[]
}

/**
 * Generates one path for every edge of a machine: the shortest way to each (state, facts), then each
 * event case it accepts there. No actor is started: done and error events stand for invoked actors.
 *
 * @param machine the machine as it is shipped
 * @param model its input and the events to try
 * @returns the paths, shortest first; none is the beginning of another
 */
export function edgePaths(machine: AnyStateMachine, model: Model): Path[] {
  const { input, facts, stateOf = nameOf } = model
  const key = keyIn(model)
  const paths = atTimeZero(() =>
    getShortestPaths(isolated(machine), {
      input: input as never,
      events: (snapshot: AnyMachineSnapshot) => eventsIn(snapshot, model),
      serializeState: (snapshot, event, previous) =>
        JSON.stringify([
          key(snapshot),
          event && previous ? [key(previous), labelOf(event as Step['event'])] : 'start',
        ]),
      limit: 100_000,
    }),
  )
  const seen = new Set<string>()
  return paths
    .map(({ steps }) =>
      steps.slice(1).map((step, index) => ({
        event: step.event as Step['event'],
        from: stateOf(steps[index]!.state),
        to: stateOf(step.state),
        facts: facts(step.state.context as never),
      })),
    )
    .toSorted((a, b) => a.length - b.length)
    .filter((steps) => {
      const last = steps.at(-1)
      const edge = last && `${last.from} ${labelOf(last.event)} ${last.to}`
      return edge && !seen.has(edge) && seen.add(edge)
    })
    .map((steps) => ({ name: steps.map(({ event }) => labelOf(event)).join(' → '), steps }))
    .filter(({ name }, _, all) => !all.some((other) => other.name.startsWith(`${name} →`)))
}

/**
 * Finds every edge that can be taken from the start of a machine.
 *
 * @param machine the machine as it is shipped
 * @param model its input and the events to try
 * @returns the edges in breadth-first order
 */
export const edgesOf = (machine: AnyStateMachine, model: Model): Edge[] =>
  atTimeZero(() => {
    const key = keyIn(model)
    const [start] = initialTransition(machine, model.input as never)
    const seen = new Set([key(start)])
    const edges: Edge[] = []
    for (const queue = [start]; queue.length > 0;) {
      const from = queue.shift()!
      if (from.status !== 'active') continue
      for (const event of eventsIn(from, model)) {
        const [to, actions] = transition(machine, from, event)
        edges.push({ from, event, to, actions })
        if (!seen.has(key(to))) queue.push(to)
        seen.add(key(to))
      }
    }
    return edges
  })

/**
 * Finds the states from which a machine cannot end.
 *
 * @param machine the machine as it is shipped
 * @param model its input and the events to try
 * @returns the keys of the states
 */
export function deadEnds(machine: AnyStateMachine, model: Model): string[] {
  const key = keyIn(model)
  const edges = edgesOf(machine, model)
  const ending = new Set(edges.filter(({ to }) => to.status !== 'active').map(({ to }) => key(to)))
  for (let before = -1; before < ending.size;) {
    before = ending.size
    for (const { from, to } of edges) if (ending.has(key(to))) ending.add(key(from))
  }
  return [...new Set(edges.map(({ from }) => key(from)))].filter((each) => !ending.has(each))
}

/** @returns the value of a snapshot as one word; of parallel regions one word each */
export const nameOf = ({ value }: Pick<AnyMachineSnapshot, 'value'>): string =>
  typeof value === 'string' ? value : Object.values(value).join(' × ')

/** @returns an event without its payload: `contact.submit`, `signIn fails with not_found` */
export function labelOf({ type, error, output, note }: Step['event']): string {
  const [, how, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? []
  if (note) return `${id ? `${id} ${how}` : type} (${note as string})`
  if (!id) return type
  if (how === 'error') return `${id} fails${error ? ` with ${(error as AuthError).code}` : ''}`
  const marks = Object.entries((output ?? {}) as object).filter(([, v]) => typeof v === 'boolean')
  return [`${id} done`, ...marks.map(([name, value]) => `${name} ${value}`)].join(' ')
}

/** Runs `explore` with the time of day at 0, as the models assume. */
function atTimeZero<T>(explore: () => T): T {
  const { now } = Date
  Date.now = () => 0
  try {
    return explore()
  } finally {
    Date.now = now
  }
}

/** The machine in a new actor system at every step, so that no system id is taken twice. */
const isolated = (machine: AnyStateMachine) =>
  Object.assign(Object.create(machine) as AnyStateMachine, {
    getInitialSnapshot: (_scope: unknown, input: unknown) => initialTransition(machine, input)[0],
    transition: (snapshot: AnyMachineSnapshot, event: EventObject) =>
      transition(machine, snapshot, event)[0],
  })

const keyIn =
  ({ facts }: Model) =>
  ({ value, status, context }: AnyMachineSnapshot) =>
    JSON.stringify([value, status, facts(context as never)])

/** The events to try in the state of a snapshot. */
function eventsIn(snapshot: AnyMachineSnapshot, { cases, canHappen }: Model): Step['event'][] {
  const { context, value } = snapshot
  const payloads = (type: string) => {
    const given = cases[type] ?? [{}]
    return typeof given === 'function' ? given(context as never) : given
  }
  return descriptorsOf(snapshot)
    .filter((type) => canHappen?.(type, context as never, value) ?? true)
    .flatMap((type) => payloads(type).map((payload) => ({ type, ...payload })))
}
