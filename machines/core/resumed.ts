import type { AnyActor, AnyActorScope, AnyMachineSnapshot, AnyStateMachine } from 'xstate'

/**
 * Makes a copy of a machine that starts from a persisted snapshot, or from the beginning if the
 * machine cannot read it or was not at rest. XState takes a snapshot for a root actor only, not for a child:
 * {@link https://github.com/statelyai/xstate/discussions/4463}.
 *
 * @param snapshot what `getPersistedSnapshot` returned for an actor of this machine
 */
export function resumed<M extends AnyStateMachine>(machine: M, snapshot: object): M {
  return Object.assign(Object.create(machine) as M, {
    getInitialSnapshot(scope: AnyActorScope) {
      try {
        const restored = machine.restoreSnapshot(snapshot as never, scope)
        if (isComplete(restored) && isAtRest(restored)) return restored
      } catch {
        // It is not a snapshot of this machine.
      }
      return machine.getInitialSnapshot(scope)
    },
  })
}

/** Whether the context is there, and a child for everything that the active states invoke. */
function isComplete({ context, children, _nodes }: AnyMachineSnapshot): boolean {
  return (
    Object(context) === context &&
    _nodes.every(({ invoke }) => invoke.every(({ id, src }) => children[id]?.src === src)) &&
    Object.values(children as Record<string, AnyActor>).every((child) => {
      const snapshot = child.getSnapshot() as object
      return (
        !('root' in child.logic) ||
        ('_nodes' in snapshot && isComplete(snapshot as AnyMachineSnapshot))
      )
    })
  )
}

/**
 * Checks whether nothing but the user makes a flow go on: it asks for something or waits at a captcha,
 * and so do its parts. A call in flight is not at rest, as it would be sent again when restored.
 */
export function isAtRest({ status, tags, children, _nodes }: AnyMachineSnapshot): boolean {
  const invoked = _nodes.flatMap(({ invoke }) => invoke.map(({ id }) => id))
  const actors = Object.entries(children as Record<string, AnyActor>).filter(
    ([, child]) => (child.getSnapshot() as AnyMachineSnapshot).status === 'active',
  )
  const parts = actors.filter(([, { logic }]) => 'root' in logic)
  const isAsking = tags.has('asking') || tags.has('captcha') || parts.length > 0
  return (
    status === 'active' &&
    isAsking &&
    actors.every(([id, child]) =>
      'root' in child.logic
        ? isAtRest(child.getSnapshot() as AnyMachineSnapshot)
        : invoked.includes(id),
    )
  )
}
