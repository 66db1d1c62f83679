import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import type { Clock } from '../../services/clock.ts'
import { type AuthError, errorOf, isTransient } from '../../services/error.ts'
import { clockOf } from '../../services/system.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact, Sudo, SudoRequest } from '../../services/http/wire.ts'
import { request } from '../core/request.ts'
import { verification } from './verification.ts'

/** What the server gives for a proof. A token does not outlive the page. */
export interface Elevated {
  sudoToken?: Secret
  /** The server wants no token of this user: they have nothing to prove themselves by. */
  isNeedless: boolean
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** Seconds a sudo token lives when the server does not say. */
const SUDO_LIFETIME = 900

/**
 * Proves once more that the person is the user: by a code to their phone where they have one, else
 * by password or a code to their e-mail. Who has no contact may have come in by a provider and have
 * no password either: the server is asked first whether it wants a proof at all. A proof that did
 * not get through is offered again, not asked for again.
 */
const machine = setup({
  types: {
    context: {} as {
      contact?: Contact
      proof?: SudoRequest
      elevated?: Elevated
      error?: AuthError
    },
    events: {} as
      | { type: 'password.submit'; password: Secret }
      | { type: 'code.request' }
      | { type: 'proof.change' }
      | { type: 'elevation.retry' },
    output: {} as Elevated,
    children: {} as { verification: 'verification' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    getUser: request(api.getUser),
    verification,
    sudo: request(api.sudo),
  },
  guards: {
    hasPhone: ({ context }) => !!context.contact?.phone_number,
    hasContact: ({ context }) => !!context.contact,
    isProven: ({ context: { proof } }) => !!proof?.password || !!proof?.verification_token,
    isTransient: ({ event }) => isTransient(errorOf(event)),
  },
  actions: {
    forgetProof: assign({ proof: undefined }),
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    fail: ({ context }) => {
      throw context.error
    },
  },
}).createMachine({
  id: 'elevation',
  context: {},
  initial: 'loadingUser',
  output: ({ context }) => context.elevated!,
  states: {
    loadingUser: {
      tags: 'busy',
      invoke: {
        id: 'getUser',
        src: 'getUser',
        input: {},
        onDone: {
          target: 'choosing',
          actions: assign({ contact: ({ event }) => toContact(event.output) }),
        },
        onError: { target: 'failed', actions: 'rememberError' },
      },
    },
    choosing: {
      always: [
        { guard: 'hasPhone', target: 'askingCodeRequest' },
        { guard: 'hasContact', target: 'askingProof' },
        'elevating',
      ],
    },
    askingCodeRequest: {
      tags: 'asking',
      entry: 'forgetProof',
      on: { 'code.request': 'verification' },
    },
    askingProof: {
      tags: 'asking',
      entry: 'forgetProof',
      on: {
        'password.submit': {
          target: 'elevating',
          actions: assign({ proof: ({ event }) => ({ password: event.password }) }),
        },
        'code.request': { guard: 'hasContact', target: 'verification' },
      },
    },
    verification: {
      entry: 'forgetError',
      on: { 'proof.change': { target: 'choosing', actions: 'forgetError' } },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: context.contact!, target: 'CUR_USER' }),
        onDone: {
          target: 'elevating',
          actions: assign({
            proof: ({ event }) => ({ verification_token: event.output.verificationToken }),
          }),
        },
        onError: [
          { guard: 'hasPhone', target: 'askingCodeRequest', actions: 'rememberError' },
          { target: 'askingProof', actions: 'rememberError' },
        ],
      },
    },
    elevating: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'sudo',
        src: 'sudo',
        input: ({ context }) => context.proof ?? {},
        onDone: {
          target: 'elevated',
          actions: assign({
            elevated: ({ event, system }) => toElevated(event.output, clockOf(system)),
          }),
        },
        onError: [
          { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
          { guard: 'hasPhone', target: 'askingCodeRequest', actions: 'rememberError' },
          { guard: 'isProven', target: 'askingProof', actions: 'rememberError' },
          'askingProof',
        ],
      },
    },
    askingRetry: {
      tags: 'asking',
      on: {
        'elevation.retry': [
          { guard: 'isProven', target: 'elevating' },
          { target: 'choosing', actions: 'forgetError' },
        ],
      },
    },
    elevated: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

function toContact({ phone_number, email }: { phone_number?: string; email?: string }) {
  if (phone_number) return { phone_number }
  return email ? { email } : undefined
}

function toElevated({ sudo_token, expires_in = SUDO_LIFETIME }: Sudo, clock: Clock): Elevated {
  return {
    sudoToken: sudo_token,
    isNeedless: !sudo_token,
    expiresAt: clock.now() + expires_in * 1000,
  }
}

type Machine = typeof machine
export interface ElevationMachine extends Machine {}
export const elevation: ElevationMachine = machine
