import type {
  AnyStateMachine,
  AnyStateNode,
  ContextFrom,
  EventFromLogic,
  InspectionEvent,
  Snapshot,
} from 'xstate'
import { AuthError } from '../../services/error.ts'
import type { account } from '../../machines/flows/account.ts'
import type { CallStart } from '../../machines/core/calls.ts'
import type { captcha } from '../../machines/core/captcha.ts'
import type { consent } from '../../machines/parts/consent.ts'
import type { elevation } from '../../machines/parts/elevation.ts'
import type { gatedEdit } from '../../machines/parts/gatedEdit.ts'
import type { provider } from '../../machines/flows/provider.ts'
import type { RequestMachine } from '../../machines/core/request.ts'
import type { resetPassword } from '../../machines/flows/resetPassword.ts'
import type { SessionMachine } from '../../machines/core/session.ts'
import type { signIn } from '../../machines/flows/signIn.ts'
import type { signOut } from '../../machines/core/signOut.ts'
import type { tokens } from '../../machines/core/tokens.ts'
import type { upgrade } from '../../machines/flows/upgrade.ts'
import type { verification } from '../../machines/parts/verification.ts'

/** An actor at work behind a door. */
export interface TracedActor {
  /** As its parent calls it, such as `signIn` or `call.1`. */
  id: string
  sessionId: string
  systemId?: string
  /** The machine it runs; absent for a promise or a timer. */
  machine?: string
  /** The `sessionId` of the actor that started it, and of the one that started everything. */
  parent?: string
  root: string
}

/** Its type, and what may be seen of it. */
export type TracedEvent = { type: string } & Record<string, unknown>

export interface TracedSnapshot {
  status: string
  value?: unknown
  tags?: string[]
  /** What may be seen of it: deadlines, counters, masked contacts, the last error. */
  context?: object
  /** Why the actor has ended. */
  error?: object
}

/** What happened, as plain JSON without a secret: to be shown, stored or attached to a report. */
export type Trace =
  /** Before the first actor that runs it: a machine's chart, as a config without functions. */
  | { type: 'machine'; machine: string; chart: object }
  | { type: 'actor'; actor: TracedActor }
  | { type: 'event'; actor: TracedActor; source?: string; event: TracedEvent }
  /** The transitions of one step on the way to a snapshot, between ids of states. */
  | { type: 'microstep'; actor: TracedActor; taken: { from: string; to?: string }[] }
  | { type: 'snapshot'; actor: TracedActor; event: TracedEvent; snapshot: TracedSnapshot }

/** What may be seen of a value; undefined where it is nothing. */
type Look = (value: unknown) => unknown
type Looks = Record<string, Look>

const number: Look = (value) => (Number.isFinite(value) ? value : undefined)

const flag: Look = (value) => (typeof value === 'boolean' ? value : undefined)

const matching =
  (form: RegExp): Look =>
  (value) =>
    typeof value === 'string' && form.test(value) ? value : undefined

/** A name out of a program, such as an operation's or a flow's. */
const word = matching(/^[A-Za-z][\w.:/{}-]{0,63}$/)

/** `+•• •••••••••00`; what does not look like a number is hidden whole. */
const phone: Look = (value) => {
  if (typeof value !== 'string') return undefined
  return /^[\d\s+()-]{5,32}$/.test(value) ? value.replaceAll(/\d(?=.*\d.*\d)/g, '•') : '•••'
}

/** `a•••@example.com`; what does not look like an address is hidden whole. */
const email: Look = (value) => {
  if (typeof value !== 'string') return undefined
  const [, first, domain] = /^([^@])[^@]*@((?:[\w-]+\.)+[A-Za-z]{2,})$/.exec(value) ?? []
  return first ? `${first}•••@${domain}` : '•••'
}

/** These fields of an object, no others. */
const only =
  (looks: Looks): Look =>
  (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const seen = Object.entries(looks).flatMap(([name, look]) => {
      const part = look(value[name as never])
      return part === undefined ? [] : [[name, part]]
    })
    return seen.length > 0 ? Object.fromEntries(seen) : undefined
  }

