import {
  type AnyStateMachine,
  assign,
  emit,
  enqueueActions,
  sendTo,
  setup,
  stopChild,
} from 'xstate'
import { type AuthError, errorOf } from '../../services/error.ts'
import type { SignOutRequest } from '../../services/http/wire.ts'
import { type SentCode, withCode, withoutCode } from '../../services/sentCode.ts'
import type { SessionChange } from '../../services/session/sharedSession.ts'
import type { UserFact } from '../../services/snapshot.ts'
import { calls } from './calls.ts'
import { captcha } from './captcha.ts'
import { tokens, type TokensFact } from './tokens.ts'
import { hasOwn } from '../../services/record.ts'

/** Whether the user is signed out, a guest, or a registered user. */
export type Status = 'signedOut' | 'anonymous' | 'signedIn'

/**
 * What a flow's machine says about itself in `meta`.
 *
 * @example
 *   setup({ types: { meta: {} as FlowMeta } }).createMachine({ meta: { who: ['signedIn'] } })
 */
export interface FlowMeta {
  /**
   * The statuses in which the flow may run. It starts in no other one and ends when the status
   * becomes another one by something else than the flow itself. Default: all.
   */
  who?: readonly Status[]
  /**
   * The names of fields of its events that are secret, beside those that `wrapSecrets` knows. Secrets
   * reach the flow wrapped, and no log, inspector or storage shows them.
   */
  secrets?: readonly string[]
  /**
   * The page that the flow redirects to signs users in: the flow goes on for any user who comes back.
   * Default: only for the user who began it.
   */
  isForAnyUser?: boolean
}

/** What an app starts: any XState machine that ends with output. */
export type Flow = AnyStateMachine

/** The flows of an app, by the name it starts them with. */
export type Flows = Record<string, Flow>

/** Events for the session itself, whichever flow is running. */
export type SessionEvent<Name = string> =
  /** Starts a flow in place of the running one. */
  | { type: 'flow.start'; flow: Name; input?: object }
  /** Ends the running flow. */
  | { type: 'flow.cancel' }
  /**
   * Signs out. With a `redirect_uri` the browser then goes where the server says; both must be of
   * this origin or of one of the `returnOrigins`, else the page stays.
   */
  | ({ type: 'session.end' } & SignOutRequest)

/** Starts a flow with other logic, such as a copy that starts from a persisted snapshot. */
export interface FlowResume {
  type: 'flow.resume'
  flow: string
  logic: Flow
}

/** What happens to a session, for `auth.on`. */
export type LifeEvent =
  | { type: 'signedIn'; uid?: string }
  | { type: 'signedOut' }
  /** Another user, or none, is signed in now. */
  | { type: 'userChanged'; uid?: string }
  | { type: 'tokenRenewed' }
  /** The server rejected the session, so the user has to sign in again. */
  | { type: 'credentialsLost'; error: AuthError }
  /** The system time was changed; the tokens were refreshed to be sure. */
  | { type: 'clockSkewed' }
  /** The session could not be stored: it lasts as long as this page. */
  | { type: 'storageFailed'; error: AuthError }

/** A flow in the session's context. Tools print contexts; they do not see a private field. */
class RegisteredFlow implements FlowMeta {
  readonly who?: readonly Status[]
  readonly #machine: Flow

  constructor(machine: Flow) {
    this.#machine = machine
    this.who = (machine.config.meta as FlowMeta | undefined)?.who
  }

  get machine(): Flow {
    return this.#machine
  }
}

const register = (flows: Flows = {}) =>
  Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, new RegisteredFlow(flow)]))

/** Starts the actor `calls`, before the first call. */
export interface CallsOpen {
  type: 'calls.open'
}

/** What the verification of a contact reports about its code. */
export type CodeFact =
  /** `at`: milliseconds since the epoch. */
  | { type: 'code.sent'; code: SentCode; at: number }
  /** The code has been used, or cannot be used any more. */
  | { type: 'code.spent'; key: string }
  /** A reload goes on with the codes of the page before. */
  | { type: 'codes.restore'; codes: readonly SentCode[] }

