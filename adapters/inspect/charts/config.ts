import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { MachineConfig, TransitionConfig } from '../trace.ts'

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
 * Exports a state node as a plain XState config: names, tags, targets, guards and the names of
 * actions, no functions.
 *
 * @param node the root of a machine
 */
export function configOf(node: AnyStateNode): MachineConfig {
  const { id, key, type, initial, tags, entry, states, transitions, invoke, machine } = node
  const always = node.always ?? []
  const on = [...transitions].map(([event, group]) => [event, group.map(transitionOf)])
  const children = Object.entries(states).map(([name, child]) => [name, configOf(child)])
  return {
    ...(node.parent ? { key } : {}),
    id,
    ...(type === 'compound' && { initial: initial.target[0]!.key }),
    ...(type !== 'compound' && type !== 'atomic' && { type }),
    ...(tags.length > 0 && { tags }),
    ...(entry.length > 0 && { entry: entry.map(nameOf) }),
    ...(invoke.length > 0 && {
      invoke: invoke.map(({ id, src }) => ({ id, ...actorOf(machine, src) })),
    }),
    ...(on.length > 0 && { on: Object.fromEntries(on) as Record<string, TransitionConfig[]> }),
    ...(always.length > 0 && { always: always.map(transitionOf) }),
    ...(children.length > 0 && {
      states: Object.fromEntries(children) as Record<string, MachineConfig>,
    }),
  }
}

function actorOf(machine: AnyStateMachine, source: unknown) {
  const src = typeof source === 'string' ? source : 'inline'
  const logic = machine.implementations.actors[src] as { id?: string } | undefined
  return { src, ...(logic?.id !== undefined && { machine: logic.id }) }
}

function transitionOf({ target, guard, actions }: AnyTransitionDefinition): TransitionConfig {
  return {
    ...(target && { target: target.map(({ id }) => `#${id}`) }),
    ...(guard !== undefined && { guard: guardOf(guard as Named) }),
    ...(actions.length > 0 && { actions: actions.map(nameOf) }),
  }
}

type Named = string | { type?: string; params?: { name?: string } } | ((args: never) => unknown)

function guardOf(guard: Named): string {
  if (typeof guard === 'string') return guard
  if (typeof guard === 'function') return guard.name || 'guard'
  return [guard.type ?? 'guard', guard.params?.name].filter(Boolean).join(' ')
}

/** Returns the name of an action; built-in ones are named `xstate.assign` and the like. */
export function nameOf(action: unknown): string {
  if (typeof action === 'string') return action
  const { type, name } = action as { type?: string; name?: string }
  return type ?? (name || '(anonymous)')
}