const details = only({
  code: matching(/^([a-z_]{1,48}|[A-Z_]{1,48})$/),
  operation: word,
  status: number,
  retryAfter: number,
  requestId: matching(/^[\da-f]{32}$/),
})

/** Never a message or a description: they may repeat what was sent. */
const error: Look = (value) => {
  if (value === undefined) return undefined
  return { code: 'unknown', ...(value instanceof AuthError && (details(value) as object)) }
}

interface Machines {
  session: SessionMachine
  signIn: typeof signIn
  upgrade: typeof upgrade
  resetPassword: typeof resetPassword
  provider: typeof provider
  account: typeof account
  consent: typeof consent
  gatedEdit: typeof gatedEdit
  elevation: typeof elevation
  verification: typeof verification
  request: RequestMachine<object, object>
  captcha: typeof captcha
  tokens: typeof tokens
  signOut: typeof signOut
}
type Machine = Machines
type Event = EventFromLogic<Machine[keyof Machine]> | CallStart

/** A list that names what a machine or an event does not have is a type error. */
type ContextLooks = { [M in keyof Machine]: { [K in keyof ContextFrom<Machine[M]>]?: Look } }
type EventLooks = {
  [E in Event as string extends E['type'] ? never : E['type']]?: { [K in keyof E]?: Look }
}

const contactLooks = { phone_number: phone, email }
const contact = only(contactLooks)
const consentLooks = { provider_id: word, isPopup: flag }
const edit = only({ type: word, ...contactLooks })
const elevated = only({ isNeedless: flag, expiresAt: number })

/** What may be seen of an event. One that is not named here is seen by its type alone. */
const events: Record<string, Looks> = {
  'flow.start': { flow: word },
  'call.start': { endpoint: only({ operation: word }) },
  'contact.submit': contactLooks,
  'contact.replace': contactLooks,
  'provider.choose': consentLooks,
  'provider.bind': consentLooks,
  'provider.unbind': { provider_id: word },
  'captcha.require': { purpose: word },
  'tokens.refresh': { serial: number },
  'tokens.lost': { error },
} satisfies EventLooks

/** What may be seen of a machine's context. One that is not named here shows its error alone. */
const contexts: Record<string, Looks> = {
  session: { flow: word, status: word, error },
  signIn: { contact, target: word, isUser: flag, switched: flag, error },
  upgrade: { contact, hasSwitched: flag, error },
  resetPassword: { contact, error },
  provider: { consent: only(consentLooks), purpose: word, error },
  account: { edit, sudo: elevated, error },
  consent: { provider_id: word, isPopup: flag, error },
  gatedEdit: { edit, sudo: elevated, isDone: flag, sudoRetried: flag, error },
  elevation: { contact, elevated, error },
  verification: {
    contact,
    target: word,
    isUser: flag,
    resendAt: number,
    expiresAt: number,
    error,
  },
  request: {
    serial: number,
    tokenRefreshed: flag,
    captchaRetried: flag,
    repeats: number,
    retryAt: number,
    error,
  },
  captcha: { purpose: word, expiresAt: number, error },
  tokens: {
    credentials: only({ expiresAt: number }),
    serial: number,
    failures: number,
    retryAt: number,
    error,
  },
  signOut: { repeats: number, retryAt: number },
} satisfies ContextLooks

/**
 * What happened, as far as it may be seen. A list says what that is, for every event and every
 * machine; whatever it does not name stays out. Undefined: nothing worth showing.
 */
export function redact(event: InspectionEvent): Trace | undefined {
  const actor = actorOf(event)
  switch (event.type) {
    case '@xstate.actor':
      return { type: 'actor', actor }
    case '@xstate.event': {
      const { sourceRef } = event
      const source = sourceRef && { source: sourceRef.sessionId }
      return { type: 'event', actor, ...source, event: eventOf(event.event) }
    }
    case '@xstate.microstep': {
      const taken = event._transitions.map(({ source, target }) => ({
        from: source.id,
        ...(target?.[0] && { to: target[0].id }),
      }))
      return { type: 'microstep', actor, taken }
    }
    case '@xstate.snapshot': {
      const snapshot = snapshotOf(actor.machine, event.snapshot)
      return { type: 'snapshot', actor, event: eventOf(event.event), snapshot }
    }
    default:
      return undefined
  }
}

