/** Reduces a machine to what its picture and tables show: states, and the edges between them. */
import type { MachineConfig, TransitionConfig } from '../trace.ts'
import { last } from '../../../services/lists.ts'

/**
 * What a state does: `asking` waits for the user, `busy` works, `transient` leaves at once, `resting`
 * waits for other events, `final` and `failed` end the machine. `anywhere` stands for all states of a
 * group.
 */
export type Kind = 'asking' | 'busy' | 'transient' | 'resting' | 'final' | 'failed' | 'anywhere'

/** A state of a machine, with the states inside it. */
export interface State {
  /** The id of the state node, such as `signIn.askingAccount`. */
  id: string
  name: string
  kind: Kind
  tags: string[]
  /** The actors it invokes; `machine` names the chart of one that is a machine. */
  invokes: { id: string; src: string; machine?: string }[]
  /** The id of its initial state; absent in a parallel state. */
  initial?: string
  states: State[]
}

/** The event and guard of a transition. */
export interface Label {
  event: string
  guard?: string
  /** Its position in the machine's source. */
  order: number
}

/** All transitions from one state to another. */
export interface Edge {
  from: string
  to: string
  labels: Label[]
  /** All of them are error transitions. */
  isFailure: boolean
}

/** A machine as states and edges. */
export interface Chart {
  root: State
  edges: Edge[]
  /** Transitions that run actions without leaving the state. */
  internal: { in: string; label: Label }[]
  /** Transitions that make a state ignore an event its parent would take. */
  forbidden: { in: string; label: Label }[]
}

/** Returns the id that stands for every state of a group. */
export const anywhere = (id: string): string => `${id}.*`

/** Creates the chart of a machine from its exported config. */
export function chartOf(machine: MachineConfig): Chart {
  const edges = new Map<string, Edge>()
  const internal: Chart['internal'] = []
  const forbidden: Chart['forbidden'] = []
  let order = 0
  const toState = (config: MachineConfig, key: string): State => {
    const { id, invoke = [], tags = [], type, initial } = config
    const groups = [...Object.entries(config.on ?? {}), ['', config.always ?? []] as const]
    const children = Object.entries(config.states ?? {}).map(([name, child]) =>
      toState(child, name),
    )
    const from = children.length > 0 ? anywhere(id) : id
    const edgesBefore = edges.size
    for (const [event, group] of groups) {
      for (const transition of group) {
        const guard = guardOf(transition, group)
        const label = { event: eventLabel(event, invoke.length), guard, order: order++ }
        const target = transition.target?.[0]?.replace(/^#/, '')
        if (target) addLabel(edges, from, target, label, event.startsWith('xstate.error.'))
        else (transition.actions ? internal : forbidden).push({ in: from, label })
      }
    }
    if (edges.size > edgesBefore && children.length > 0) {
      const state = { id: from, name: 'anywhere', kind: 'anywhere', tags: [] }
      children.unshift({ ...state, invokes: [], states: [] } as State)
    }
    const first = type === 'parallel' ? undefined : initial
    return {
      id,
      name: key,
      kind: kindOf(config),
      tags,
      // Nearly every state invokes a request: its chart is not named.
      invokes: invoke.map(({ machine, ...actor }) => ({
        ...actor,
        ...(machine !== undefined && machine !== 'request' && { machine }),
      })),
      initial: first === undefined ? undefined : config.states?.[first]?.id,
      states: children,
    }
  }
  const root = toState(machine, machine.id)
  return { root, edges: [...edges.values()], internal, forbidden }
}

function addLabel(
  edges: Map<string, Edge>,
  from: string,
  to: string,
  label: Label,
  isFailure: boolean,
) {
  const key = `${from} ${to}`
  const edge = edges.get(key) ?? { from, to, labels: [], isFailure: true }
  edge.labels.push(label)
  edge.isFailure &&= isFailure
  edges.set(key, edge)
}

function kindOf({ type, entry = [], always, tags = [] }: MachineConfig): Kind {
  if (type === 'final') return 'final'
  if (entry.includes('fail')) return 'failed'
  if (always) return 'transient'
  if (tags.includes('busy')) return 'busy'
  return tags.includes('asking') || tags.includes('captcha') ? 'asking' : 'resting'
}

/** `onDone` or `onError` for an event of an invoked actor, with its id where there are several. */
function eventLabel(event: string, actors: number): string {
  const [, outcome, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  if (!outcome) return event
  const label = outcome === 'done' ? 'onDone' : 'onError'
  return actors === 1 ? label : `${id} ${label}`
}

function guardOf({ guard }: TransitionConfig, group: readonly TransitionConfig[]) {
  const [first, ...rest] = group.map(({ target }) => target?.[0])
  // The guards only choose actions: every transition leads to the same state.
  if (rest.every((target) => target && target === first) && !last(group)!.guard) return undefined
  return guard ?? 'else'
}

/** Formats a label as `code.resend [canResend]`. */
export const textOf = ({ event, guard }: Pick<Label, 'event' | 'guard'>): string =>
  [event, guard && `[${guard}]`].filter(Boolean).join(' ')
