import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject,
  InspectionEvent,
} from 'xstate'

/**
 * Lists the transitions that a machine declares.
 *
 * @param machine any machine
 * @returns a unique name for each
 */
export function transitionsOf(machine: AnyStateMachine): string[] {
  const visit = (node: AnyStateNode): string[] => [
    ...groupsOf(node).flatMap(([type, group]) =>
      group.map((_, index) => nameOf(node, type, index)),
    ),
    ...Object.values(node.states).flatMap(visit),
  ]
  return visit(machine.root)
}

/**
 * Records the transitions that running machines take, under the names of {@link transitionsOf}.
 *
 * @param event what an inspector observes
 * @param taken the names are added to it
 */
export function recordTransitions(event: InspectionEvent, taken: Set<string>): void {
  if (event.type === '@xstate.microstep') {
    for (const transition of event._transitions) taken.add(nameOfTaken(transition))
  }
  if (event.type === '@xstate.event') {
    // A machine that ends by throwing does not report its last step; its parent gets the error.
    const child = event.event.type.startsWith('xstate.error.') ? event.sourceRef : undefined
    const snapshot = child?.getSnapshot() as Partial<AnyMachineSnapshot> | undefined
    const lastEvent = child && lastEvents.get(child)
    const last = lastEvent && snapshot?.machine?.getTransitionData(snapshot as never, lastEvent)
    for (const transition of last ?? []) taken.add(nameOfTaken(transition))
    lastEvents.set(event.actorRef, event.event)
  }
}

const lastEvents = new WeakMap<object, EventObject>()

const names = new WeakMap<AnyTransitionDefinition, string>()

function nameOfTaken(transition: AnyTransitionDefinition): string {
  const known = names.get(transition)
  if (known !== undefined) return known
  const groups = groupsOf(transition.source)
  const [type, group] = groups.find(([, each]) => each.includes(transition))!
  const name = nameOf(transition.source, type, group.indexOf(transition))
  names.set(transition, name)
  return name
}

const nameOf = (node: AnyStateNode, type: string, index: number) =>
  `${node.id} on ${type} #${index}`

const groupsOf = (node: AnyStateNode): [string, unknown[]][] => [
  ...node.transitions,
  ['always', node.always ?? []],
]