/** Watches all actors behind a door. */
class Inspector {
  readonly #sink: (trace: Trace) => void
  readonly #charts = new Map<string, string>()

  constructor(sink: (trace: Trace) => void) {
    this.#sink = sink
  }

  /** For the door alone, which shows it what happened as it is. */
  readonly observe = (event: InspectionEvent): void => {
    try {
      const machine = event.type === '@xstate.actor' ? machineOf(event.actorRef) : undefined
      if (machine) this.#introduce(machine)
      for (const each of [endOf(event), event]) {
        const trace = each && redact(each)
        if (trace) this.#sink(trace)
      }
    } catch (thrown) {
      // A fault of the sink is its own: it surfaces, and the actors go on.
      queueMicrotask(() => {
        throw thrown
      })
    }
  }

  #introduce({ id, root }: AnyStateMachine) {
    const chart = chartOf(root)
    const text = JSON.stringify(chart)
    if (this.#charts.get(id) === text) return
    this.#charts.set(id, text)
    this.#sink({ type: 'machine', machine: id, chart })
  }
}

export type { Inspector }

/**
 * Makes what `createAuth({ inspect })` takes. The sink is told of everything the actors do, each
 * time at once; nothing that it is told holds a secret.
 *
 * @example
 *   const trace: Trace[] = []
 *   createAuth({ env, flows, inspect: inspector((step) => trace.push(step)) })
 */
export function inspector(sink: (trace: Trace) => void): Inspector {
  return new Inspector(sink)
}

/** What is used of an inspector of `@statelyai/inspect`. On a server theirs has no `inspect`. */
export interface Stately {
  inspect?: { next?: (event: never) => void }
}

export interface StatelyInspector extends Inspector {
  /**
   * Shows the actors in this one from now on, beginning with those at work as they stand; in none
   * if there is none. Good for a window that opens long after the actors have begun.
   */
  attach(stately?: Stately): void
}

/**
 * Shows the actors in an inspector of `@statelyai/inspect`: in Stately's own window, or in any other
 * place it has an adapter for. It is handed stand-ins of the actors that know nothing but the trace.
 * Without one it waits for `attach`, and keeps nothing of what has been but the actors at work.
 *
 * @example
 *   import { createBrowserInspector } from '@statelyai/inspect'
 *   const inspect = statelyInspector()
 *   createAuth({ env, flows, inspect })
 *   // A browser blocks a window that no click has asked for.
 *   button.onclick = () => inspect.attach(createBrowserInspector())
 */
export function statelyInspector(stately?: Stately): StatelyInspector {
  const charts = new Map<string, object>()
  /** Those at work, parents first. */
  const actors = new Map<string, StandIn>()
  let shownIn = stately
  const meet = ({ id, sessionId, root, parent, machine }: TracedActor): StandIn => {
    const _parent = parent === undefined ? undefined : actors.get(parent)
    const logic = machine === undefined ? undefined : { config: charts.get(machine) }
    const actor: StandIn = {
      id,
      sessionId,
      root,
      _parent,
      logic,
      seen: { status: 'active' },
      getSnapshot: () => actor.seen,
    }
    return actor
  }
  const show = (type: Trace['type'], actorRef: StandIn, more?: object) => {
    const shown = { ...more, type: `@xstate.${type}`, rootId: actorRef.root, actorRef }
    shownIn?.inspect?.next?.(shown as never)
  }
  const watching = inspector((trace) => {
    if (trace.type === 'machine') return void charts.set(trace.machine, trace.chart)
    const { type, actor, ...rest } = trace
    const { sessionId } = actor
    const actorRef = actors.get(sessionId) ?? meet(actor)
    if (type === 'actor') actors.set(sessionId, actorRef)
    if (trace.type === 'snapshot') {
      actorRef.seen = trace.snapshot
      if (trace.snapshot.status !== 'active') actors.delete(sessionId)
    }
    const sourceRef = trace.type === 'event' && trace.source && { sessionId: trace.source }
    show(type, actorRef, { ...rest, sourceRef })
  })
  return Object.assign(watching, {
    attach(next?: Stately) {
      shownIn = next
      for (const actor of actors.values()) show('actor', actor)
    },
  })
}

