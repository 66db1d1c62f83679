import { assign, setup } from 'xstate'
import type { Clock } from '../../services/clock.ts'
import type { AuthError } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact, Sudo, SudoRequest } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import { clockOf } from '../../services/system.ts'
import { callsOf, errorActions, errorGuards, failTo } from '../core/flow.ts'
import { request } from '../core/request.ts'
import { verification } from './verification.ts'

/** What {@link elevation} ends with. The token does not outlive the page. */
export interface Elevated {
  sudoToken?: Secret
  /** The server wants no token from this user, who has nothing to prove themselves by. */
  isNeedless: boolean
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** Seconds a sudo token lives when the server does not say. */
const SUDO_LIFETIME = 900

interface Context {
  contact?: Contact
  proof?: SudoRequest
  elevated?: Elevated
  error?: AuthError
}

type Event =
  | { type: 'password.submit'; password: Secret }
  | { type: 'code.request' }
  | { type: 'proof.change' }
  | { type: 'elevation.retry' }

const flow = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    output: {} as Elevated,
    children: {} as { verification: 'verification' },
    tags: {} as 'asking' | 'busy',
  },
  actors: { getUser: request(api.getUser), verification, sudo: request(api.sudo) },
  guards: {
    ...errorGuards,
    hasPhone: ({ context }) => !!context.contact?.phone_number,
    hasContact: ({ context }) => !!context.contact,
    hasProof: ({ context: { proof } }) => !!proof?.password || !!proof?.verification_token,
  },
  actions: {
    ...errorActions<Context, Event>(),
    forgetProof: assign({ proof: undefined }),
    fail: ({ context }) => {
      throw context.error
    },
  },
})

const call = callsOf<typeof flow>()

const machine = flow.createMachine({
  id: 'elevation',
  context: {},
  initial: 'loadingUser',
  output: ({ context }) => context.elevated!,
  states: {
    loadingUser: call('getUser', {
      input: {},
      onDone: {
        target: 'choosingProof',
        actions: assign({ contact: ({ event }) => toContact(event.output) }),
      },
      onError: failTo('failed'),
    }),
    choosingProof: {
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
      on: { 'proof.change': { target: 'choosingProof', actions: 'forgetError' } },
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
        onError: [failTo('askingCodeRequest', 'hasPhone'), failTo('askingProof')],
      },
    },
    elevating: call('sudo', {
      input: ({ context }) => context.proof ?? {},
      onDone: {
        target: 'elevated',
        actions: assign({
          elevated: ({ event, system }) => toElevated(event.output, clockOf(system)),
        }),
      },
      onError: [
        failTo('askingRetry', 'isTransient'),
        failTo('askingCodeRequest', 'hasPhone'),
        failTo('askingProof', 'hasProof'),
        // The request without a proof only asked whether one is needed.
        'askingProof',
      ],
    }),
    askingRetry: {
      tags: 'asking',
      on: {
        'elevation.retry': [
          { guard: 'hasProof', target: 'elevating' },
          { target: 'choosingProof', actions: 'forgetError' },
        ],
      },
    },
    elevated: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

type Machine = typeof machine
/** The type of {@link elevation}. */
export interface ElevationMachine extends Machine {}

/**
 * Step-up authentication (sudo): proves that the user is still the one who signed in, by a code to
 * their phone if they have one, else by password or a code to their e-mail. A user without a contact
 * may have signed in by a provider and have no password either, so the server is asked first whether
 * it wants a proof at all. A proof that did not get through is sent again, not asked for again.
 */
export const elevation: ElevationMachine = machine

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
