import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type AnyActorRef,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  createActor,
  StateMachine,
} from 'xstate'
import { request } from '../../machines/request.ts'
import { Resumption } from '../../machines/resumable.ts'
import { type Flow, type Flows, session } from '../../machines/session.ts'
import { paperApi } from '../support/paths.ts'

const folder = new URL('../../machines/', import.meta.url)
const names = readdirSync(folder).map((file) => file.replace('.ts', ''))

/** Every file's export of its own name, made into what it makes. */
const made = await Promise.all(
  names.map(async (name): Promise<[string, unknown]> => {
    const module = (await import(`../../machines/${name}.ts`)) as Record<string, unknown>
    const factory = module[name] as (...given: unknown[]) => unknown
    const more: Record<string, unknown[]> = { request: ['getUser'], resumable: [] }
    if (name === 'session') return [name, undefined]
    if (name === 'resumable') return [name, factory(request(paperApi, 'getUser'))]
    return [name, factory(paperApi, ...(more[name] ?? []))]
  }),
)
const isMachine = (entry: [string, unknown]): entry is [string, AnyStateMachine] =>
  entry[1] instanceof StateMachine
const parts = made.filter(isMachine).filter(([name]) => name !== 'resumable')
const helpers = ['captcha', 'tokens', 'request', 'signOut']
const journeys = parts.filter(([name]) => !helpers.includes(name))
const flows = Object.fromEntries(
  journeys.map(([name, machine]): [string, Flow] => [name, () => machine]),
) satisfies Flows
const machines: [string, AnyStateMachine][] = [...parts, ['session', session(paperApi, flows)]]

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
]
const lineOf = (node: AnyStateNode): AnyStateNode[] =>
  node.parent ? [node, ...lineOf(node.parent)] : [node]
const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
]
const isAtomic = (node: AnyStateNode) => node.type === 'atomic'
/** It ends there by throwing, as its parent expects of something like a promise. */
const isFailure = (node: AnyStateNode) => node.entry.includes('fail')

const offenders = (machine: AnyStateMachine, offends: (node: AnyStateNode) => boolean) =>
  nodesOf(machine.root)
    .filter(offends)
    .map((node) => node.id)

test('there are machines to look at', () => {
  expect(machines.map(([name]) => name)).toEqual(
    expect.arrayContaining(['captcha', 'request', 'session', 'signIn', 'tokens', 'verification']),
  )
})

describe.each(machines)('%s', (name, machine) => {
  test('is named as its file and its export', () => {
    expect(machine.id).toBe(name)
  })

  test('gives every invoke an id of its own', () => {
    const given = offenders(machine, ({ invoke }) => invoke.some(({ id }) => /^\d+\./.test(id)))
    expect(given).toEqual([])
  })

  test('names every guard', () => {
    const isNameless = ({ guard }: AnyTransitionDefinition) => typeof guard === 'function'
    expect(offenders(machine, (node) => transitionsOf(node).some(isNameless))).toEqual([])
  })

  test('listens to no wildcard, but for the calls of the session', () => {
    const wild = nodesOf(machine.root)
      .flatMap((node) => [...node.transitions.keys()])
      .filter((type) => type.includes('*'))
    const calls = ['xstate.done.actor.call.*', 'xstate.error.actor.call.*']
    expect(wild).toEqual(name === 'session' ? calls : [])
  })

  test('has a way out of every state', () => {
    const isStuck = (node: AnyStateNode) =>
      isAtomic(node) &&
      !isFailure(node) &&
      !lineOf(node)
        .flatMap(transitionsOf)
        .some(({ target }) => target?.some((other) => other !== node))
    expect(offenders(machine, isStuck)).toEqual([])
  })

  test('expects an error from everything a busy state invokes', () => {
    const isNaive = (node: AnyStateNode) =>
      node.tags.includes('busy') &&
      node.invoke.some(
        ({ id }) => !lineOf(node).some((each) => each.transitions.has(`xstate.error.actor.${id}`)),
      )
    expect(offenders(machine, isNaive)).toEqual([])
  })

  test('tags as asking the states that ask, and no other', () => {
    const isMistagged = ({ key, tags }: AnyStateNode) =>
      /^asking(?![a-z])/.test(key) !== tags.includes('asking')
    expect(offenders(machine, isMistagged)).toEqual([])
  })

  test('tags as busy, captcha or retrying where it works by itself', () => {
    const isUntagged = ({ key, tags, invoke }: AnyStateNode) =>
      /^(?!asking)[a-z]+ing(?![a-z])/.test(key) &&
      invoke.length > 0 &&
      !['busy', 'captcha', 'retrying'].some((tag) => tags.includes(tag))
    expect(offenders(machine, isUntagged)).toEqual([])
  })
})

/** A stored snapshot of a machine that stands in this state, and all that it invokes there. */
function storedIn({ root, implementations }: AnyStateMachine, value: string): object {
  const children = root.states[value]!.invoke.map(({ id, src }) => {
    const logic = implementations.actors[src as string] as AnyStateMachine
    const snapshot =
      logic instanceof StateMachine
        ? storedIn(logic, logic.config.initial as string)
        : { status: 'active', input: {} }
    return [id, { src, snapshot }]
  })
  const snapshot = { status: 'active', value, context: {}, historyValue: {} }
  return { ...snapshot, children: Object.fromEntries(children) as object }
}

describe('flow.cancel', () => {
  test.each(parts)('is not taken from the session by %s', (_name, machine) => {
    expect(offenders(machine, ({ transitions }) => transitions.has('flow.cancel'))).toEqual([])
  })

  const states = journeys.flatMap(([name, { root }]) =>
    Object.values(root.states)
      .filter((node) => isAtomic(node) && !isFailure(node) && !node.always)
      .map((node) => [name, node.key] as const),
  )
  test.each(states)('leaves %s in %s', (flow, value) => {
    const root = createActor(session(paperApi, flows), { systemId: 'session' }).start()
    const machine = journeys.find(([name]) => name === flow)![1]
    const input = new Resumption(storedIn(machine, value))
    root.send({ type: 'flow.start', flow, input })
    const running = root.system.get('flow') as AnyActorRef
    expect(running.getSnapshot()).toMatchObject({ status: 'active', value })
    expect(root.getSnapshot().value).toMatchObject({ flow })

    root.send({ type: 'flow.cancel' })
    expect(root.getSnapshot()).toMatchObject({ status: 'active', value: { flow: 'idle' } })
    expect(root.system.get('flow')).toBeUndefined()
    expect(running.getSnapshot().status).toBe('stopped')
    root.stop()
  })
})