interface StandIn {
  id: string
  sessionId: string
  root: string
  _parent?: StandIn
  logic?: { config?: object }
  seen: TracedSnapshot
  getSnapshot(): TracedSnapshot
}

/** An actor as XState has it. */
interface Actor {
  id: string
  sessionId: string
  systemId?: string
  logic?: object
  _parent?: Actor
}

function actorOf({ actorRef, rootId }: InspectionEvent): TracedActor {
  const { id, sessionId, systemId, _parent } = actorRef as unknown as Actor
  const machine = machineOf(actorRef)
  return {
    id,
    sessionId,
    ...(systemId !== undefined && { systemId }),
    ...(machine && { machine: machine.id }),
    ...(_parent && { parent: _parent.sessionId }),
    root: rootId,
  }
}

/** A machine that ends by throwing does not live to show its end: its parent is told instead. */
function endOf(told: InspectionEvent): InspectionEvent | undefined {
  if (told.type !== '@xstate.event' || !told.event.type.startsWith('xstate.error.actor.')) return
  const { sourceRef: actorRef, rootId, event } = told
  if (!actorRef || !machineOf(actorRef)) return
  const { error: reason } = event as { error?: unknown }
  const snapshot = {
    ...actorRef.getSnapshot(),
    status: 'error',
    error: reason,
  } as Snapshot<unknown>
  return { type: '@xstate.snapshot', rootId, actorRef, event, snapshot }
}

function machineOf(actorRef: object): AnyStateMachine | undefined {
  const { logic } = actorRef as Actor
  return logic && 'root' in logic ? (logic as AnyStateMachine) : undefined
}

function eventOf(event: { type: string }): TracedEvent {
  const looks = event.type.startsWith('xstate.error.') ? { error } : (events[event.type] ?? {})
  return { type: event.type, ...(only(looks)(event) as object | undefined) }
}

function snapshotOf(machine: string | undefined, snapshot: object): TracedSnapshot {
  const { status, value, tags, context, ...rest } = snapshot as TracedSnapshot
  const ended = rest.error === undefined ? undefined : { error: error(rest.error) as object }
  if (machine === undefined) return { status, ...ended }
  const seen = only(contexts[machine] ?? { error })(context) as object | undefined
  return {
    status,
    value: structuredClone(value),
    tags: [...tags!],
    ...(seen && { context: seen }),
    ...ended,
  }
}

/** A machine's chart, as far as it is names. */
function chartOf(node: AnyStateNode): object {
  const { id, key, type, initial, tags, states, transitions, always = [], invoke } = node
  const on = [...transitions].map(([event, group]) => [event, group.map(transitionOf)])
  return {
    ...(node.parent ? { key } : {}),
    id,
    ...(type === 'compound' && { initial: initial.target[0]!.key }),
    ...(type !== 'compound' && type !== 'atomic' && { type }),
    ...(tags.length > 0 && { tags }),
    ...(invoke.length > 0 && { invoke: invoke.map((each) => ({ id: each.id, src: each.src })) }),
    ...(on.length > 0 && { on: Object.fromEntries(on) }),
    ...(always.length > 0 && { always: always.map(transitionOf) }),
    ...(Object.keys(states).length > 0 && {
      states: Object.fromEntries(
        Object.entries(states).map(([name, child]) => [name, chartOf(child)]),
      ),
    }),
  }
}

function transitionOf({ target, guard }: { target?: readonly AnyStateNode[]; guard?: unknown }) {
  const { type = 'guard' } = (guard ?? {}) as { type?: string }
  return {
    ...(target && { target: target.map(({ id }) => `#${id}`) }),
    ...(guard !== undefined && { guard: typeof guard === 'string' ? guard : type }),
  }
}
