import { assign, setup } from 'xstate'
import { type AuthError, errorOf } from '../../services/error.ts'
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
import type { FlowMeta } from '../core/session.ts'
import {
  consent,
  type Consented,
  type ConsentInput,
  followRedirect,
  toConsentInput,
} from '../parts/consent.ts'
import { verification } from '../parts/verification.ts'

interface Context extends Partial<Consented> {
  /** The guest's, which must be the same afterwards. */
  uid?: string
  hasSwitched: boolean
  contact?: Contact
  verificationToken?: Secret
  error?: AuthError
}

type Event =
  | ({ type: 'contact.submit' } & Contact)
  | ({ type: 'provider.choose' } & ConsentInput)
  | { type: 'contact.change' }
  | { type: 'upgrade.retry' }
  | { type: 'account.switch' }

const flow = setup({
  types: {
    input: {} as { uid?: string },
    context: {} as Context,
    events: {} as Event,
    output: {} as { hasSwitched: boolean },
    children: {} as { verification: 'verification'; consent: 'consent' },
    tags: {} as 'asking' | 'busy',
    meta: {} as FlowMeta,
  },
  actors: {
    verification,
    consent,
    upgrade: request(api.upgrade),
    signIn: request(api.signIn),
    signInWithProvider: request(api.signInWithProvider),
  },
  guards: {
    ...errorGuards,
    ...contactGuards,
    hasProof: ({ context }) => !!context.verificationToken || !!context.providerToken,
    hasProviderToken: ({ context }) => !!context.providerToken,
    hasVerificationToken: ({ context }) => !!context.verificationToken,
    isUser: ({ event }) => (event as { output?: { isUser?: boolean } }).output?.isUser === true,
    isTaken: ({ event }) => errorOf(event)?.code === 'failed_precondition',
  },
  actions: {
    ...errorActions<Context, Event>(),
    ...contactActions<Context, Event>(),
    followRedirect,
    rememberLostProof: assign(lostSecret('code_expired', 'upgrade')),
    rememberVerification: assign(({ event }) => ({
      verificationToken: (event as unknown as { output: { verificationToken: Secret } }).output
        .verificationToken,
    })),
    rememberSwitch: assign({ hasSwitched: true }),
  },
})

const call = callsOf<typeof flow>()
const startOver = { target: 'askingAccount', actions: 'forgetError' } as const
const toLostProof = { target: 'askingAccount', actions: 'rememberLostProof' } as const
const toSwitched = { target: 'done', actions: 'rememberSwitch' } as const
const toChoice = failTo('askingChoice', 'isTransient')
const toStart = failTo('askingAccount')

const machine = flow.createMachine({
  id: 'upgrade',
  meta: { who: ['anonymous'] },
  context: ({ input }) => ({ uid: input?.uid, hasSwitched: false }),
  initial: 'askingAccount',
  output: ({ context }) => ({ hasSwitched: context.hasSwitched }),
  states: {
    askingAccount: {
      tags: 'asking',
      entry: assign({
        verificationToken: undefined,
        providerToken: undefined,
        redirect: undefined,
      }),
      on: { 'contact.submit': contactEdges('verification'), 'provider.choose': 'consent' },
    },
    verification: {
      entry: 'forgetError',
      on: { 'contact.change': startOver },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: context.contact! }),
        onDone: [
          { guard: 'isUser', target: 'askingChoice', actions: 'rememberVerification' },
          { target: 'upgrading', actions: 'rememberVerification' },
        ],
        onError: toStart,
      },
    },
    consent: {
      entry: 'forgetError',
      on: { 'contact.change': startOver },
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ event }) => toConsentInput(event),
        onDone: { target: 'upgrading', actions: assign(({ event }) => event.output) },
        onError: toStart,
      },
    },
    upgrading: call('upgrade', {
      input: ({ context: { uid, contact, verificationToken, providerToken } }) => ({
        ...(verificationToken && contact),
        uid,
        verification_token: verificationToken,
        provider_token: providerToken,
      }),
      onDone: 'done',
      onError: [failTo('askingChoice', 'isTaken'), failTo('askingRetry', 'isTransient'), toStart],
    }),
    askingRetry: {
      tags: 'asking',
      on: {
        'upgrade.retry': [{ guard: 'hasProof', target: 'upgrading' }, toLostProof],
        'contact.change': startOver,
      },
    },
    askingChoice: {
      tags: 'asking',
      on: {
        'contact.change': startOver,
        'account.switch': [
          { guard: 'hasProviderToken', target: 'switchingByProvider' },
          { guard: 'hasVerificationToken', target: 'switching' },
          toLostProof,
        ],
      },
    },
    switching: call('signIn', {
      input: ({ context: { contact, verificationToken } }) => ({
        username: (contact!.phone_number ?? contact!.email)!,
        verification_token: verificationToken,
      }),
      onDone: toSwitched,
      onError: [toChoice, toStart],
    }),
    switchingByProvider: call('signInWithProvider', {
      input: ({ context }) => ({ provider_token: context.providerToken! }),
      onDone: toSwitched,
      onError: [toChoice, toStart],
    }),
    done: { type: 'final', entry: 'followRedirect' },
  },
})

type Machine = typeof machine
/** The type of {@link upgrade}. */
export interface UpgradeMachine extends Machine {}

/**
 * Anonymous upgrade: turns a guest into a registered user with the same uid, by a code or by a
 * provider's token. A contact or identity that already belongs to a user is never switched to
 * silently: the guest takes another one, or signs in to that account knowing that the guest's data
 * stays behind.
 */
export const upgrade: UpgradeMachine = machine
