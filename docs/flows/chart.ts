/** A machine as its pictures and tables need it: states, and the ways between them. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** `asking`: a person moves next. `busy`: the machine does. `passing`: it decides and goes on. */
export type Kind = 'asking' | 'busy' | 'passing' | 'resting' | 'final' | 'failed' | 'anywhere'

export interface State {
  /** As in a snapshot's `_nodes`, such as `signIn.askingAccount`. */
  id: string
  name: string
  kind: Kind
  tags: string[]
  /** The actors that run in it; `machine` when the journey goes on in a chart of its own. */
  runs: { id: string; src: string; machine?: string }[]
  /** The child it begins in. None: all of them at once. */
  initial?: string
  states: State[]
}

export interface Label {
  event: string
  guard?: string
  /** Where it stands in the machine. */
  order: number
}

/** All the ways from one state to another. */
export interface Way {
  from: string
  to: string
  labels: Label[]
  /** Nothing but failures lead along it. */
  isFailure: boolean
}

export interface Chart {
  root: State
  ways: Way[]
  /** What is taken without leaving the state. */
  stays: { in: string; label: Label }[]
  /** What a state shields itself from, though it is taken everywhere else. */
  ignored: { in: string; label: Label }[]
}

/** Stands for every state of a region, where an event is taken in all of them. */
export const anywhere = (id: string) => `${id}.*`

export function chartOf(machine: AnyStateMachine): Chart {
  const ways = new Map<string, Way>()
  const stays: Chart['stays'] = []
  const ignored: Chart['ignored'] = []
  let order = 0
  const visit = (node: AnyStateNode): State => {
    const groups = [...node.transitions, ['', node.always ?? []] as const]
    const children = Object.values(node.states).map(visit)
    const from = children.length > 0 ? anywhere(node.id) : node.id
    const known = ways.size
    for (const [event, group] of groups) {
      for (const transition of group) {
        const guard = guardOf(transition, group)
        const label = { event: wordOf(event, node), guard, order: order++ }
        const [target] = transition.target ?? []
        if (target) add(ways, from, target.id, label, event.startsWith('xstate.error.'))
        else (transition.actions.length > 0 ? stays : ignored).push({ in: from, label })
      }
    }
    if (ways.size > known && children.length > 0) {
      const pill = { id: from, name: 'anywhere', kind: 'anywhere', tags: [], runs: [], states: [] }
      children.unshift(pill as State)
    }
    return {
      id: node.id,
      name: node.key,
      kind: kindOf(node),
      tags: node.tags,
      runs: node.invoke.map(({ id, src }) => ({ id, ...actorOf(machine, src as string) })),
      initial: node.type === 'compound' ? node.initial.target[0]?.id : undefined,
      states: children,
    }
  }
  return { root: visit(machine.root), ways: [...ways.values()], stays, ignored }
}

function add(ways: Map<string, Way>, from: string, to: string, label: Label, fails: boolean) {
  const key = `${from} ${to}`
  const way = ways.get(key) ?? { from, to, labels: [], isFailure: true }
  way.labels.push(label)
  way.isFailure &&= fails
  ways.set(key, way)
}

function kindOf({ type, entry, always, tags }: AnyStateNode): Kind {
  if (type === 'final') return 'final'
  if (entry.some((action) => action === 'fail')) return 'failed'
  if (always) return 'passing'
  if (tags.includes('busy')) return 'busy'
  return tags.includes('asking') || tags.includes('captcha') ? 'asking' : 'resting'
}

/** What runs under this name, and its machine, unless that is the one call to the server. */
function actorOf(machine: AnyStateMachine, src: string): { src: string; machine?: string } {
  const logic = machine.implementations.actors[src] as { id?: string } | undefined
  return logic?.id && logic.id !== 'request' ? { src, machine: logic.id } : { src }
}

/** The event as one reads it: `done` and `fails` of the one actor that runs, else which one. */
function wordOf(event: string, { invoke }: AnyStateNode): string {
  const [, how, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  if (!how) return event
  const word = how === 'done' ? 'done' : 'fails'
  return invoke.length === 1 ? word : `${id} ${word}`
}

type Guard = { type: string; params?: { name?: string } } | ((args: never) => boolean)

function guardOf(
  { guard }: AnyTransitionDefinition,
  group: readonly AnyTransitionDefinition[],
): string | undefined {
  const [first, ...rest] = group.map(({ target }) => target?.[0])
  // Whatever is decided, it leads to the same state.
  if (rest.every((target) => target && target === first) && !group.at(-1)!.guard) return undefined
  if (!guard) return 'else'
  const given = guard as Guard | string
  if (typeof given === 'string') return given
  if (typeof given === 'function') return given.name
  return [given.type, given.params?.name].filter(Boolean).join(' ')
}

/** `code.resend [canResend]` */
export const textOf = ({ event, guard }: Pick<Label, 'event' | 'guard'>): string =>
  [event, guard && `[${guard}]`].filter(Boolean).join(' ')
