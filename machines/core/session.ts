import {
  type AnyActor,
  type AnyStateMachine,
  assign,
  emit,
  enqueueActions,
  sendTo,
  setup,
  stopChild,
} from 'xstate'
import type { AnyEndpoint } from '../../services/http/endpoint.ts'
import { type AuthError, errorOf } from '../../services/error.ts'
import type { SignOutRequest } from '../../services/http/wire.ts'
import { captcha } from './captcha.ts'
import { endpointOf, request } from './request.ts'
import { resumable, Resumption } from './resumable.ts'
import { tokens, type TokensFact } from './tokens.ts'

/**
 * A journey: a machine that ends with output. `meta: { who: ['signedIn'] }` says whom it is for: it
 * begins for nobody else and ends when they are gone. Default: everybody.
 */
export type Flow = AnyStateMachine
export type Status = 'signedOut' | 'anonymous' | 'signedIn'
export type Flows = Record<string, Flow>

/** Names of the session's own states and actors, and marks that mean something in a chart. */
type NoName = '' | 'captcha' | 'idle' | 'tokens' | `${string}${'.' | '#' | '\\'}${string}`
export const NO_NAME = /^(captcha|idle|tokens|)$|[.#\\]/

/** The same flows, where each can be called what it is called. */
export type Named<F extends Flows> = {
  [K in keyof F]: K extends NoName ? 'no flow can be called this: choose another name' : F[K]
}

/** What an app tells the session itself, whatever flow is running. */
export type SessionEvent<Name = string> =
  | { type: 'flow.start'; flow: Name; input?: object }
  | { type: 'flow.cancel' }
  /** Signs out, and goes where the server says when `redirect_uri` is given. */
  | ({ type: 'session.end' } & SignOutRequest)

/** What happens in the life of a session, for apps that want to know. */
export type LifeEvent =
  | { type: 'signedIn'; uid?: string }
  | { type: 'signedOut' }
  /** Somebody else, or nobody, is signed in now. */
  | { type: 'userChanged'; uid?: string }
  | { type: 'tokenRenewed' }
  /** The server refused the session: the person has to sign in again. */
  | { type: 'credentialsLost'; error: AuthError }

/** One endpoint called through the promise door, as a child of the session under `id`. */
export interface CallStart {
  type: 'call.start'
  /** `call.<operation>.<number>`. */
  id: `call.${string}`
  endpoint: AnyEndpoint
  params: object
}

const whoOf = ({ config }: Flow) => (config.meta as { who?: readonly Status[] } | undefined)?.who

/** Where somebody who has tokens now belongs. */
const arrivals = <Action>(actions: Action) => [
  { guard: 'isAnonymous' as const, target: '#anonymous', actions },
  { target: '#signedIn', actions },
]

/** Who is here once the session has learned this. */
const statusAfter = (event: object): Status => {
  if (!('scope' in event)) return 'signedOut'
  return event.scope === 'anonymous' ? 'anonymous' : 'signedIn'
}

/** A flow that is for some ends when others come. */
const leaving = (flow: Flow) => {
  const who = whoOf(flow)
  const redirect = who && {
    guard: { type: 'isForOthers' as const, params: { who } },
    target: 'idle',
  }
  return (
    redirect && { 'tokens.restored': redirect, 'tokens.kept': redirect, 'tokens.lost': redirect }
  )
}

/**
 * The root: who is signed in × which flow is running. It owns the two peers every request leans on,
 * `captcha` and `tokens`, and the calls made through the promise door. Each flow is a state of the
 * second region, named after it. A flow ends when whoever it was begun for is here no longer, unless
 * it has brought that about itself; that a guest is lost stops nobody from signing in. One that is
 * for some begins for nobody else.
 */
export function session(flows: Flows): SessionMachine {
  const machines = Object.values(flows)
  const known = made.get(machines[0] ?? nothing) ?? []
  const same = known.find(([those]) => isSame(those, flows))
  if (same) return same[1]
  const machine = makeSession(flows)
  made.set(machines[0] ?? nothing, [...known, [flows, machine]])
  return machine
}

export interface SessionMachine extends ReturnType<typeof makeSession> {}

/** One machine for every choice of flows, kept for as long as the first of them. */
const made = new WeakMap<object, [Flows, SessionMachine][]>()
const nothing = {}

const isSame = (some: Flows, others: Flows) => {
  const names = Object.keys(others)
  return (
    names.length === Object.keys(some).length && names.every((name) => some[name] === others[name])
  )
}

function makeSession(flows: Flows) {
  const names = Object.keys(flows)
  const named = (name: string, who?: readonly Status[]) => ({
    type: 'isFlow' as const,
    params: { name, who },
  })
  return setup({
    types: {
      context: {} as {
        uid?: string
        /** As the region of this name has it. */
        who: Status
        error?: AuthError
      },
      events: {} as SessionEvent | CallStart | TokensFact,
      emitted: {} as LifeEvent,
    },
    actors: {
      captcha,
      tokens,
      ...(Object.fromEntries(names.map((name) => [name, resumable(flows[name]!)])) as Record<
        never,
        AnyStateMachine
      >),
    },
    guards: {
      isFlow: ({ context, event }, { name, who }: { name: string; who?: readonly Status[] }) =>
        event.type === 'flow.start' && event.flow === name && (!who || who.includes(context.who)),
      isAnonymous: ({ event }) => statusAfter(event) === 'anonymous',
      isForOthers: ({ event }, { who }: { who: readonly Status[] }) =>
        !('byFlow' in event && event.byFlow) && !who.includes(statusAfter(event)),
    },
    actions: {
      rememberUser: assign(({ event }) =>
        'uid' in event ? { uid: event.uid, who: statusAfter(event), error: undefined } : {},
      ),
      welcome: enqueueActions(({ context, event, enqueue }) => {
        if (!('scope' in event)) return
        const { type, uid, byFlow } = event
        const isSomebodyElse = uid !== context.uid
        const who = statusAfter(event)
        const isUpgraded = context.who === 'anonymous' && who === 'signedIn'
        if (isSomebodyElse && !byFlow) enqueue.raise({ type: 'flow.cancel' })
        enqueue.assign({ uid, who, error: undefined })
        if (type === 'tokens.kept' || isSomebodyElse || isUpgraded) {
          enqueue.emit({ type: 'signedIn', uid })
        }
        if (isSomebodyElse) enqueue.emit({ type: 'userChanged', uid })
      }),
      farewell: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'tokens.lost') return
        const { error } = event
        enqueue.assign({ uid: undefined, who: 'signedOut', error })
        enqueue.emit(error ? { type: 'credentialsLost', error } : { type: 'signedOut' })
        enqueue.emit({ type: 'userChanged' })
      }),
      cancelFlow: enqueueActions(({ event, enqueue }) => {
        if (!('byFlow' in event && event.byFlow)) enqueue.raise({ type: 'flow.cancel' })
      }),
      emitRenewed: emit({ type: 'tokenRenewed' }),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      forgetError: assign({ error: undefined }),
      dropTokens: sendTo('tokens', ({ event }) => {
        const { redirect_uri, state } = event as SignOutRequest
        return { type: 'tokens.drop', redirect: redirect_uri ? { redirect_uri, state } : undefined }
      }),
      startCall: enqueueActions(({ event, enqueue }) => {
        if (event.type !== 'call.start') return
        const { id, endpoint, params } = event
        enqueue.spawnChild(request(endpoint) as never, { id, input: params } as never)
      }),
      // Who signs out after having asked to be signed in wants to be out.
      stopSignIns: enqueueActions(({ self, enqueue }) => {
        const children = self.getSnapshot().children as Record<string, AnyActor>
        for (const [id, child] of Object.entries(children)) {
          if (id.startsWith('call.') && endpointOf(child).signsIn) enqueue.stopChild(id)
        }
      }),
      endCall: stopChild(({ event }) => event.type.replace(/^xstate\.(done|error)\.actor\./, '')),
    },
  }).createMachine({
    id: 'session',
    type: 'parallel',
    context: { who: 'signedOut' },
    invoke: [
      { id: 'captcha', systemId: 'captcha', src: 'captcha' },
      { id: 'tokens', systemId: 'tokens', src: 'tokens' },
    ],
    on: {
      'call.start': { actions: 'startCall' },
      // A call's caller learns how it ended from the call itself; here it is only put away.
      'xstate.done.actor.call.*': { actions: 'endCall' },
      'xstate.error.actor.call.*': { actions: 'endCall' },
    },
    states: {
      who: {
        initial: 'unknown',
        on: {
          'tokens.restored': arrivals('welcome' as const),
          'tokens.kept': arrivals('welcome' as const),
          'tokens.renewed': { actions: 'emitRenewed' },
          'tokens.lost': { target: '.signedOut', actions: 'farewell' },
          'session.end': { actions: ['stopSignIns', 'dropTokens'] },
        },
        states: {
          unknown: {
            on: {
              'tokens.restored': arrivals('rememberUser' as const),
              'tokens.lost': 'signedOut',
            },
          },
          // Nobody is lost twice.
          signedOut: { on: { 'tokens.lost': {} } },
          anonymous: { id: 'anonymous' },
          signedIn: {
            id: 'signedIn',
            on: { 'tokens.lost': { target: 'signedOut', actions: ['farewell', 'cancelFlow'] } },
          },
        },
      },
      flow: {
        initial: 'idle',
        on: {
          'flow.start': names.map((name) => ({
            guard: named(name, whoOf(flows[name]!)),
            target: `.${name}`,
            actions: 'forgetError' as const,
          })),
          'flow.cancel': '.idle',
          'session.end': '.idle',
        },
        states: {
          idle: {},
          ...Object.fromEntries(
            names.map((name) => [
              name,
              {
                on: {
                  'flow.start': { guard: named(name) },
                  ...leaving(flows[name]!),
                },
                invoke: {
                  id: 'flow',
                  systemId: 'flow',
                  src: name as never,
                  input: ({ context, event }) => {
                    const input = event.type === 'flow.start' ? event.input : undefined
                    return input instanceof Resumption ? input : { uid: context.uid, ...input }
                  },
                  onDone: 'idle',
                  onError: { target: 'idle', actions: 'rememberError' as const },
                },
              },
            ]),
          ),
        },
      },
    },
  })
}
