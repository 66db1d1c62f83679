import {
  type ActorRefFrom,
  type AnyActorRef,
  type AnyMachineSnapshot,
  assign,
  fromPromise,
  sendTo,
  setup,
} from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { type AuthError, errorOf } from '../../services/error.ts'
import type { SignOutRequest, Tokens } from '../../services/http/wire.ts'
import { type Credentials, toCredentials } from '../../services/session/credentials.ts'
import type { Revocable } from '../../services/session/revocations.ts'
import type { SessionChange } from '../../services/session/sharedSession.ts'
import { clockOf, providedTo, servicesOf } from '../../services/system.ts'
import { signOut, type SignOutMachine } from './signOut.ts'
import { until } from './until.ts'

/** What the session learns about its tokens, without a token in it. */
export type TokensFact = (
  | { type: 'tokens.restored'; uid?: string; scope?: string }
  | { type: 'tokens.kept'; uid?: string; scope?: string }
  | { type: 'tokens.refreshed'; uid?: string; scope?: string }
  | { type: 'tokens.lost'; error?: AuthError }
) & {
  /** The running flow caused it, so the flow goes on. */
  byFlow?: boolean
}

const machine = setup({
  types: {
    context: {} as {
      credentials?: Credentials
      /** Counts the token pairs, so that a request can name the one that was rejected. */
      serial: number
      /** Which sign-in the tokens come from, in the order they began. */
      order?: number
      /** Milliseconds since the epoch. */
      retryAt: number
      /** The next attempt does not wait for the pause that other tabs keep. */
      isUrgent?: boolean
      error?: AuthError
      /** The last sign-out, until the server has answered. */
      signOut?: ActorRefFrom<SignOutMachine>
    },
    events: {} as
      | { type: 'tokens.keep'; tokens: Tokens; version?: string; byFlow?: boolean; order?: number }
      /** The pair with this serial has expired or was rejected. */
      | { type: 'tokens.refresh'; serial: number; origin?: string }
      | { type: 'tokens.drop'; redirect?: SignOutRequest; byFlow?: boolean }
      /** The stored session may have changed without notice. */
      | { type: 'tokens.reload' }
      /** The server may be reachable again. */
      | { type: 'tokens.wake' }
      /** Another page was left before it could revoke this session. */
      | { type: 'tokens.revoke'; credentials: Revocable }
      | SessionChange,
    tags: {} as 'busy' | 'retrying',
  },
  actors: {
    load: fromPromise<void>(({ system }) =>
      servicesOf(system)
        .session.load()
        .then(() => undefined),
    ),
    refresh: fromPromise<void, { isUrgent?: boolean }>(({ input, system }) =>
      servicesOf(system).session.refresh(input),
    ),
    signOut,
    until,
  },
  guards: {
    // Of concurrent sign-ins the last one started wins, whichever is answered last.
    isLatest: ({ context, event }) => !((event as { order?: number }).order! < context.order!),
    isOutdated: ({ context, event }) =>
      event.type === 'tokens.refresh' && event.serial !== context.serial,
    canRetryNow: ({ context }) => context.error?.retryAfter === undefined,
  },
  actions: {
    begin: ({ context, system }) => servicesOf(system).session.begin(context.credentials!),
    end({ context, system }) {
      const { session, revocations } = servicesOf(system)
      revocations.add(context.credentials!)
      session.end()
    },
    reload: ({ system }) => servicesOf(system).session.reload(),
    revoke: assign({
      signOut: ({ context, event, spawn, self }) =>
        spawn('signOut', {
          // XState keeps each name for good, so that a name whose actor has ended is given again.
          id: isSigningOut(self) ? undefined : 'signOut',
          input: {
            credentials: event.type === 'tokens.revoke' ? event.credentials : context.credentials!,
            redirect: event.type === 'tokens.drop' ? event.redirect : undefined,
          },
        }),
    }),
    keep: assign(({ context, event, system }) => {
      if (event.type !== 'tokens.keep') return {}
      const { tokens, version, order = context.order } = event
      const credentials = toCredentials(tokens, clockOf(system), { version })
      return { credentials, order, serial: context.serial + 1, error: undefined }
    }),
    take: assign(({ context }, credentials: Credentials) => ({
      credentials,
      serial: context.serial + 1,
      error: undefined,
      isUrgent: false,
    })),
    forget: assign({ credentials: undefined }),
    forgetError: assign({ error: undefined }),
    notifySession: sendTo(
      ({ system }) => system.get('session'),
      (
        { context: { credentials }, event },
        { type }: { type: 'tokens.restored' | 'tokens.kept' | 'tokens.refreshed' },
      ): TokensFact => {
        const { sub: uid, scope } = credentials!
        return { type, uid, scope, byFlow: isByFlow(event) }
      },
    ),
    notifyLost: sendTo(
      ({ system }) => system.get('session'),
      ({ context: { error }, event }): TokensFact => ({
        type: 'tokens.lost',
        error,
        byFlow: isByFlow(event),
      }),
    ),
    forward: sendTo(
      ({ system }) => system.get('session'),
      ({ event }) => event,
    ),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    backOff: assign(({ system }) => ({
      retryAt: providedTo(system)?.session.retryAt ?? retryAt(clockOf(system), 1),
      isUrgent: false,
    })),
    hurry: assign({ isUrgent: true }),
  },
}).createMachine({
  id: 'tokens',
  context: { serial: 0, retryAt: 0 },
  initial: 'loading',
  on: {
    'tokens.keep': {
      guard: 'isLatest',
      target: '.kept',
      actions: ['keep', 'begin', { type: 'notifySession', params: { type: 'tokens.kept' } }],
    },
    'tokens.reload': { actions: 'reload' },
    'tokens.revoke': { actions: 'revoke' },
    'pair.restored': {
      target: '.kept',
      actions: [
        { type: 'take', params: ({ event }) => event.credentials },
        { type: 'notifySession', params: { type: 'tokens.restored' } },
      ],
    },
    'pair.refreshed': {
      target: '.kept',
      actions: [
        { type: 'take', params: ({ event }) => event.credentials },
        { type: 'notifySession', params: { type: 'tokens.refreshed' } },
      ],
    },
    'pair.lost': { target: '.absent', actions: 'rememberError' },
    'clock.skewed': { actions: 'forward' },
    'store.failed': { actions: 'forward' },
  },
  states: {
    loading: {
      tags: 'busy',
      // A stored session comes as a change (`pair.restored`), as from another tab.
      invoke: { id: 'load', src: 'load', onDone: 'absent', onError: 'absent' },
    },
    kept: {
      on: {
        'tokens.refresh': [{ guard: 'isOutdated' }, 'refreshing'],
        'tokens.drop': { target: 'absent', actions: ['revoke', 'end', 'forgetError'] },
      },
    },
    refreshing: {
      tags: 'busy',
      on: {
        'tokens.drop': { target: 'absent', actions: ['revoke', 'end', 'forgetError'] },
      },
      // What it brings comes as a change, too.
      invoke: {
        id: 'refresh',
        src: 'refresh',
        input: ({ context: { isUrgent } }) => ({ isUrgent }),
        onDone: 'kept',
        onError: { target: 'pausing', actions: ['rememberError', 'backOff'] },
      },
    },
    pausing: {
      tags: 'retrying',
      on: {
        'tokens.wake': { guard: 'canRetryNow', target: 'kept', actions: 'hurry' },
        'tokens.drop': { target: 'absent', actions: ['revoke', 'end', 'forgetError'] },
      },
      invoke: {
        id: 'until',
        src: 'until',
        input: ({ context }) => context.retryAt,
        onDone: 'kept',
        onError: 'kept',
      },
    },
    absent: {
      entry: ['notifyLost', 'forget'],
    },
  },
})

type Machine = typeof machine
/** The type of {@link tokens}. */
export interface TokensMachine extends Machine {}

/**
 * Owns the session's tokens: takes what changes in the stored session, refreshes its tokens when a request needs it,
 * and drops them only when the server rejects the newest refresh token or the user signs out, in this
 * tab or another. A request sends `tokens.refresh` and waits until the machine is no longer `busy`, so
 * that any number of requests share one refresh.
 */
export const tokens: TokensMachine = machine

/** In a graph the actor has no children. */
const isSigningOut = (self: AnyActorRef) =>
  (self.getSnapshot() as Partial<AnyMachineSnapshot>).children?.['signOut']?.getSnapshot()
    .status === 'active'

const isByFlow = (event: object) => 'byFlow' in event && event.byFlow === true
