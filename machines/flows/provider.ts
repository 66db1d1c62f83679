import { assign, setup } from 'xstate'
import type { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import { callsOf, errorActions, errorGuards, failTo } from '../core/flow.ts'
import { request } from '../core/request.ts'
import { consent, type Consented, type ConsentInput, followRedirect } from '../parts/consent.ts'

interface Context extends Partial<Consented> {
  /** Who was signed in when the flow began. */
  uid?: string
  consent: ConsentInput
  purpose: 'signIn' | 'bind'
  error?: AuthError
}

type Event = { type: 'provider.retry' }

const flow = setup({
  types: {
    input: {} as ConsentInput & { purpose?: 'signIn' | 'bind'; uid?: string },
    context: {} as Context,
    events: {} as Event,
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
    ...errorGuards,
    hasProofToBind: ({ context }) => !!context.providerToken && context.purpose === 'bind',
    hasProof: ({ context }) => !!context.providerToken,
  },
  actions: {
    ...errorActions<Context, Event>(),
    followRedirect,
    forgetProof: assign({ providerToken: undefined }),
  },
})

const call = callsOf<typeof flow>()
const toRetry = failTo('askingRetry', 'isTransient')
const toNewConsent = {
  target: 'askingRetry',
  actions: ['rememberError', 'forgetProof'],
} as const

const machine = flow.createMachine({
  id: 'provider',
  context: ({ input: { purpose = 'signIn', uid, ...consent } }) => ({ consent, purpose, uid }),
  initial: 'consent',
  output: ({ context }) => ({ purpose: context.purpose }),
  states: {
    consent: {
      entry: 'forgetError',
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ context }) => context.consent,
        onDone: { target: 'choosingPurpose', actions: assign(({ event }) => event.output) },
        onError: failTo('askingRetry'),
      },
    },
    choosingPurpose: {
      always: [
        { guard: 'hasProofToBind', target: 'bindingProvider' },
        { guard: 'hasProof', target: 'signingIn' },
        { target: 'consent' },
      ],
    },
    signingIn: call('signInWithProvider', {
      input: ({ context }) => ({ provider_token: context.providerToken! }),
      onDone: 'done',
      onError: [
        toRetry,
        {
          guard: 'isSecondFactorWanted',
          target: 'askingSecondFactor',
          actions: ['rememberError', 'forgetProof'],
        },
        toNewConsent,
      ],
    }),
    bindingProvider: call('bindProvider', {
      // An empty id is nobody's: a flow that began signed out binds to no user.
      input: ({ context: { uid = '', providerToken } }) => ({
        uid,
        provider_token: providerToken!,
      }),
      onDone: 'done',
      onError: [toRetry, toNewConsent],
    }),
    // A provider proves one factor only. Two factors need the `signIn` flow, which takes the place of
    // this one; or the user takes another account of the provider.
    askingSecondFactor: { tags: 'asking', on: { 'provider.retry': 'consent' } },
    askingRetry: { tags: 'asking', on: { 'provider.retry': 'choosingPurpose' } },
    done: { type: 'final', entry: 'followRedirect' },
  },
})

type Machine = typeof machine
/** The type of {@link provider}. */
export interface ProviderMachine extends Machine {}

/**
 * Signs in by a third-party provider, or binds one to the signed-in user. The purpose is fixed when
 * the flow starts; the address of the callback does not decide it. Only the user who began the flow can
 * bind.
 */
export const provider: ProviderMachine = machine
