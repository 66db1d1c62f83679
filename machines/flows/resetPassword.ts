import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact } from '../../services/http/wire.ts'
import { request } from '../core/request.ts'
import { verification } from '../parts/verification.ts'

/**
 * Sets a new password for a person who cannot sign in: proves a contact of theirs, asks for the new
 * password, sets it and signs them in with it. If only that last call fails it can be tried again;
 * if it is refused they have the new password already, and the flow ends with the reason.
 */
const machine = setup({
  types: {
    context: {} as {
      contact?: Contact
      verificationToken?: Secret
      password?: Secret
      error?: AuthError
    },
    events: {} as
      | ({ type: 'contact.submit' } & Contact)
      | { type: 'contact.change' }
      | { type: 'password.submit'; password: Secret }
      | { type: 'signIn.retry' },
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
    isProven: ({ context }) => !!context.verificationToken,
    hasPassword: ({ context }) => !!context.password,
    isTransient: ({ event }) => isTransient(errorOf(event)),
  },
  actions: {
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    // The proof is a secret: it does not outlive the page.
    rememberExpiry: assign({
      error: () => new AuthError('code_expired', { operation: 'resetPassword' }),
    }),
    fail: ({ context }) => {
      throw context.error
    },
  },
}).createMachine({
  id: 'resetPassword',
  context: {},
  initial: 'askingContact',
  output: ({ context }) => ({ isSignedIn: !context.error }),
  states: {
    askingContact: {
      tags: 'asking',
      entry: assign({ verificationToken: undefined, password: undefined }),
      on: {
        'contact.submit': {
          target: 'verification',
          actions: assign({
            contact: ({ event: { phone_number, email } }) => ({ phone_number, email }) as Contact,
          }),
        },
      },
    },
    verification: {
      entry: 'forgetError',
      on: { 'contact.change': { target: 'askingContact', actions: 'forgetError' } },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: context.contact! }),
        onDone: {
          target: 'askingPassword',
          actions: assign({
            verificationToken: ({ event }) => event.output.verificationToken,
          }),
        },
        onError: { target: 'askingContact', actions: 'rememberError' },
      },
    },
    askingPassword: {
      tags: 'asking',
      on: {
        'password.submit': [
          {
            guard: 'isProven',
            target: 'resettingPassword',
            actions: assign({ password: ({ event }) => event.password }),
          },
          { target: 'askingContact', actions: 'rememberExpiry' },
        ],
        'contact.change': { target: 'askingContact', actions: 'forgetError' },
      },
    },
    resettingPassword: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'resetPassword',
        src: 'resetPassword',
        input: ({ context }) => ({
          ...context.contact!,
          new_password: context.password!,
          verification_token: context.verificationToken!,
        }),
        onDone: 'signingIn',
        onError: [
          { guard: 'isTransient', target: 'askingPassword', actions: 'rememberError' },
          { target: 'askingContact', actions: 'rememberError' },
        ],
      },
    },
    signingIn: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ context: { contact, password } }) => ({
          username: (contact!.phone_number ?? contact!.email)!,
          password,
        }),
        onDone: 'done',
        onError: [
          { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
          { target: 'failed', actions: 'rememberError' },
        ],
      },
    },
    askingRetry: {
      tags: 'asking',
      on: { 'signIn.retry': [{ guard: 'hasPassword', target: 'signingIn' }, 'done'] },
    },
    done: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

type Machine = typeof machine
export interface ResetPasswordMachine extends Machine {}
export const resetPassword: ResetPasswordMachine = machine
