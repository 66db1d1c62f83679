import { assign, fromPromise, sendTo, setup, spawnChild } from 'xstate'
import { type Clock, retryAt } from '../../services/clock.ts'
import { refresh, refreshV2 } from '../../services/http/endpoints.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import type { Credentials } from '../../services/session/tokenStore.ts'
import type { SignOutRequest, Tokens } from '../../services/http/wire.ts'
import { signOut } from './signOut.ts'
import { until } from './until.ts'

/** What the session learns: a fact, never a token. */
export type TokensFact = (
  { type: 'tokens.kept'; uid?: string; scope?: string } | { type: 'tokens.lost'; error?: AuthError }
) & {
  /** The running flow has brought it about itself. */
  byFlow?: boolean
}

const isByFlow = (event: object) => 'byFlow' in event && event.byFlow === true

/**
 * Keeps the session's tokens, renews them when somebody needs one, and loses them only when the
 * server refuses the refresh token or the person signs out. A request sends `tokens.renew` and waits
 * until the machine is no longer `busy`, so any number of requests share one renewal.
 */
const machine = setup({
  types: {
    context: {} as {
      credentials?: Credentials
      /** Counts the token pairs, so that a request can say which one was refused. */
      serial: number
      /** Which sign-in the tokens come from, in the order they began. */
      begun?: number
      failures: number
      /** Milliseconds since the epoch. */
      retryAt: number
      error?: AuthError
    },
    events: {} as
      | {
          type: 'tokens.keep'
          tokens: Tokens
          version?: string
          byFlow?: boolean
          begun?: number
        }
      /** This pair has expired or was refused: another one is needed. */
      | { type: 'tokens.renew'; serial: number }
      | { type: 'tokens.drop'; redirect?: SignOutRequest; byFlow?: boolean }
      | { type: 'tokens.reload' },
    tags: {} as 'busy' | 'retrying',
  },
  actors: {
    load: fromPromise<Credentials | undefined>(({ system }) => servicesOf(system).store.load()),
    refresh: fromPromise<Tokens, Credentials>(({ input, system, signal }) => {
      const { call, store } = servicesOf(system)
      return store.renew(input, {
        refresh: ({ version, refresh_token }) =>
          call(
            version === 'v2' ? refreshV2 : refresh,
            { refresh_token: refresh_token! },
            { signal },
          ),
        reload: () => system.get('tokens').send({ type: 'tokens.reload' }),
        signal,
      })
    }),
    signOut,
    until,
  },
  guards: {
    // Whoever asked last is the one to be signed in, not whoever is answered last.
    isLatest: ({ context, event }) => !((event as { begun?: number }).begun! < context.begun!),
    isStored: ({ event }) => 'output' in event && !!event.output,
    hasCredentials: ({ context }) => !!context.credentials,
    isOutdated: ({ context, event }) =>
      event.type === 'tokens.renew' && event.serial !== context.serial,
    isRenewable: ({ context }) => !!context.credentials!.refresh_token,
    isRefused: ({ event }) => REFUSALS.has(errorOf(event)?.code ?? ''),
  },
  actions: {
    // A store that fails costs the next page its session, never this one.
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
    tellServer: spawnChild('signOut', {
      input: ({ context, event }) => ({
        credentials: context.credentials!,
        redirect: event.type === 'tokens.drop' ? event.redirect : undefined,
      }),
    }),
    forgetError: assign({ error: undefined }),
    tell: sendTo(
      ({ system }) => system.get('session'),
      (
        { context: { credentials }, event },
        { type }: { type: 'tokens.restored' | 'tokens.kept' | 'tokens.renewed' },
      ) => {
        const { sub: uid, scope } = credentials!
        return { type, uid, scope, byFlow: isByFlow(event) } as TokensFact
      },
    ),
    tellLost: sendTo(
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
          begun: event.begun ?? context.begun,
          failures: 0,
          error: undefined,
        })),
        'save',
        { type: 'tell', params: { type: 'tokens.kept' } },
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
          actions: ['tellServer', 'clear', 'forgetError'],
        },
      },
      invoke: {
        id: 'load',
        src: 'load',
        onDone: [
          {
            guard: 'isStored',
            target: 'kept',
            actions: [
              assign(({ context, event }) => ({
                credentials: event.output,
                serial: context.serial + 1,
              })),
              { type: 'tell', params: { type: 'tokens.restored' } },
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
        'tokens.renew': [
          { guard: 'isOutdated' },
          { guard: 'isRenewable', target: 'renewing' },
          { target: 'absent', actions: ['rememberExpiry', 'clear'] },
        ],
        'tokens.drop': { target: 'absent', actions: ['tellServer', 'clear', 'forgetError'] },
      },
    },
    renewing: {
      tags: 'busy',
      on: {
        'tokens.reload': 'loading',
        'tokens.drop': { target: 'absent', actions: ['tellServer', 'clear', 'forgetError'] },
      },
      invoke: {
        id: 'refresh',
        src: 'refresh',
        input: ({ context }) => context.credentials!,
        onDone: {
          target: 'kept',
          actions: [
            assign(({ context, event, system }) => ({
              credentials: toCredentials(event.output, clockOf(system), context.credentials),
              serial: context.serial + 1,
              failures: 0,
              error: undefined,
            })),
            'save',
            { type: 'tell', params: { type: 'tokens.renewed' } },
          ],
        },
        onError: [
          { guard: 'isRefused', target: 'absent', actions: ['rememberError', 'clear'] },
          { target: 'resting', actions: ['rememberError', 'backOff'] },
        ],
      },
    },
    resting: {
      tags: 'retrying',
      on: {
        'tokens.reload': 'loading',
        'tokens.drop': { target: 'absent', actions: ['tellServer', 'clear', 'forgetError'] },
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
      entry: ['tellLost', assign({ credentials: undefined })],
    },
  },
})

/** Answers to a refresh that end the session; any other failure leaves it alone. */
const REFUSALS = new Set(['invalid_grant', 'unauthenticated', 'user_blocked'])

/** Seconds before its end in which a token is no longer sent, so that it does not expire on the way. */
const MARGIN = 30

/** A session begins: `expires_in` becomes a moment. What a renewal does not repeat stays. */
function toCredentials(
  { expires_in, ...tokens }: Tokens,
  clock: Clock,
  previous?: Partial<Credentials>,
): Credentials {
  const margin = Math.min(MARGIN, expires_in / 2)
  const expiresAt = clock.now() + (expires_in - margin) * 1000
  return { ...previous, ...tokens, expiresAt }
}

type Machine = typeof machine
export interface TokensMachine extends Machine {}
export const tokens: TokensMachine = machine
