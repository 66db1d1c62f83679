import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  initialTransition,
  transition,
} from 'xstate'

/**
 * Returns a machine as logic for tools that search paths: the `TestModel` of `@xstate/test` 1.0.0-beta.5 and
 * of `xstate/graph`, and `getShortestPaths`. Every step is a pure transition in an actor system of its
 * own, so that no system id is taken twice and no actor is started.
 *
 * @param machine any machine of this package, or one of your own
 * @param input what the machine starts with, for tools that pass no input, as `@xstate/test`
 *
 * @example
 *   import { TestModel } from 'xstate/graph'
 *   const paths = new TestModel(testLogic(signIn), { events }).getShortestPaths()
 */
export function testLogic<M extends AnyStateMachine>(machine: M, input?: object): M {
  return Object.assign(Object.create(machine) as M, {
    getInitialSnapshot: (_scope: unknown, given: unknown) =>
      initialTransition(machine, (given ?? input) as never)[0],
    transition: (snapshot: AnyMachineSnapshot, event: EventObject) =>
      transition(machine as AnyStateMachine, snapshot, event)[0],
  })
}
