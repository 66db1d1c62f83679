import { assign, fromPromise, sendTo, setup, spawnChild } from 'xstate'
import { type Clock, retryAt } from '../../services/clock.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import type { SignOutRequest, Tokens } from '../../services/http/wire.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { withMargin } from '../../services/session/expiry.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import { signOut } from './signOut.ts'
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
      failures: number
      /** Milliseconds since the epoch. */
      retryAt: number
      error?: AuthError
    },
    events: {} as
      | { type: 'tokens.keep'; tokens: Tokens; version?: string; byFlow?: boolean; order?: number }
      /** The pair with this serial has expired or was rejected. */
      | { type: 'tokens.refresh'; serial: number; origin?: string }
      | { type: 'tokens.drop'; redirect?: SignOutRequest; byFlow?: boolean }
      /** Another tab may have changed the stored session. */
      | { type: 'tokens.reload' },
    tags: {} as 'busy' | 'retrying',
  },
  actors: {
    load: fromPromise<Credentials | undefined>(({ system }) => servicesOf(system).store.load()),
    refresh: fromPromise<Tokens | undefined, Credentials>(({ input, system, signal }) =>
      servicesOf(system).refresh(input, signal),
    ),
    signOut,
    until,
  },
  guards: {
    // Of concurrent sign-ins the last one started wins, whichever is answered last.
    isLatest: ({ context, event }) => !((event as { order?: number }).order! < context.order!),
    hasOutput: ({ event }) => 'output' in event && !!event.output,
    hasCredentials: ({ context }) => !!context.credentials,
    isOutdated: ({ context, event }) =>
      event.type === 'tokens.refresh' && event.serial !== context.serial,
    hasRefreshToken: ({ context }) => !!context.credentials!.refresh_token,
    isRejected: ({ event }) => REJECTIONS.has(errorOf(event)?.code ?? ''),
  },
  actions: {
    // A failing store costs the next page its session, not this one.
    save({ context, system }) {
      servicesOf(system)
        .store.save(context.credentials!)
        .catch(() => undefined)
    },
    clear({ system }) {
      servicesOf(system)
        .store.clear()
        .catch(() => undefined)
    },
    revoke: spawnChild('signOut', {
      input: ({ context, event }) => ({
        credentials: context.credentials!,
        redirect: event.type === 'tokens.drop' ? event.redirect : undefined,
      }),
    }),
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
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    rememberExpiry: assign({
      error: () => new AuthError('unauthenticated', { operation: 'refresh' }),
    }),
    backOff: assign(({ context: { failures, error }, system }) => ({
      failures: failures + 1,
      retryAt: retryAt(clockOf(system), failures + 1, error?.retryAfter),
    })),
  },
}).createMachine({
  id: 'tokens',
  context: { serial: 0, failures: 0, retryAt: 0 },
  initial: 'loading',
  on: {
    'tokens.keep': {
      guard: 'isLatest',
      target: '.kept',
      actions: [
        assign(({ context, event, system }) => ({
          credentials: toCredentials(event.tokens, clockOf(system), { version: event.version }),
          serial: context.serial + 1,
          order: event.order ?? context.order,
          failures: 0,
          error: undefined,
        })),
        'save',
        { type: 'notifySession', params: { type: 'tokens.kept' } },
      ],
    },
  },
  states: {
    loading: {
      tags: 'busy',
      on: {
        'tokens.drop': {
          guard: 'hasCredentials',
          target: 'absent',
          actions: ['revoke', 'clear', 'forgetError'],
        },
      },
      invoke: {
        id: 'load',
        src: 'load',
        onDone: [
          {
            guard: 'hasOutput',
            target: 'kept',
            actions: [
              assign(({ context, event }) => ({
                credentials: event.output,
                serial: context.serial + 1,
              })),
              { type: 'notifySession', params: { type: 'tokens.restored' } },
            ],
          },
          { target: 'absent', actions: 'forgetError' },
        ],
        onError: [{ guard: 'hasCredentials', target: 'kept' }, 'absent'],
      },
    },
    kept: {
      on: {
        'tokens.reload': 'loading',
        'tokens.refresh': [
          { guard: 'isOutdated' },
          { guard: 'hasRefreshToken', target: 'refreshing' },
          { target: 'absent', actions: ['rememberExpiry', 'clear'] },
        ],
        'tokens.drop': { target: 'absent', actions: ['revoke', 'clear', 'forgetError'] },
      },
    },
    refreshing: {
      tags: 'busy',
      on: {
        'tokens.reload': 'loading',
        'tokens.drop': { target: 'absent', actions: ['revoke', 'clear', 'forgetError'] },
      },
      invoke: {
        id: 'refresh',
        src: 'refresh',
        input: ({ context }) => context.credentials!,
        onDone: [
          {
            guard: 'hasOutput',
            target: 'kept',
            actions: [
              assign(({ context, event, system }) => ({
                credentials: toCredentials(event.output!, clockOf(system), context.credentials),
                serial: context.serial + 1,
                failures: 0,
                error: undefined,
              })),
              'save',
              { type: 'notifySession', params: { type: 'tokens.refreshed' } },
            ],
          },
          // Another tab has changed the stored session meanwhile.
          { target: 'loading' },
        ],
        onError: [
          { guard: 'isRejected', target: 'absent', actions: ['rememberError', 'clear'] },
          { target: 'pausing', actions: ['rememberError', 'backOff'] },
        ],
      },
    },
    pausing: {
      tags: 'retrying',
      on: {
        'tokens.reload': 'loading',
        'tokens.drop': { target: 'absent', actions: ['revoke', 'clear', 'forgetError'] },
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
      on: { 'tokens.reload': 'loading' },
      entry: ['notifyLost', assign({ credentials: undefined })],
    },
  },
})

type Machine = typeof machine
/** The type of {@link tokens}. */
export interface TokensMachine extends Machine {}

/**
 * Owns the session's tokens: stores them, refreshes them when a request needs it, and drops them
 * only when the server rejects the refresh token or the user signs out. A request sends
 * `tokens.refresh` and waits until the machine is no longer `busy`, so that any number of requests
 * share one refresh.
 */
export const tokens: TokensMachine = machine

const isByFlow = (event: object) => 'byFlow' in event && event.byFlow === true

/** Answers to a refresh that end the session. Any other failure keeps it. */
const REJECTIONS = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

/** Turns `expires_in` into a moment and keeps what a refresh does not repeat. */
function toCredentials(
  { expires_in, ...tokens }: Tokens,
  clock: Clock,
  previous?: Partial<Credentials>,
): Credentials {
  const expiresAt = clock.now() + withMargin(expires_in) * 1000
  return { ...previous, ...tokens, expiresAt }
}
