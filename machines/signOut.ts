import { assign, fromPromise, setup } from 'xstate'
import type { Api } from '../services/api.ts'
import { retryAt } from '../services/clock.ts'
import { errorOf, isTransient } from '../services/error.ts'
import type { Secret } from '../services/secret.ts'
import type { SignedOut, SignOutRequest } from '../services/wire.ts'
import { until } from './until.ts'

/** How often the server is told again while it cannot be reached. */
const REPEATS = 3

export interface SignOutInput {
  token: Secret
  /** Where to go once the server knows (`POST user/signout`). */
  redirect?: SignOutRequest
}

/**
 * Tells the server that a session has ended which is over already on this side. Best effort: told
 * again a few times while the line is down, and given up in silence.
 */
export const signOut = (api: Pick<Api, 'revoke' | 'signOut' | 'clock' | 'leave'>) =>
  setup({
    types: {
      input: {} as SignOutInput,
      context: {} as SignOutInput & { repeats: number; retryAt: number; uri?: string },
    },
    actors: {
      tell: fromPromise<SignedOut, SignOutInput>(({ input: { token, redirect }, signal }) =>
        redirect
          ? api.signOut(redirect, { accessToken: token, signal })
          : api.revoke({ token }, { signal }),
      ),
      until: until(api.clock),
    },
    guards: {
      canRepeat: ({ context, event }) => context.repeats < REPEATS && isTransient(errorOf(event)),
    },
    actions: {
      backOff: assign(({ context, event }) => ({
        repeats: context.repeats + 1,
        retryAt: retryAt(api.clock, context.repeats + 1, errorOf(event)?.retryAfter),
      })),
      leave: ({ context }) => context.uri && api.leave(context.uri),
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
          input: ({ context: { token, redirect } }) => ({ token, redirect }),
          onDone: {
            target: 'done',
            actions: [assign({ uri: ({ event }) => event.output.redirect_uri }), 'leave'],
          },
          onError: [{ guard: 'canRepeat', target: 'pausing', actions: 'backOff' }, 'done'],
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
