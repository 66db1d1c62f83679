import type { AnyActor, AnyActorScope, AnyMachineSnapshot, AnyStateMachine } from 'xstate'

/** Given to a flow as its input: go on from this snapshot instead of beginning. */
export class Resumption {
  readonly snapshot: object

  constructor(snapshot: object) {
    this.snapshot = snapshot
  }
}

const made = new WeakMap<AnyStateMachine, AnyStateMachine>()

/** A machine that can be invoked where it was cut. A snapshot it cannot read starts it fresh. */
export function resumable<M extends AnyStateMachine>(machine: M): M {
  if (!made.has(machine)) made.set(machine, make(machine))
  return made.get(machine) as M
}

function make<M extends AnyStateMachine>(machine: M): M {
  return Object.assign(Object.create(machine) as M, {
    getInitialSnapshot(scope: AnyActorScope, input: unknown) {
      if (!(input instanceof Resumption)) return machine.getInitialSnapshot(scope, input)
      try {
        const snapshot = machine.restoreSnapshot(input.snapshot as never, scope)
        if (snapshot.status === 'active' && isWhole(snapshot)) return snapshot
      } catch {
        // Not a snapshot of this machine.
      }
      return machine.getInitialSnapshot(scope)
    },
  })
}

/** With its context, and with whatever its states invoke, each come back as what it was. */
function isWhole({ context, children, _nodes }: AnyMachineSnapshot): boolean {
  return (
    Object(context) === context &&
    _nodes.every(({ invoke }) => invoke.every(({ id, src }) => children[id]?.src === src)) &&
    Object.values(children as Record<string, AnyActor>).every((child) => {
      const snapshot = child.getSnapshot() as object
      return (
        !('root' in child.logic) ||
        ('_nodes' in snapshot && isWhole(snapshot as AnyMachineSnapshot))
      )
    })
  )
}
