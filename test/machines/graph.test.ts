import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  createActor,
  StateMachine,
} from 'xstate'
import * as shipped from '../../adapters/client/index.ts'
import { calls } from '../../machines/core/calls.ts'
import { systemClock } from '../../services/clock.ts'
import type { OperationName } from '../../services/http/operation.ts'
import * as endpoints from '../../services/http/endpoints.ts'

const { request, session } = shipped
const root = new URL('../..', import.meta.url)
const files = globSync('machines/*/*.ts', { cwd: root })

const isMachine = (logic: unknown): logic is AnyStateMachine => logic instanceof StateMachine
const machines = [
  ...Object.entries<unknown>(shipped),
  ['request', request(endpoints.getUser)] as const,
].filter((entry): entry is [string, AnyStateMachine] => isMachine(entry[1]))
const parts = machines.filter(([name]) => name !== 'session')
const core = ['captcha', 'tokens', 'request', 'signOut']
const flowMachines = parts.filter(([name]) => !core.includes(name))
const flows = Object.fromEntries(flowMachines)

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
]
const ancestorsOf = (node: AnyStateNode): AnyStateNode[] =>
  node.parent ? [node, ...ancestorsOf(node.parent)] : [node]
const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
]
const leaves = ({ target, source, reenter }: AnyTransitionDefinition) =>
  !!target?.some((other) => other !== source || reenter)
const isAsking = ({ tags }: AnyStateNode) => tags.includes('asking')
const isAtomic = (node: AnyStateNode) => node.type === 'atomic'
/** A state in which the machine ends with an error. */
const isFailure = (node: AnyStateNode) => node.entry.includes('fail')

const offenders = (machine: AnyStateMachine, offends: (node: AnyStateNode) => boolean) =>
  nodesOf(machine.root)
    .filter(offends)
    .map((node) => node.id)

interface Invoked {
  id: string
  src: string
}
const invokesOf = (node: AnyStateNode) => node.invoke as Invoked[]
const actorOf = ({ implementations }: AnyStateMachine, src: string): unknown =>
  implementations.actors[src]

/** Lists the invocations that offend as `state: actor`. */
const invokers = (
  machine: AnyStateMachine,
  offends: (node: AnyStateNode, invoked: Invoked) => boolean,
) =>
  nodesOf(machine.root).flatMap((node) =>
    invokesOf(node)
      .filter((each) => offends(node, each))
      .map(({ src }) => `${node.id}: ${src}`),
  )

/** Actors that run as long as the session and never end. */
const isEndless = (logic: unknown) => logic === calls

/** How an actor can end: a promise in both ways, a machine as its states say. */
function endingsOf(machine: AnyStateMachine, src: string): ('done' | 'error')[] {
  const logic = actorOf(machine, src)
  if (isEndless(logic)) return []
  if (!isMachine(logic)) return ['done', 'error']
  const states = Object.values(logic.root.states)
  return [
    ...(states.some(({ type }) => type === 'final') ? ['done' as const] : []),
    ...(states.some(isFailure) ? ['error' as const] : []),
  ]
}

/**
 * What ends every invoked actor that is neither an `until`, which ends by the clock, nor a machine,
 * whose states are tested themselves.
 */
const deadlines: Record<string, string> = {
  'captcha.createCaptcha': 'the timeout of HTTP',
  'captcha.verifyCaptcha': 'the timeout of HTTP',
  'consent.openPopup': 'the timeout of a popup',
  'consent.readCallback': 'it does not wait',
  'request.refreshTokens': 'the end of the work of `tokens`',
  'request.send': 'the timeout of HTTP',
  'request.solveCaptcha': 'the end of the work of `captcha`, or the user',
  'signOut.refresh': 'the timeout of HTTP',
  'signOut.revoke': 'the timeout of HTTP',
  'tokens.load': 'the timeout of storage',
  'tokens.refresh': 'the timeout of the refresh lock, then the timeout of HTTP',
}

test('machines: an actor named `until` waits for the clock', () => {
  const clock = vi.spyOn(systemClock, 'until')
  const waiting = machines.filter(([, machine]) => actorOf(machine, 'until'))
  for (const [, machine] of waiting) {
    createActor(actorOf(machine, 'until') as AnyActorLogic, { input: 42 }).start()
    expect(clock).toHaveBeenLastCalledWith(42, expect.any(AbortSignal))
  }
  expect(clock).toHaveBeenCalledTimes(waiting.length)
  expect(waiting.length).toBeGreaterThan(0)
})

