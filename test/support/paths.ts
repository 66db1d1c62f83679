import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
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

/** What there is to call. */
export * as paperApi from '../../services/http/endpoints.ts'

/** For machines that are looked at, not run: time stands still at 0. */
export function onPaper<T>(look: () => T): T {
  const { now } = Date
  Date.now = () => 0
  try {
    return look()
  } finally {
    Date.now = now
  }
}

/** One step of a path: the event, and the state it is taken in and leads to. */
export interface Step {
  event: EventObject & Record<string, unknown>
  from: string
  to: string
  /** What the model's `facts` are once the step is done. */
  facts?: unknown
}

export interface Path {
  name: string
  steps: Step[]
}

export interface Model {
  /** Tells it from another model of the same machine. */
  note?: string
  input?: unknown
  /**
   * The payloads worth trying for an event type; an event not named here has none. A `note` in one
   * says in the path's name what it is about.
   */
  cases: Record<string, object[] | ((context: never) => object[])>
  /** What of the context decides how the machine goes on. */
  facts(context: never): unknown
  /** Names the place a snapshot is at. Default: its state. */
  place?(snapshot: AnyMachineSnapshot): string
  /** Leaves out what cannot happen in this context and state. Default: nothing. */
  happens?(type: string, context: never, value: unknown): boolean
}

/**
 * One path for every edge of the production machine: the shortest way to each (state, facts), then
 * each event case it listens to there. Nothing is started: invoked actors are stood in for by
 * their done and error events.
 */
export function edgePaths(machine: AnyStateMachine, model: Model): Path[] {
  const { input, facts, place = nameOf } = model
  const state = keyIn(model)
  const paths = onPaper(() =>
    getShortestPaths(forgetful(machine), {
      input: input as never,
      events: (snapshot: AnyMachineSnapshot) => eventsIn(snapshot, model),
      serializeState: (snapshot, event, previous) =>
        JSON.stringify([
          state(snapshot),
          event && previous ? [state(previous), labelOf(event as Step['event'])] : 'start',
        ]),
      limit: 100_000,
    }),
  )
  const seen = new Set<string>()
  return paths
    .map(({ steps }) =>
      steps.slice(1).map((step, index) => ({
        event: step.event as Step['event'],
        from: place(steps[index]!.state),
        to: place(step.state),
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

/** Its value as one word; of parallel regions one each. */
export const nameOf = ({ value }: Pick<AnyMachineSnapshot, 'value'>): string =>
  typeof value === 'string' ? value : Object.values(value).join(' × ')

/** The machine in a world of its own at every step, so that no actor is there twice. */
const forgetful = (machine: AnyStateMachine) =>
  Object.assign(Object.create(machine) as AnyStateMachine, {
    getInitialSnapshot: (_scope: unknown, input: unknown) => initialTransition(machine, input)[0],
    transition: (snapshot: AnyMachineSnapshot, event: EventObject) =>
      transition(machine, snapshot, event)[0],
  })

/** `signIn fails with not_found`, `contact.submit`: what a reader of the report needs, no payloads. */
export function labelOf({ type, error, output, note }: Step['event']): string {
  const [, how, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? []
  if (note) return `${id ? `${id} ${how}` : type} (${note as string})`
  if (!id) return type
  if (how === 'error') return `${id} fails${error ? ` with ${(error as AuthError).code}` : ''}`
  const marks = Object.entries((output ?? {}) as object).filter(([, v]) => typeof v === 'boolean')
  return [`${id} done`, ...marks.map(([name, value]) => `${name} ${value}`)].join(' ')
}

/** Every transition a machine declares, each under a name that tells it from its siblings. */
export function transitionsOf(machine: AnyStateMachine): string[] {
  const visit = (node: AnyStateNode): string[] => [
    ...groupsOf(node).flatMap(([type, group]) => group.map((_, index) => name(node, type, index))),
    ...Object.values(node.states).flatMap(visit),
  ]
  return visit(machine.root)
}

/** The same name for a transition a running machine has just taken. */
export function nameOfTaken(transition: AnyTransitionDefinition): string {
  const groups = groupsOf(transition.source)
  const [type, group] = groups.find(([, each]) => each.includes(transition))!
  return name(transition.source, type, group.indexOf(transition))
}

const name = (node: AnyStateNode, type: string, index: number) => `${node.id} on ${type} #${index}`

const groupsOf = (node: AnyStateNode): [string, unknown[]][] => [
  ...node.transitions,
  ['always', node.always ?? []],
]

/** What tells two snapshots apart. */
export const keyIn =
  ({ facts }: Model) =>
  ({ value, status, context }: AnyMachineSnapshot) =>
    JSON.stringify([value, status, facts(context as never)])

export interface Edge {
  from: AnyMachineSnapshot
  event: Step['event']
  to: AnyMachineSnapshot
  actions: ExecutableActionsFrom<AnyStateMachine>[]
}

/** Every edge that can be taken from the beginning, whatever is said and answered. */
export const edgesOf = (machine: AnyStateMachine, model: Model): Edge[] =>
  onPaper(() => findEdges(machine, model))

function findEdges(machine: AnyStateMachine, model: Model): Edge[] {
  const { input } = model
  const key = keyIn(model)
  const [start] = initialTransition(machine, input as never)
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
}

/** What can be said to a machine, or answered, where it stands. */
function eventsIn(snapshot: AnyMachineSnapshot, { cases, happens }: Model): Step['event'][] {
  const { context, value } = snapshot
  const payloads = (type: string) => {
    const given = cases[type] ?? [{}]
    return typeof given === 'function' ? given(context as never) : given
  }
  return descriptorsOf(snapshot)
    .filter((type) => happens?.(type, context as never, value) ?? true)
    .flatMap((type) => payloads(type).map((payload) => ({ type, ...payload })))
}
