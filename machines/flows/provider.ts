import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { type AuthError, errorOf, isSecondFactorWanted, isTransient } from '../../services/error.ts'
import { followRedirect, consent, type Consented, type ConsentInput } from '../parts/consent.ts'
import { request } from '../core/request.ts'

/**
 * Signs in by a provider, or binds one to the user who is signed in. Which of the two was decided
 * when the journey began and is not up to the address a person returns to.
 */
const machine = setup({
  types: {
    input: {} as ConsentInput & { purpose?: 'signIn' | 'bind' },
    context: {} as {
      consent: ConsentInput
      purpose: 'signIn' | 'bind'
      error?: AuthError
    } & Partial<Consented>,
    events: {} as { type: 'provider.retry' },
    output: {} as { purpose: 'signIn' | 'bind' },
    children: {} as { consent: 'consent' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    consent,
    signInWithProvider: request(api.signInWithProvider),
    bindProvider: request(api.bindProvider),
  },
  guards: {
    isProvenForBinding: ({ context }) => !!context.providerToken && context.purpose === 'bind',
    isProven: ({ context }) => !!context.providerToken,
    isSecondFactorWanted: ({ event }) => isSecondFactorWanted(errorOf(event)),
    isTransient: ({ event }) => isTransient(errorOf(event)),
  },
  actions: {
    followRedirect,
    forgetError: assign({ error: undefined }),
    forgetProof: assign({ providerToken: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
  },
}).createMachine({
  id: 'provider',
  context: ({ input: { purpose = 'signIn', ...consent } }) => ({ consent, purpose }),
  initial: 'consent',
  output: ({ context }) => ({ purpose: context.purpose }),
  states: {
    consent: {
      entry: 'forgetError',
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ context }) => context.consent,
        onDone: {
          target: 'entering',
          actions: assign(({ event }) => event.output),
        },
        onError: { target: 'askingRetry', actions: 'rememberError' },
      },
    },
    entering: {
      always: [
        { guard: 'isProvenForBinding', target: 'binding' },
        { guard: 'isProven', target: 'signingIn' },
        { target: 'consent' },
      ],
    },
    signingIn: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signInWithProvider',
        src: 'signInWithProvider',
        input: ({ context }) => ({ provider_token: context.providerToken! }),
        onDone: 'done',
        onError: [
          { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
          {
            guard: 'isSecondFactorWanted',
            target: 'askingSecondFactor',
            actions: ['rememberError', 'forgetProof'],
          },
          { target: 'askingRetry', actions: ['rememberError', 'forgetProof'] },
        ],
      },
    },
    binding: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'bindProvider',
        src: 'bindProvider',
        input: ({ context }) => ({ provider_token: context.providerToken! }),
        onDone: 'done',
        onError: [
          { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
          { target: 'askingRetry', actions: ['rememberError', 'forgetProof'] },
        ],
      },
    },
    // A provider vouches for one factor alone. Who needs two signs in by password or code: start
    // `signIn`, which takes the place of this flow. Or another account of the provider will do.
    askingSecondFactor: { tags: 'asking', on: { 'provider.retry': 'consent' } },
    askingRetry: { tags: 'asking', on: { 'provider.retry': 'entering' } },
    done: { type: 'final', entry: 'followRedirect' },
  },
})

type Machine = typeof machine
export interface ProviderMachine extends Machine {}
export const provider: ProviderMachine = machine
