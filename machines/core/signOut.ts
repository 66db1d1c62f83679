import { assign, fromPromise, setup } from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { errorOf, isTransient } from '../../services/error.ts'
import { revoke, signOut as endSession } from '../../services/http/endpoints.ts'
import type { SignedOut, SignOutRequest, Tokens } from '../../services/http/wire.ts'
import type { Revocable } from '../../services/session/revocations.ts'
import { clockOf, servicesOf } from '../../services/system.ts'
import { until } from './until.ts'

/** How often the request is repeated while the server cannot be reached. */
const REPEATS = 3

/** What {@link signOut} starts with. */
export interface SignOutInput {
  credentials: Revocable
  /** Where the browser goes once the server has answered (`POST user/signout`). */
  redirect?: SignOutRequest
}

const machine = setup({
  types: {
    input: {} as SignOutInput,
    context: {} as SignOutInput & {
      /** The access token is no longer good enough to be revoked. */
      isExpired: boolean
      /** The session as it was noted. */
      noted: Revocable
      repeats: number
      retryAt: number
      uri?: string
    },
  },
  actors: {
    revoke: fromPromise<SignedOut, SignOutInput>(
      ({ input: { credentials, redirect }, system, signal }) => {
        const { call } = servicesOf(system)
        const token = credentials.access_token
        return redirect
          ? call(endSession, redirect, { accessToken: token, signal, keepalive: true })
          : call(revoke, { token }, { signal, keepalive: true })
      },
    ),
    refresh: fromPromise<Tokens, SignOutInput['credentials']>(({ input, system }) =>
      servicesOf(system).session.refreshEnded(input),
    ),
    until,
  },
  guards: {
    isExpired: ({ context: { credentials, isExpired } }) =>
      isExpired && !!credentials.refresh_token,
    isRejected: ({ event }) => errorOf(event)?.code === 'invalid_grant',
    canRefresh: ({ context: { credentials }, event }) =>
      !!credentials.refresh_token && errorOf(event)?.code === 'unauthenticated',
    isTransient: ({ event }) => isTransient(errorOf(event)),
    canDropRedirect: ({ context }) => !!context.redirect,
    canRepeat: ({ context, event }) => context.repeats < REPEATS && isTransient(errorOf(event)),
  },
  actions: {
    backOff: assign(({ context, event, system }) => ({
      repeats: context.repeats + 1,
      retryAt: retryAt(clockOf(system), context.repeats + 1, errorOf(event)?.retryAfter),
    })),
    giveUpRefresh: assign(({ context: { credentials } }) => ({
      credentials: { access_token: credentials.access_token },
    })),
    dropRedirect: assign({ redirect: undefined, repeats: 0 }),
    // The next page tells the server what this one could not.
    forget({ context, system }) {
      servicesOf(system).revocations.remove(context.noted)
    },
    redirect({ context, system }) {
      try {
        if (context.uri) servicesOf(system).redirect(context.uri)
      } catch {
        // It is not the address of a web page, so the page stays.
      }
    },
  },
}).createMachine({
  id: 'signOut',
  context: ({ input, self }) => ({
    ...input,
    noted: input.credentials,
    isExpired: (input.credentials.expiresAt ?? Infinity) <= clockOf(self.system).now(),
    repeats: 0,
    retryAt: 0,
  }),
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'isExpired', target: 'refreshing' }, 'revoking'] },
    revoking: {
      tags: 'busy',
      invoke: {
        id: 'revoke',
        src: 'revoke',
        input: ({ context: { credentials, redirect } }) => ({ credentials, redirect }),
        onDone: {
          target: 'done',
          actions: [
            assign({ uri: ({ event }) => event.output.redirect_uri }),
            'forget',
            'redirect',
          ],
        },
        onError: [
          { guard: 'canRefresh', target: 'refreshing' },
          { guard: 'canRepeat', target: 'pausing', actions: 'backOff' },
          { guard: 'canDropRedirect', target: 'revoking', reenter: true, actions: 'dropRedirect' },
          { guard: 'isTransient', target: 'done' },
          { target: 'done', actions: 'forget' },
        ],
      },
    },
    refreshing: {
      tags: 'busy',
      invoke: {
        id: 'refresh',
        src: 'refresh',
        input: ({ context }) => context.credentials,
        onDone: {
          target: 'revoking',
          actions: assign({
            credentials: ({ event }) => ({ access_token: event.output.access_token }),
          }),
        },
        onError: [
          { guard: 'isRejected', target: 'done', actions: 'forget' },
          { target: 'revoking', actions: ['dropRedirect', 'giveUpRefresh'] },
        ],
      },
    },
    pausing: {
      tags: ['busy', 'retrying'],
      invoke: {
        id: 'until',
        src: 'until',
        input: ({ context }) => context.retryAt,
        onDone: 'revoking',
        onError: 'done',
      },
    },
    done: { type: 'final' },
  },
})

type Machine = typeof machine
/** The type of {@link signOut}. */
export interface SignOutMachine extends Machine {}

/**
 * Ends at the server a session that has already ended in this client. An expired access token is
 * refreshed first, because the server revokes only what it accepts. While the server cannot be reached,
 * the request is repeated a few times; after that it is left to the next page, without an error. If the
 * server does not say where to redirect, the session is revoked and the page stays.
 */
export const signOut: SignOutMachine = machine