test('machines: every listed deadline belongs to an actor that is invoked', () => {
  const invoked = machines.flatMap(([name, { root }]) =>
    nodesOf(root).flatMap((node) => invokesOf(node).map(({ src }) => `${name}.${src}`)),
  )
  expect(Object.keys(deadlines).filter((name) => !invoked.includes(name))).toEqual([])
})

test('machines: the main machines of the library are tested', () => {
  expect(machines.map(([name]) => name)).toEqual(
    expect.arrayContaining(['captcha', 'request', 'session', 'signIn', 'tokens', 'verification']),
  )
})

test('machines: a setup has at most 60 lines and a chart 140, except as decision 5 says', () => {
  const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
  const decision = read('docs/decisions/0005-length-of-a-machine.md')
  const explained = [...decision.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name!)
  const namesOf = (isLong: (source: string) => boolean) =>
    files.filter((file) => isLong(read(file))).map((file) => basename(file, '.ts'))
  const isSetupLong = namesOf((source) => linesOf(source, 'setup({') > 60)
  expect(isSetupLong.toSorted()).toEqual(explained.toSorted())
  expect(namesOf((source) => linesOf(source, 'createMachine({') > 140)).toEqual([])
})

/** Counts the lines of the object literal that a call opens. */
function linesOf(source: string, call: string): number {
  const from = source.indexOf(`${call}\n`)
  const lines = source.slice(from).split('\n')
  const indent = /^ */.exec(source.slice(source.lastIndexOf('\n', from) + 1))![0]
  return lines.findIndex((line) => line.startsWith(`${indent}})`)) + 1
}

describe.each(machines)('%s', (name, machine) => {
  test(`${name}: the id is the name of the export`, () => {
    expect(machine.id).toBe(name)
  })

  test(`${name}: the chart has at most two levels`, () => {
    expect(offenders(machine, (node) => ancestorsOf(node).length > 3)).toEqual([])
  })

  test(`${name}: every invocation has an id`, () => {
    const given = offenders(machine, ({ invoke }) => invoke.some(({ id }) => /^\d+\./.test(id)))
    expect(given).toEqual([])
  })

  test(`${name}: every guard has a name`, () => {
    const isNameless = ({ guard }: AnyTransitionDefinition) => typeof guard === 'function'
    expect(offenders(machine, (node) => transitionsOf(node).some(isNameless))).toEqual([])
  })

  test(`${name}: no transition is on a wildcard`, () => {
    const wild = nodesOf(machine.root)
      .flatMap((node) => [...node.transitions.keys()])
      .filter((type) => type.includes('*'))
    expect(wild).toEqual([])
  })

  test(`${name}: a transition leads out of every state`, () => {
    const isStuck = (node: AnyStateNode) =>
      isAtomic(node) &&
      !isFailure(node) &&
      !ancestorsOf(node)
        .flatMap(transitionsOf)
        .some(({ target }) => target?.some((other) => other !== node))
    expect(offenders(machine, isStuck)).toEqual([])
  })

  test(`${name}: it goes on after every end of an invoked actor`, () => {
    const isStuck = (node: AnyStateNode, { id, src }: Invoked) =>
      endingsOf(machine, src).some((how) => {
        const type = `xstate.${how}.actor.${id}`
        const ways = ancestorsOf(node).flatMap(({ transitions }) => transitions.get(type) ?? [])
        return !ways.some((way) => !way.guard && (isAsking(node) || leaves(way)))
      })
    expect(invokers(machine, isStuck)).toEqual([])
  })

  test(`${name}: every invoked actor has a deadline`, () => {
    const hasNoDeadline = (_node: AnyStateNode, { src }: Invoked) => {
      const logic = actorOf(machine, src)
      if (isEndless(logic)) return false
      return isMachine(logic)
        ? !machines.some(([each]) => each === logic.id)
        : src !== 'until' && !Object.hasOwn(deadlines, `${name}.${src}`)
    }
    expect(invokers(machine, hasNoDeadline)).toEqual([])
  })

  test(`${name}: every busy state invokes an actor`, () => {
    const isIdle = (node: AnyStateNode) =>
      ['busy', 'captcha', 'retrying'].some((tag) => node.tags.includes(tag)) &&
      node.invoke.length === 0
    expect(offenders(machine, isIdle)).toEqual([])
  })

  test(`${name}: the states tagged asking are those named so`, () => {
    const isMistagged = ({ key, tags }: AnyStateNode) =>
      /^asking(?![a-z])/.test(key) !== tags.includes('asking')
    expect(offenders(machine, isMistagged)).toEqual([])
  })

  test(`${name}: every state that works is tagged busy, captcha or retrying`, () => {
    const isUntagged = ({ key, tags, invoke }: AnyStateNode) =>
      /^(?!asking)[a-z]+ing(?![a-z])/.test(key) &&
      invoke.length > 0 &&
      !['busy', 'captcha', 'retrying'].some((tag) => tags.includes(tag))
    expect(offenders(machine, isUntagged)).toEqual([])
  })
})

