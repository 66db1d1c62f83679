import { assign, fromPromise, setup } from 'xstate'
import { retryAt } from '../../services/clock.ts'
import { errorOf, isTransient } from '../../services/error.ts'
import { revoke, signOut as endSession } from '../../services/http/endpoints.ts'
import type { SignedOut, SignOutRequest, Tokens } from '../../services/http/wire.ts'
import type { Credentials } from '../../services/session/credentials.ts'
import { sendRefresh } from '../../services/session/refresh.ts'
import { destinationOf } from '../../services/platform/destination.ts'
import type { Platform } from '../../services/platform/platform.ts'
import { clockOf, providedTo, servicesOf } from '../../services/system.ts'
import { until } from './until.ts'

/** How often the request is repeated while the server cannot be reached. */
const REPEATS = 3

/** What {@link signOut} starts with. */
export interface SignOutInput {
  credentials: Pick<Credentials, 'access_token' | 'refresh_token' | 'version'>
  /** Where the browser goes once the server has answered (`POST user/signout`). */
  redirect?: SignOutRequest
}

const machine = setup({
  types: {
    input: {} as SignOutInput,
    context: {} as SignOutInput & { repeats: number; retryAt: number; uri?: string },
  },
  actors: {
    revoke: fromPromise<SignedOut, SignOutInput>(
      ({ input: { credentials, redirect }, system, signal }) => {
        const { call } = servicesOf(system)
        const token = credentials.access_token
        return redirect
          ? call(endSession, redirect, { accessToken: token, signal })
          : call(revoke, { token }, { signal })
      },
    ),
    refresh: fromPromise<Tokens, SignOutInput['credentials']>(({ input, system, signal }) =>
      sendRefresh(servicesOf(system).call, input, signal),
    ),
    until,
  },
  guards: {
    canRefresh: ({ context: { credentials, redirect }, event }) =>
      !!redirect && !!credentials.refresh_token && errorOf(event)?.code === 'unauthenticated',
    canDropRedirect: ({ context }) => !!context.redirect,
    canRepeat: ({ context, event }) => context.repeats < REPEATS && isTransient(errorOf(event)),
  },
  actions: {
    backOff: assign(({ context, event, system }) => ({
      repeats: context.repeats + 1,
      retryAt: retryAt(clockOf(system), context.repeats + 1, errorOf(event)?.retryAfter),
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
    const { redirect } = input
    const isAllowed = redirect && allowedPage(system, redirect, redirect.redirect_uri)
    return { ...input, redirect: isAllowed ? redirect : undefined, repeats: 0, retryAt: 0 }
  },
  initial: 'revoking',
  states: {
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
        onError: { target: 'revoking', actions: 'dropRedirect' },
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
 * Ends at the server a session that has already ended in this client. It is best effort:
 * repeated a few times while the server cannot be reached, and then given up without an error. The
 * server says where to redirect only for a valid token, so an expired one is refreshed for that; if
 * it cannot be, the session is revoked and the page stays.
 */
export const signOut: SignOutMachine = machine

/** @returns the page, or undefined when it is none that the app has allowed (see `returnOrigins`) */
function allowedPage(system: object, { redirect_uri = '' }: SignOutRequest, page?: string) {
  const { platform, returnOrigins } = providedTo(system) ?? { platform: {} as Partial<Platform> }
  try {
    const toDestination = platform.destinationOf ?? destinationOf
    return toDestination({ redirect_uri, returnTo: page }, returnOrigins)
  } catch {
    return undefined
  }
}
