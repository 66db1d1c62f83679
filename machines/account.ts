import { assign, setup } from 'xstate'
import type { Api } from '../services/api.ts'
import { type AuthError, errorOf } from '../services/error.ts'
import type { Secret } from '../services/secret.ts'
import type { Profile } from '../services/wire.ts'
import type { Elevated } from './elevation.ts'
import { type Edit, gatedEdit } from './gatedEdit.ts'
import { request } from './request.ts'

type Endpoints =
  | 'getUser'
  | 'sendVerification'
  | 'verify'
  | 'sudo'
  | 'setPassword'
  | 'setContact'
  | 'updateProfile'
  | 'bindProvider'
  | 'unbindProvider'
  | 'deleteUser'

/**
 * Edits the account of whoever is signed in. A new password, phone or e-mail, and deleting the
 * account, go through `gatedEdit`; the sudo token it brings stays in memory for the next edit until
 * it expires. Deleting ends the session.
 */
export const account = (api: Pick<Api, Endpoints | 'clock'>) =>
  setup({
    types: {
      context: {} as { edit?: Edit; sudo?: Elevated; error?: AuthError },
      events: {} as
        | Edit
        | { type: 'edit.cancel' }
        | { type: 'profile.submit'; profile: Profile }
        | { type: 'provider.bind'; provider_token: Secret }
        | { type: 'provider.unbind'; provider_id: string }
        | { type: 'account.close' },
      output: {} as { isDeleted: boolean },
      children: {} as { gatedEdit: 'gatedEdit' },
      tags: {} as 'asking' | 'busy',
    },
    actors: {
      gatedEdit: gatedEdit(api),
      updateProfile: request(api, 'updateProfile'),
      bindProvider: request(api, 'bindProvider'),
      unbindProvider: request(api, 'unbindProvider'),
    },
    guards: {
      isDeletion: ({ context }) => context.edit?.type === 'account.delete',
    },
    actions: {
      park: assign(({ event }) => ({ edit: event as Edit, error: undefined })),
      forgetError: assign({ error: undefined }),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
    },
  }).createMachine({
    id: 'account',
    context: {},
    initial: 'askingEdit',
    output: ({ context }) => ({ isDeleted: !!context.edit }),
    states: {
      askingEdit: {
        tags: 'asking',
        entry: assign({ edit: undefined }),
        on: {
          'password.change': { target: 'gatedEdit', actions: 'park' },
          'contact.replace': { target: 'gatedEdit', actions: 'park' },
          'account.delete': { target: 'gatedEdit', actions: 'park' },
          'profile.submit': 'savingProfile',
          'provider.bind': 'bindingProvider',
          'provider.unbind': 'unbindingProvider',
          'account.close': 'done',
        },
      },
      gatedEdit: {
        on: { 'edit.cancel': 'askingEdit' },
        invoke: {
          id: 'gatedEdit',
          src: 'gatedEdit',
          input: ({ context: { edit, sudo } }) => ({ edit: edit!, sudo }),
          onDone: [
            { guard: 'isDeletion', target: 'done' },
            { target: 'askingEdit', actions: assign({ sudo: ({ event }) => event.output.sudo }) },
          ],
          onError: { target: 'askingEdit', actions: 'rememberError' },
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
      bindingProvider: {
        tags: 'busy',
        entry: 'forgetError',
        invoke: {
          id: 'bindProvider',
          src: 'bindProvider',
          input: ({ event }) => ({
            provider_token: (event as { provider_token: Secret }).provider_token,
          }),
          onDone: 'askingEdit',
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
