import type { AnyActor, AnyActorScope, AnyMachineSnapshot, AnyStateMachine } from 'xstate'

/**
 * Makes a copy of a machine that starts from a persisted snapshot, or from the beginning if the
 * machine cannot read it. XState takes a snapshot for a root actor only, not for a child:
 * {@link https://github.com/statelyai/xstate/discussions/4463}.
 *
 * @param snapshot what `getPersistedSnapshot` returned for an actor of this machine
 */
export function resumed<M extends AnyStateMachine>(machine: M, snapshot: object): M {
  return Object.assign(Object.create(machine) as M, {
    getInitialSnapshot(scope: AnyActorScope) {
      try {
        const restored = machine.restoreSnapshot(snapshot as never, scope)
        if (restored.status === 'active' && isComplete(restored)) return restored
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
