import { assign, setup } from 'xstate'
import type { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import {
  callsOf,
  contactActions,
  contactEdges,
  contactGuards,
  errorActions,
  errorGuards,
  failTo,
  lostSecret,
} from '../core/flow.ts'
import { request } from '../core/request.ts'
import { verification } from '../parts/verification.ts'

interface Context {
  contact?: Contact
  verificationToken?: Secret
  password?: Secret
  error?: AuthError
}

type Event =
  | ({ type: 'contact.submit' } & Contact)
  | { type: 'contact.change' }
  | { type: 'password.submit'; password: Secret }
  | { type: 'signIn.retry' }

const flow = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    output: {} as { isSignedIn: boolean },
    children: {} as { verification: 'verification' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    verification,
    resetPassword: request(api.resetPassword),
    signIn: request(api.signIn),
  },
  guards: {
    ...errorGuards,
    ...contactGuards,
    hasProof: ({ context }) => !!context.verificationToken,
    hasPassword: ({ context }) => !!context.password,
  },
  actions: {
    ...errorActions<Context, Event>(),
    ...contactActions<Context, Event>(),
    rememberLostProof: assign(lostSecret('code_expired', 'resetPassword')),
    fail: ({ context }) => {
      throw context.error
    },
  },
})

const call = callsOf<typeof flow>()
const startOver = { target: 'askingContact', actions: 'forgetError' } as const

const machine = flow.createMachine({
  id: 'resetPassword',
  context: {},
  initial: 'askingContact',
  output: ({ context }) => ({ isSignedIn: !context.error }),
  states: {
    askingContact: {
      tags: 'asking',
      entry: assign({ verificationToken: undefined, password: undefined }),
      on: { 'contact.submit': contactEdges('verification') },
    },
    verification: {
      entry: 'forgetError',
      on: { 'contact.change': startOver },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: context.contact! }),
        onDone: {
          target: 'askingPassword',
          actions: assign({ verificationToken: ({ event }) => event.output.verificationToken }),
        },
        onError: failTo('askingContact'),
      },
    },
    askingPassword: {
      tags: 'asking',
      on: {
        'password.submit': [
          {
            guard: 'hasProof',
            target: 'resettingPassword',
            actions: assign({ password: ({ event }) => event.password }),
          },
          { target: 'askingContact', actions: 'rememberLostProof' },
        ],
        'contact.change': startOver,
      },
    },
    resettingPassword: call('resetPassword', {
      input: ({ context }) => ({
        ...context.contact!,
        new_password: context.password!,
        verification_token: context.verificationToken!,
      }),
      onDone: 'signingIn',
      onError: [failTo('askingPassword', 'isTransient'), failTo('askingContact')],
    }),
    signingIn: call('signIn', {
      input: ({ context: { contact, password } }) => ({
        username: (contact!.phone_number ?? contact!.email)!,
        password,
      }),
      onDone: 'done',
      onError: [failTo('askingRetry', 'isTransient'), failTo('failed')],
    }),
    askingRetry: {
      tags: 'asking',
      on: { 'signIn.retry': [{ guard: 'hasPassword', target: 'signingIn' }, 'done'] },
    },
    done: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

type Machine = typeof machine
/** The type of {@link resetPassword}. */
export interface ResetPasswordMachine extends Machine {}

/**
 * Password reset: proves a contact of the user, asks for the new password, sets it and signs in with
 * it. If only that last call fails it can be retried; if it is refused, the new password is set
 * already and the flow ends with the reason.
 */
export const resetPassword: ResetPasswordMachine = machine
