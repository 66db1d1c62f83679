/** A journey of an app's own: a user without a name is asked for one. */
import { AuthError, request } from 'cloudbase-authflow'
import { getUser, updateProfile } from 'cloudbase-authflow/endpoints'
import { assign, setup } from 'xstate'

/** It begins for a user alone, and ends when the user is gone. */
export const naming = setup({
  types: {
    context: {} as { name?: string; error?: AuthError },
    events: {} as { type: 'name.submit'; name: string } | { type: 'name.skip' },
    output: {} as { name?: string },
    tags: {} as 'asking' | 'busy',
  },
  // A `request` handles captchas, expired tokens and broken lines as the built-in flows do.
  actors: { getUser: request(getUser), updateProfile: request(updateProfile) },
  guards: { hasName: ({ context }) => !!context.name },
}).createMachine({
  id: 'naming',
  meta: { who: ['signedIn'] },
  context: {},
  initial: 'loadingUser',
  output: ({ context }) => ({ name: context.name }),
  states: {
    loadingUser: {
      tags: 'busy',
      invoke: {
        id: 'getUser',
        src: 'getUser',
        input: {},
        onDone: {
          target: 'choosing',
          actions: assign({ name: ({ event }) => event.output.name }),
        },
        onError: 'done',
      },
    },
    choosing: { always: [{ guard: 'hasName', target: 'done' }, 'askingName'] },
    askingName: {
      tags: 'asking',
      on: {
        'name.submit': {
          target: 'savingName',
          actions: assign({ name: ({ event }) => event.name, error: undefined }),
        },
        'name.skip': 'done',
      },
    },
    savingName: {
      tags: 'busy',
      invoke: {
        id: 'updateProfile',
        src: 'updateProfile',
        input: ({ context }) => ({ name: context.name }),
        onDone: 'done',
        onError: {
          target: 'askingName',
          actions: assign({ error: ({ event }) => AuthError.from(event.error) }),
        },
      },
    },
    done: { type: 'final' },
  },
})
