/** A flow of an app's own: asks users without a name for one. */
import {
  type AuthError,
  callsOf,
  errorActions,
  expectEvent,
  failTo,
  type Flow,
  type FlowMeta,
  request,
} from 'cloudbase-authflow'
import { getUser, updateProfile } from 'cloudbase-authflow/endpoints'
import { assign, setup } from 'xstate'

interface Context {
  name?: string
  error?: AuthError
}

type Event = { type: 'name.submit'; name: string } | { type: 'name.skip' }

const flow = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    output: {} as { name?: string },
    tags: {} as 'asking' | 'busy',
    meta: {} as FlowMeta,
  },
  // `request` handles captchas, expired tokens and network failures, as in the built-in flows.
  actors: { getUser: request(getUser), updateProfile: request(updateProfile) },
  guards: { hasName: ({ context }) => !!context.name },
  actions: errorActions<Context, Event>(),
})

const call = callsOf<typeof flow>()

export const naming = flow.createMachine({
  id: 'naming',
  // The flow starts for a signed-in user only and ends when that user signs out.
  meta: { who: ['signedIn'] },
  context: {},
  initial: 'loadingUser',
  output: ({ context: { name } }) => ({ name }),
  states: {
    loadingUser: call('getUser', {
      input: {},
      onDone: { target: 'choosing', actions: assign({ name: ({ event }) => event.output.name }) },
      onError: 'done',
    }),
    choosing: { always: [{ guard: 'hasName', target: 'done' }, 'askingName'] },
    // Without the tag `asking` a reload would not go on here.
    askingName: { tags: 'asking', on: { 'name.submit': 'savingName', 'name.skip': 'done' } },
    savingName: call('updateProfile', {
      input: ({ event }) => ({ name: expectEvent(event, 'name.submit').name }),
      onDone: { target: 'done', actions: assign({ name: ({ event }) => event.output.name }) },
      onError: failTo('askingName'),
    }),
    done: { type: 'final' },
  },
}) satisfies Flow