describe('the endpoints that machines call', () => {
  const isCall = (logic: unknown) => isMachine(logic) && logic.id === 'request'
  const actorsOf = (machine: AnyStateMachine): [string, unknown][] =>
    Object.entries(machine.implementations.actors)
  const requestsOf = (machine: AnyStateMachine) =>
    Object.fromEntries(actorsOf(machine).filter(([, logic]) => isCall(logic)))
  /** The names of the calls of a machine and of the machines it invokes. */
  const callsOf = (machine: AnyStateMachine): string[] =>
    actorsOf(machine).flatMap(([name, logic]) => {
      if (isCall(logic)) return [name]
      return isMachine(logic) ? callsOf(logic) : []
    })

  test.each(flowMachines)('%s: its request actors carry the names of their endpoints', (name) => {
    const wrong = Object.entries(requestsOf(machines.find(([it]) => it === name)![1]))
    expect(wrong.filter(([it, logic]) => logic !== request(endpoints[it as 'verify']))).toEqual([])
  })

  test.each(['setPassword', 'setContact', 'deleteUser'])('gatedEdit: it alone calls %s', (call) => {
    const callers = machines.filter(([, machine]) => actorsOf(machine).some(([it]) => it === call))
    expect(callers.map(([name]) => name)).toEqual(['gatedEdit'])
  })

  test('machines: a machine that elevates calls no endpoint that signs in', () => {
    const holders = parts.filter(([, machine]) => callsOf(machine).includes('sudo'))
    expect(holders.map(([name]) => name)).toEqual(['account', 'elevation', 'gatedEdit'])
    const entries = holders.flatMap(([, machine]) =>
      callsOf(machine).filter((call) => endpoints[call as OperationName].signsIn),
    )
    expect(entries).toEqual([])
  })
})

/** A persisted snapshot of a machine in this state, with the actors it invokes there. */
function snapshotIn({ root, implementations }: AnyStateMachine, value: string): object {
  const children = root.states[value]!.invoke.map(({ id, src }) => {
    const logic: unknown = implementations.actors[src as string]
    const snapshot = isMachine(logic)
      ? snapshotIn(logic, logic.config.initial as string)
      : { status: 'active', input: {} }
    return [id, { src, snapshot }]
  })
  const snapshot = { status: 'active', value, context: {}, historyValue: {} }
  return { ...snapshot, children: Object.fromEntries(children) as object }
}

/** Makes a copy of a machine that starts in a state, also in one that is never stored. */
const startedIn = (machine: AnyStateMachine, value: string) =>
  Object.assign(Object.create(machine) as AnyStateMachine, {
    getInitialSnapshot: (scope: AnyActorScope) =>
      machine.restoreSnapshot(snapshotIn(machine, value) as never, scope),
  })

describe('flow.cancel', () => {
  test.each(parts)('flow.cancel: %s leaves it to the session', (_name, machine) => {
    expect(offenders(machine, ({ transitions }) => transitions.has('flow.cancel'))).toEqual([])
  })

  const states = flowMachines.flatMap(([name, { root }]) =>
    Object.values(root.states)
      .filter((node) => isAtomic(node) && !isFailure(node) && !node.always)
      .map((node) => [name, node.key] as const),
  )
  test.each(states)('flow.cancel: it ends %s in %s', (flow, value) => {
    const root = createActor(session, { systemId: 'session', input: { flows } })
    root.start()
    const machine = flowMachines.find(([name]) => name === flow)![1]
    const [who] = (machine.config.meta as { who?: string[] } | undefined)?.who ?? []
    if (who) root.send({ type: 'tokens.restored', scope: who } as never)
    root.send({ type: 'flow.resume', flow, logic: startedIn(machine, value) })
    const running = root.system.get('flow') as AnyActorRef
    expect(running.getSnapshot()).toMatchObject({ status: 'active', value })
    expect(root.getSnapshot()).toMatchObject({ value: { flow: 'running' }, context: { flow } })

    root.send({ type: 'flow.cancel' })
    expect(root.getSnapshot()).toMatchObject({ status: 'active', value: { flow: 'idle' } })
    expect(root.system.get('flow')).toBeUndefined()
    expect(running.getSnapshot().status).toBe('stopped')
    root.stop()
  })
})
