import type { AnyStateMachine, AnyStateNode } from 'xstate'

/**
 * Returns the machine an actor runs, or `undefined` for a promise, a callback or a timer.
 *
 * @param actorRef the actor as XState's inspection events carry it
 */
export function machineOf(actorRef: object): AnyStateMachine | undefined {
  const { logic } = actorRef as { logic?: object }
  return logic && 'root' in logic ? (logic as AnyStateMachine) : undefined
}

/**
 * Exports a state node as a plain XState config: names, tags, targets and guards, no functions.
 *
 * @param node the root of a machine
 */
export function chartOf(node: AnyStateNode): object {
  const { id, key, type, initial, tags, states, transitions, always = [], invoke } = node
  const on = [...transitions].map(([event, group]) => [event, group.map(transitionOf)])
  const children = Object.entries(states).map(([name, child]) => [name, chartOf(child)])
  return {
    ...(node.parent ? { key } : {}),
    id,
    ...(type === 'compound' && { initial: initial.target[0]!.key }),
    ...(type !== 'compound' && type !== 'atomic' && { type }),
    ...(tags.length > 0 && { tags }),
    ...(invoke.length > 0 && { invoke: invoke.map(({ id, src }) => ({ id, src })) }),
    ...(on.length > 0 && { on: Object.fromEntries(on) }),
    ...(always.length > 0 && { always: always.map(transitionOf) }),
    ...(children.length > 0 && { states: Object.fromEntries(children) }),
  }
}

function transitionOf({ target, guard }: { target?: readonly AnyStateNode[]; guard?: unknown }) {
  const { type = 'guard' } = (guard ?? {}) as { type?: string }
  return {
    ...(target && { target: target.map(({ id }) => `#${id}`) }),
    ...(guard !== undefined && { guard: typeof guard === 'string' ? guard : type }),
  }
}
