import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact } from '../../services/http/wire.ts'
import {
  followRedirect,
  consent,
  consentOf,
  type Consented,
  type ConsentInput,
} from '../parts/consent.ts'
import { request } from '../core/request.ts'
import { verification } from '../parts/verification.ts'

/**
 * Turns a guest into a registered user with the same uid, by a code or by a provider's token. A
 * contact or identity that belongs to somebody already is never switched to silently: the person
 * takes another one, or signs in to that account knowing that the guest's data stays behind.
 */
const machine = setup({
  types: {
    input: {} as { uid?: string },
    context: {} as {
      /** Who the guest is, and must still be afterwards. */
      uid?: string
      hasSwitched: boolean
      contact?: Contact
      verificationToken?: Secret
      error?: AuthError
    } & Partial<Consented>,
    events: {} as
      | ({ type: 'contact.submit' } & Contact)
      | ({ type: 'provider.choose' } & ConsentInput)
      | { type: 'contact.change' }
      | { type: 'upgrade.retry' }
      | { type: 'account.switch' },
    output: {} as { hasSwitched: boolean },
    children: {} as { verification: 'verification'; consent: 'consent' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    verification,
    consent,
    upgrade: request(api.upgrade),
    signIn: request(api.signIn),
    signInWithProvider: request(api.signInWithProvider),
  },
  guards: {
    isProven: ({ context }) => !!context.verificationToken || !!context.providerToken,
    isByProvider: ({ context }) => !!context.providerToken,
    isByCode: ({ context }) => !!context.verificationToken,
    isUser: ({ event }) => (event as { output?: { isUser?: boolean } }).output?.isUser === true,
    isTaken: ({ event }) => errorOf(event)?.code === 'failed_precondition',
    isTransient: ({ event }) => isTransient(errorOf(event)),
  },
  actions: {
    followRedirect,
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    // The proof is a secret: it does not outlive the page.
    rememberExpiry: assign({
      error: () => new AuthError('code_expired', { operation: 'upgrade' }),
    }),
  },
}).createMachine({
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
      on: {
        'contact.submit': {
          target: 'verification',
          actions: assign({
            contact: ({ event: { phone_number, email } }) => ({ phone_number, email }) as Contact,
          }),
        },
        'provider.choose': 'consent',
      },
    },
    verification: {
      entry: 'forgetError',
      on: { 'contact.change': { target: 'askingAccount', actions: 'forgetError' } },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: context.contact! }),
        onDone: [
          {
            guard: 'isUser',
            target: 'askingChoice',
            actions: assign({ verificationToken: ({ event }) => event.output.verificationToken }),
          },
          {
            target: 'upgrading',
            actions: assign({ verificationToken: ({ event }) => event.output.verificationToken }),
          },
        ],
        onError: { target: 'askingAccount', actions: 'rememberError' },
      },
    },
    consent: {
      entry: 'forgetError',
      on: { 'contact.change': { target: 'askingAccount', actions: 'forgetError' } },
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ event }) => consentOf(event),
        onDone: {
          target: 'upgrading',
          actions: assign(({ event }) => event.output),
        },
        onError: { target: 'askingAccount', actions: 'rememberError' },
      },
    },
    upgrading: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'upgrade',
        meta: { who: ['anonymous'] },
        src: 'upgrade',
        input: ({ context }) => ({
          ...(context.verificationToken && context.contact),
          uid: context.uid,
          verification_token: context.verificationToken,
          provider_token: context.providerToken,
        }),
        onDone: 'done',
        onError: [
          { guard: 'isTaken', target: 'askingChoice', actions: 'rememberError' },
          { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
          { target: 'askingAccount', actions: 'rememberError' },
        ],
      },
    },
    askingRetry: {
      tags: 'asking',
      on: {
        'upgrade.retry': [
          { guard: 'isProven', target: 'upgrading' },
          { target: 'askingAccount', actions: 'rememberExpiry' },
        ],
        'contact.change': { target: 'askingAccount', actions: 'forgetError' },
      },
    },
    askingChoice: {
      tags: 'asking',
      on: {
        'contact.change': { target: 'askingAccount', actions: 'forgetError' },
        'account.switch': [
          { guard: 'isByProvider', target: 'switchingByProvider' },
          { guard: 'isByCode', target: 'switching' },
          { target: 'askingAccount', actions: 'rememberExpiry' },
        ],
      },
    },
    switching: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signIn',
        src: 'signIn',
        input: ({ context: { contact, verificationToken } }) => ({
          username: (contact!.phone_number ?? contact!.email)!,
          verification_token: verificationToken,
        }),
        onDone: { target: 'done', actions: assign({ hasSwitched: true }) },
        onError: [
          { guard: 'isTransient', target: 'askingChoice', actions: 'rememberError' },
          { target: 'askingAccount', actions: 'rememberError' },
        ],
      },
    },
    switchingByProvider: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'signInWithProvider',
        src: 'signInWithProvider',
        input: ({ context }) => ({ provider_token: context.providerToken! }),
        onDone: { target: 'done', actions: assign({ hasSwitched: true }) },
        onError: [
          { guard: 'isTransient', target: 'askingChoice', actions: 'rememberError' },
          { target: 'askingAccount', actions: 'rememberError' },
        ],
      },
    },
    done: { type: 'final', entry: 'followRedirect' },
  },
})

type Machine = typeof machine
export interface UpgradeMachine extends Machine {}
export const upgrade: UpgradeMachine = machine
