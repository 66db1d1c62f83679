import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { type AuthError, errorOf } from '../../services/error.ts'
import type { Profile } from '../../services/http/wire.ts'
import {
  followRedirect,
  consent,
  consentOf,
  type Consented,
  type ConsentInput,
} from '../parts/consent.ts'
import type { Elevated } from '../parts/elevation.ts'
import { type Edit, gatedEdit } from '../parts/gatedEdit.ts'
import { request } from '../core/request.ts'

/**
 * Edits the account of whoever is signed in. A new password, phone or e-mail, and deleting the
 * account, go through `gatedEdit`; the sudo token it brings stays in memory for the next edit until
 * it expires. Deleting ends the session.
 */
const machine = setup({
  types: {
    context: {} as {
      edit?: Edit
      sudo?: Elevated
      error?: AuthError
    } & Partial<Consented>,
    events: {} as
      | Edit
      | { type: 'edit.cancel' }
      | { type: 'profile.submit'; profile: Profile }
      | ({ type: 'provider.bind' } & ConsentInput)
      | { type: 'provider.unbind'; provider_id: string }
      | { type: 'account.close' },
    output: {} as { isDeleted: boolean },
    children: {} as { gatedEdit: 'gatedEdit'; consent: 'consent' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    gatedEdit,
    consent,
    updateProfile: request(api.updateProfile),
    bindProvider: request(api.bindProvider),
    unbindProvider: request(api.unbindProvider),
  },
  guards: {
    isDeletion: ({ context, event }) =>
      context.edit?.type === 'account.delete' &&
      (event as unknown as { output: { isDone: boolean } }).output.isDone,
  },
  actions: {
    followRedirect,
    park: assign(({ event }) => ({ edit: event as Edit, error: undefined })),
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
  },
}).createMachine({
  id: 'account',
  meta: { who: ['anonymous', 'signedIn'] },
  context: {},
  initial: 'askingEdit',
  output: ({ context }) => ({ isDeleted: !!context.edit }),
  states: {
    askingEdit: {
      tags: 'asking',
      entry: assign({ edit: undefined, providerToken: undefined, redirect: undefined }),
      on: {
        'password.change': { target: 'gatedEdit', actions: 'park' },
        'contact.replace': { target: 'gatedEdit', actions: 'park' },
        'account.delete': { target: 'gatedEdit', actions: 'park' },
        'profile.submit': 'savingProfile',
        'provider.bind': 'consent',
        'provider.unbind': 'unbindingProvider',
        'account.close': 'done',
      },
    },
    gatedEdit: {
      invoke: {
        id: 'gatedEdit',
        src: 'gatedEdit',
        input: ({ context: { edit, sudo } }) => ({ edit: edit!, sudo }),
        onDone: [
          { guard: 'isDeletion', target: 'done' },
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
    savingProfile: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'updateProfile',
        src: 'updateProfile',
        input: ({ event }) => (event as { profile: Profile }).profile,
        onDone: 'askingEdit',
        onError: { target: 'askingEdit', actions: 'rememberError' },
      },
    },
    consent: {
      entry: 'forgetError',
      on: { 'edit.cancel': 'askingEdit' },
      invoke: {
        id: 'consent',
        src: 'consent',
        input: ({ event }) => consentOf(event),
        onDone: {
          target: 'bindingProvider',
          actions: assign(({ event }) => event.output),
        },
        onError: { target: 'askingEdit', actions: 'rememberError' },
      },
    },
    bindingProvider: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'bindProvider',
        src: 'bindProvider',
        input: ({ context }) => ({ provider_token: context.providerToken! }),
        onDone: { target: 'askingEdit', actions: 'followRedirect' },
        onError: { target: 'askingEdit', actions: 'rememberError' },
      },
    },
    unbindingProvider: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'unbindProvider',
        src: 'unbindProvider',
        input: ({ event }) => ({ provider_id: (event as { provider_id: string }).provider_id }),
        onDone: 'askingEdit',
        onError: { target: 'askingEdit', actions: 'rememberError' },
      },
    },
    done: { type: 'final' },
  },
})

type Machine = typeof machine
export interface AccountMachine extends Machine {}
export const account: AccountMachine = machine
