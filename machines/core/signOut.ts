import { assign, fromPromise, setup } from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { errorOf, isTransient } from '../../services/error.ts'
import { revoke, signOut as endSession } from '../../services/http/endpoints.ts'
import type { SignedOut, SignOutRequest, Tokens } from '../../services/http/wire.ts'
import { platformOf } from '../../services/platform/browserPlatform.ts'
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
      repeats: number
      retryAt: number
      uri?: string
    },
  },
  actors: {
    revoke: fromPromise<SignedOut, SignOutInput>(async ({ input, system, signal }) => {
      const { call, revocations } = servicesOf(system)
      const { credentials, redirect } = input
      const token = credentials.access_token
      const options = { signal, keepalive: true }
      const answer = redirect
        ? call(endSession, redirect, { ...options, accessToken: token })
        : call(revoke, { token }, options)
      return revocations.settle(credentials, answer)
    }),
    refresh: fromPromise<Tokens, SignOutInput['credentials']>(({ input, system }) => {
      const { session, revocations } = servicesOf(system)
      return revocations.settle(input, session.refreshEnded(input))
    }),
    until,
  },
  guards: {
    isExpired: ({ context: { credentials, isExpired } }) =>
      isExpired && !!credentials.refresh_token,
    isRejected: ({ event }) => errorOf(event)?.code === 'invalid_grant',
    canRefresh: ({ context: { credentials }, event }) =>
      !!credentials.refresh_token && errorOf(event)?.code === 'unauthenticated',
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
    redirect({ context: { uri, redirect }, system }) {
      const page = uri && allowedPage(system, { redirect_uri: redirect?.redirect_uri ?? uri }, uri)
      if (page) servicesOf(system).redirect(page)
    },
  },
}).createMachine({
  id: 'signOut',
  context: ({ input, self: { system } }) => {
    const { redirect, credentials } = input
    const isAllowed = redirect && allowedPage(system, redirect, redirect.redirect_uri)
    return {
      ...input,
      redirect: isAllowed ? redirect : undefined,
      isExpired: (credentials.expiresAt ?? Infinity) <= clockOf(system).now(),
      repeats: 0,
      retryAt: 0,
    }
  },
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
          actions: [assign({ uri: ({ event }) => event.output.redirect_uri }), 'redirect'],
        },
        onError: [
          { guard: 'canRefresh', target: 'refreshing' },
          { guard: 'canRepeat', target: 'pausing', actions: 'backOff' },
          { guard: 'canDropRedirect', target: 'revoking', reenter: true, actions: 'dropRedirect' },
          'done',
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
          { guard: 'isRejected', target: 'done' },
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

/** @returns the page, or undefined when it is none that the app has allowed (see `returnOrigins`) */
function allowedPage(system: object, { redirect_uri = '' }: SignOutRequest, page?: string) {
  try {
    return platformOf(system).destinationOf({ redirect_uri, returnTo: page })
  } catch {
    return undefined
  }
}
