import type { AnyActorScope, AnyStateMachine } from 'xstate'

/** Given to a flow as its input: go on from this snapshot instead of beginning. */
export class Resumption {
  readonly snapshot: object

  constructor(snapshot: object) {
    this.snapshot = snapshot
  }
}

/** A machine that can be invoked where it was cut. A snapshot it cannot read starts it fresh. */
export function resumable<M extends AnyStateMachine>(machine: M): M {
  return Object.assign(Object.create(machine) as M, {
    getInitialSnapshot(scope: AnyActorScope, input: unknown) {
      if (!(input instanceof Resumption)) return machine.getInitialSnapshot(scope, input)
      try {
        return machine.restoreSnapshot(input.snapshot as never, scope)
      } catch {
        return machine.getInitialSnapshot(scope)
      }
    },
  })
}
