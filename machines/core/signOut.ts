import { assign, fromPromise, setup } from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { refresh, refreshV2, revoke, signOut as endSession } from '../../services/http/endpoints.ts'
import { errorOf, isTransient } from '../../services/error.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import type { Credentials } from '../../services/session/tokenStore.ts'
import type { SignedOut, SignOutRequest, Tokens } from '../../services/http/wire.ts'
import { until } from './until.ts'

/** How often the server is told again while it cannot be reached. */
const REPEATS = 3

export interface SignOutInput {
  credentials: Pick<Credentials, 'access_token' | 'refresh_token' | 'version'>
  /** Where to go once the server knows (`POST user/signout`). */
  redirect?: SignOutRequest
}

/**
 * Tells the server that a session has ended which is over already on this side. Best effort: told
 * again a few times while the line is down, and given up in silence. Where to go only a good token
 * learns, so one that has run out is renewed for it; if it cannot be, the session is revoked and
 * the person stays.
 */
const machine = setup({
  types: {
    input: {} as SignOutInput,
    context: {} as SignOutInput & { repeats: number; retryAt: number; uri?: string },
  },
  actors: {
    tell: fromPromise<SignedOut, SignOutInput>(
      ({ input: { credentials, redirect }, system, signal }) => {
        const { call } = servicesOf(system)
        const token = credentials.access_token
        return redirect
          ? call(endSession, redirect, { accessToken: token, signal })
          : call(revoke, { token }, { signal })
      },
    ),
    renew: fromPromise<Tokens, SignOutInput['credentials']>(({ input, system, signal }) => {
      const { version, refresh_token } = input
      const endpoint = version === 'v2' ? refreshV2 : refresh
      return servicesOf(system).call(endpoint, { refresh_token: refresh_token! }, { signal })
    }),
    until,
  },
  guards: {
    canRenew: ({ context: { credentials, redirect }, event }) =>
      !!redirect && !!credentials.refresh_token && errorOf(event)?.code === 'unauthenticated',
    canStay: ({ context }) => !!context.redirect,
    canRepeat: ({ context, event }) => context.repeats < REPEATS && isTransient(errorOf(event)),
  },
  actions: {
    backOff: assign(({ context, event, system }) => ({
      repeats: context.repeats + 1,
      retryAt: retryAt(clockOf(system), context.repeats + 1, errorOf(event)?.retryAfter),
    })),
    stay: assign({ redirect: undefined, repeats: 0 }),
    redirect({ context, system }) {
      try {
        if (context.uri) servicesOf(system).redirect(context.uri)
      } catch {
        // It is no page: the person stays.
      }
    },
  },
}).createMachine({
  id: 'signOut',
  context: ({ input }) => ({ ...input, repeats: 0, retryAt: 0 }),
  initial: 'telling',
  states: {
    telling: {
      tags: 'busy',
      invoke: {
        id: 'tell',
        src: 'tell',
        input: ({ context: { credentials, redirect } }) => ({ credentials, redirect }),
        onDone: {
          target: 'done',
          actions: [assign({ uri: ({ event }) => event.output.redirect_uri }), 'redirect'],
        },
        onError: [
          { guard: 'canRenew', target: 'renewing' },
          { guard: 'canRepeat', target: 'pausing', actions: 'backOff' },
          { guard: 'canStay', target: 'telling', reenter: true, actions: 'stay' },
          'done',
        ],
      },
    },
    renewing: {
      tags: 'busy',
      invoke: {
        id: 'renew',
        src: 'renew',
        input: ({ context }) => context.credentials,
        onDone: {
          target: 'telling',
          actions: assign({
            credentials: ({ event }) => ({ access_token: event.output.access_token }),
          }),
        },
        onError: { target: 'telling', actions: 'stay' },
      },
    },
    pausing: {
      tags: ['busy', 'retrying'],
      invoke: {
        id: 'until',
        src: 'until',
        input: ({ context }) => context.retryAt,
        onDone: 'telling',
        onError: 'done',
      },
    },
    done: { type: 'final' },
  },
})

type Machine = typeof machine
export interface SignOutMachine extends Machine {}
export const signOut: SignOutMachine = machine