type FlowEnd =
  { type: 'xstate.done.actor.flow' } | { type: 'xstate.error.actor.flow'; error: unknown }

const toRunning = { guard: 'canRun', target: 'running', actions: 'startFlow' } as const

const machine = setup({
  types: {
    input: {} as { flows?: Flows } | undefined,
    context: {} as {
      flows: Record<string, RegisteredFlow>
      /** The name of the running flow. */
      flow?: string
      uid?: string
      /** What was read last about a user, who may have been another one. */
      userFact?: UserFact
      /** The state of the region of this name, once it is known. */
      status: Status
      /** The codes that may not be sent again yet, for whichever flow needs one next. */
      codes: readonly SentCode[]
      /** Why the last flow or the session ended. */
      error?: AuthError
    },
    events: {} as
      | SessionEvent
      | FlowResume
      | FlowEnd
      | TokensFact
      | Extract<SessionChange, { type: 'clock.skewed' | 'store.failed' }>
      | CodeFact
      | UserFact
      | CallsOpen,
    emitted: {} as LifeEvent,
  },
  actors: { captcha, tokens, calls },
  guards: {
    canRun: ({ context, event }) => {
      if (event.type !== 'flow.start' && event.type !== 'flow.resume') return false
      const { flow: name } = event
      const flow = hasOwn(context.flows, name) && context.flows[name]
      return !!flow && name !== context.flow && isFor(flow, context.status)
    },
    isAnonymous: ({ event }) => statusAfter(event) === 'anonymous',
    isFlowForOthers: ({ context, event }) =>
      !isByFlow(event) && !isFor(context.flows[context.flow!]!, statusAfter(event)),
  },
  actions: {
    startFlow: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'flow.start' && event.type !== 'flow.resume') return
      const isResumed = event.type === 'flow.resume'
      const logic = isResumed ? event.logic : context.flows[event.flow]!.machine
      const input = isResumed ? {} : { ...event.input, uid: context.uid }
      enqueue.assign({ flow: event.flow, error: undefined })
      enqueue.spawnChild(logic as never, { id: 'flow', systemId: 'flow', input } as never)
    }),
    stopFlow: stopChild('flow'),
    forgetFlow: assign({ flow: undefined }),
    rememberUser: assign(({ event }) =>
      'uid' in event ? { uid: event.uid, status: statusAfter(event), error: undefined } : {},
    ),
    onSignedIn: enqueueActions(({ context, event, enqueue }) => {
      if (!('scope' in event)) return
      const { type, uid } = event
      const isOtherUser = uid !== context.uid
      const status = statusAfter(event)
      const isUpgraded = context.status === 'anonymous' && status === 'signedIn'
      if (isOtherUser && !isByFlow(event)) enqueue.raise({ type: 'flow.cancel' })
      enqueue.assign({ uid, status, error: undefined })
      if (type === 'tokens.kept' || isOtherUser || isUpgraded) {
        enqueue.emit({ type: 'signedIn', uid })
      }
      if (isOtherUser) enqueue.emit({ type: 'userChanged', uid })
    }),
    onSignedOut: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'tokens.lost') return
      const { error } = event
      enqueue.assign({ uid: undefined, status: 'signedOut', error })
      enqueue.emit(error ? { type: 'credentialsLost', error } : { type: 'signedOut' })
      enqueue.emit({ type: 'userChanged' })
    }),
    cancelFlow: enqueueActions(({ event, enqueue }) => {
      if (!isByFlow(event)) enqueue.raise({ type: 'flow.cancel' })
    }),
    emitRenewed: emit({ type: 'tokenRenewed' }),
    emitSkewed: emit({ type: 'clockSkewed' }),
    emitStorageFailed: emit(({ event }) => ({ type: 'storageFailed', error: errorOf(event)! })),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    dropTokens: sendTo('tokens', ({ event }) => {
      const { redirect_uri, state } = event as SignOutRequest
      return { type: 'tokens.drop', redirect: redirect_uri ? { redirect_uri, state } : undefined }
    }),
    openCalls: enqueueActions(({ enqueue, system }) => {
      if (!system.get('calls')) enqueue.spawnChild('calls', { id: 'calls', systemId: 'calls' })
    }),
    cancelSignIns: sendTo(({ system, self }) => system.get('calls') ?? self, {
      type: 'calls.cancelSignIns',
    }),
  },
}).createMachine({
  id: 'session',
  type: 'parallel',
  context: ({ input }) => ({ flows: register(input?.flows), status: 'signedOut', codes: [] }),
  invoke: [
    { id: 'captcha', systemId: 'captcha', src: 'captcha' },
    { id: 'tokens', systemId: 'tokens', src: 'tokens' },
  ],
  on: {
    'calls.open': { actions: 'openCalls' },
    'clock.skewed': { actions: 'emitSkewed' },
    'store.failed': { actions: 'emitStorageFailed' },
    'code.sent': {
      actions: assign(({ context, event: { code, at } }) => ({
        codes: withCode(context.codes, code, at),
      })),
    },
    'code.spent': {
      actions: assign(({ context, event }) => ({ codes: withoutCode(context.codes, event.key) })),
    },
    'user.read': { actions: assign({ userFact: ({ event }) => event }) },
    'codes.restore': { actions: assign(({ event }) => ({ codes: event.codes })) },
  },
  states: {
    status: {
      initial: 'unknown',
      on: {
        'tokens.restored': toStatus('onSignedIn'),
        'tokens.kept': toStatus('onSignedIn'),
        'tokens.refreshed': { actions: 'emitRenewed' },
        'tokens.lost': { target: '.signedOut', actions: 'onSignedOut' },
        'session.end': { actions: ['cancelSignIns', 'dropTokens'] },
      },
      states: {
        unknown: {
          on: { 'tokens.restored': toStatus('rememberUser'), 'tokens.lost': 'signedOut' },
        },
        signedOut: {},
        anonymous: { id: 'anonymous' },
        signedIn: {
          id: 'signedIn',
          on: { 'tokens.lost': { target: 'signedOut', actions: ['onSignedOut', 'cancelFlow'] } },
        },
      },
    },
    flow: {
      initial: 'idle',
      states: {
        idle: { on: { 'flow.start': toRunning, 'flow.resume': toRunning } },
        running: {
          on: {
            // Without `reenter` the running flow would not be stopped first.
            'flow.start': { ...toRunning, reenter: true },
            'flow.cancel': 'idle',
            'session.end': 'idle',
            'tokens.restored': { guard: 'isFlowForOthers', target: 'idle' },
            'tokens.kept': { guard: 'isFlowForOthers', target: 'idle' },
            'tokens.lost': { guard: 'isFlowForOthers', target: 'idle' },
            'xstate.done.actor.flow': 'idle',
            'xstate.error.actor.flow': { target: 'idle', actions: 'rememberError' },
          },
          exit: ['stopFlow', 'forgetFlow'],
        },
      },
    },
  },
})

type Machine = typeof machine
/** The type of {@link session}. */
export interface SessionMachine extends Machine {}

/**
 * The root of every client: who is signed in × which flow runs. It starts the shared actors that
 * every request relies on (`captcha`, `tokens`), `calls` for the calls of the app, and at most one
 * flow, as the actor `flow`. The flow ends when the status changes to one it is not for, unless it caused the change.
 */
export const session: SessionMachine = machine

/** Where a session with tokens goes. */
function toStatus<Action>(actions: Action) {
  return [
    { guard: 'isAnonymous' as const, target: '#anonymous', actions },
    { target: '#signedIn', actions },
  ]
}

/** The status once the session has learned this. */
function statusAfter(event: object): Status {
  if (!('scope' in event)) return 'signedOut'
  return event.scope === 'anonymous' ? 'anonymous' : 'signedIn'
}

const isFor = ({ who }: FlowMeta, status: Status) => !who || who.includes(status)

const isByFlow = (event: object) => 'byFlow' in event && event.byFlow === true
