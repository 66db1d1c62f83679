import { assign, setup } from 'xstate'
import type { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact, Profile } from '../../services/http/wire.ts'
import {
  callsOf,
  contactGuards,
  errorActions,
  expectEvent,
  failTo,
  readContact,
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
import type { Elevated } from '../parts/elevation.ts'
import { type Edit, gatedEdit } from '../parts/gatedEdit.ts'

interface Context extends Partial<Consented> {
  edit?: Edit
  sudo?: Elevated
  error?: AuthError
}

type Event =
  | Edit
  | { type: 'edit.cancel' }
  | { type: 'profile.submit'; profile: Profile }
  | ({ type: 'provider.bind' } & ConsentInput)
  | { type: 'provider.unbind'; provider_id: string }
  | { type: 'account.close' }

const flow = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    output: {} as { isDeleted: boolean },
    children: {} as { gatedEdit: 'gatedEdit'; consent: 'consent' },
    tags: {} as 'asking' | 'busy',
    meta: {} as FlowMeta,
  },
  actors: {
    gatedEdit,
    consent,
    getUser: request(api.getUser),
    updateProfile: request(api.updateProfile),
    bindProvider: request(api.bindProvider),
    unbindProvider: request(api.unbindProvider),
  },
  guards: {
    ...contactGuards,
    isDeleted: ({ context, event }) =>
      context.edit?.type === 'account.delete' &&
      (event as unknown as { output: { isDone: boolean } }).output.isDone,
  },
  actions: {
    ...errorActions<Context, Event>(),
    followRedirect,
    park: assign(({ event }) => ({ edit: normalizeEdit(event as Edit), error: undefined })),
    rememberInvalidContact: assign(({ event }) => ({ error: readContact(event) as AuthError })),
  },
})

const call = callsOf<typeof flow>()
const toEdit = { target: 'gatedEdit', actions: 'park' } as const
const edits = {
  'password.change': toEdit,
  'contact.replace': [
    { guard: 'hasValidContact', ...toEdit },
    { actions: 'rememberInvalidContact' },
  ],
  'account.delete': toEdit,
  'profile.submit': 'savingProfile',
  'provider.bind': 'consent',
  'provider.unbind': 'unbindingProvider',
  'account.close': 'done',
} as const

const machine = flow.createMachine({
  id: 'account',
  meta: { who: ['anonymous', 'signedIn'] },
  context: {},
  initial: 'readingUser',
  output: ({ context }) => ({ isDeleted: !!context.edit }),
  states: {
    // So that the view knows whether there is a password. An edit does not wait for the answer.
    readingUser: {
      ...call('getUser', { input: {}, onDone: 'askingEdit', onError: failTo('askingEdit') }),
      on: edits,
    },
    askingEdit: {
      tags: 'asking',
      entry: assign({ edit: undefined, providerToken: undefined, redirect: undefined }),
      on: edits,
    },
    gatedEdit: {
      invoke: {
        id: 'gatedEdit',
        src: 'gatedEdit',
        input: ({ context: { edit, sudo } }) => ({ edit: edit!, sudo }),
        onDone: [
          { guard: 'isDeleted', target: 'done' },
          {
            target: 'askingEdit',
            actions: assign(({ event: { output } }) => ({
              sudo: output.sudo,
              error: output.error,
            })),
          },
        ],
      },
    },
    savingProfile: call('updateProfile', {
      input: ({ event }) => expectEvent(event, 'profile.submit').profile,
      onDone: 'askingEdit',
      onError: failTo('askingEdit'),
    }),
    consent: {
      entry: 'forgetError',
      on: { 'edit.cancel': 'askingEdit' },
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ event }) => toConsentInput(event),
        onDone: { target: 'bindingProvider', actions: assign(({ event }) => event.output) },
        onError: failTo('askingEdit'),
      },
    },
    bindingProvider: call('bindProvider', {
      input: ({ context }) => ({ provider_token: context.providerToken! }),
      onDone: { target: 'askingEdit', actions: 'followRedirect' },
      onError: failTo('askingEdit'),
    }),
    unbindingProvider: call('unbindProvider', {
      input: ({ event }) => ({ provider_id: expectEvent(event, 'provider.unbind').provider_id }),
      onDone: 'askingEdit',
      onError: failTo('askingEdit'),
    }),
    done: { type: 'final' },
  },
})

type Machine = typeof machine
/** The type of {@link account}. */
export interface AccountMachine extends Machine {}

/**
 * Edits the account of the signed-in user, who is read first. A new password, phone or e-mail, and deleting the account,
 * go through `gatedEdit`; the sudo token it returns stays in memory for the next edit until it
 * expires. Deleting ends the session.
 */
export const account: AccountMachine = machine

/** Keeps a valid contact in its normal form. */
const normalizeEdit = (event: Edit): Edit =>
  event.type === 'contact.replace'
    ? { ...(readContact(event) as Contact), type: event.type }
    : event
