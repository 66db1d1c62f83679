import { assign, setup } from 'xstate'
import type { Api } from '../services/api.ts'
import { type AuthError, errorOf, isTransient } from '../services/error.ts'
import type { Secret } from '../services/secret.ts'
import type { Contact, SudoRequest } from '../services/wire.ts'
import { request } from './request.ts'
import { verification } from './verification.ts'

/** Absent token: the user has nothing to prove themselves by, and none is needed. */
export interface Elevated {
  sudoToken?: Secret
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** Seconds a sudo token lives when the server does not say. */
const SUDO_LIFETIME = 900

/**
 * Proves once more that the person is the user: by a code to their phone where they have one, else
 * by password or a code to their e-mail. Who came in by a provider alone has neither and passes. A
 * proof that did not get through is offered again, not asked for again.
 */
export const elevation = (
  api: Pick<Api, 'getUser' | 'sendVerification' | 'verify' | 'sudo' | 'clock'>,
) =>
  setup({
    types: {
      context: {} as {
        contact?: Contact
        hasName: boolean
        proof?: SudoRequest
        sudoToken?: Secret
        expiresAt: number
        error?: AuthError
      },
      events: {} as
        | { type: 'password.submit'; password: Secret }
        | { type: 'code.request' }
        | { type: 'elevation.retry' },
      output: {} as Elevated,
      children: {} as { verification: 'verification' },
      tags: {} as 'asking' | 'busy',
    },
    actors: {
      getUser: request(api, 'getUser'),
      verification: verification(api),
      sudo: request(api, 'sudo'),
    },
    guards: {
      hasPhone: ({ context }) => !!context.contact?.phone_number,
      hasContact: ({ context }) => !!context.contact,
      canProve: ({ context }) => !!context.contact || context.hasName,
      hasProof: ({ context: { proof } }) => !!proof?.password || !!proof?.verification_token,
      isTransient: ({ event }) => isTransient(errorOf(event)),
    },
    actions: {
      forgetError: assign({ error: undefined }),
      rememberError: assign({ error: ({ event }) => errorOf(event) }),
      fail: ({ context }) => {
        throw context.error
      },
    },
  }).createMachine({
    id: 'elevation',
    context: { hasName: false, expiresAt: 0 },
    initial: 'loadingUser',
    output: ({ context: { sudoToken, expiresAt } }) => ({ sudoToken, expiresAt }),
    states: {
      loadingUser: {
        tags: 'busy',
        invoke: {
          id: 'getUser',
          src: 'getUser',
          input: {},
          onDone: {
            target: 'choosing',
            actions: assign(({ event: { output } }) => ({
              contact: toContact(output),
              hasName: !!output.username,
            })),
          },
          onError: { target: 'failed', actions: 'rememberError' },
        },
      },
      choosing: {
        entry: assign({ proof: undefined }),
        always: [
          { guard: 'hasPhone', target: 'askingCodeRequest' },
          { guard: 'canProve', target: 'askingProof' },
          { target: 'elevated', actions: assign({ expiresAt: () => api.clock.now() }) },
        ],
      },
      askingCodeRequest: { tags: 'asking', on: { 'code.request': 'verification' } },
      askingProof: {
        tags: 'asking',
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
          onError: { target: 'choosing', actions: 'rememberError' },
        },
      },
      elevating: {
        tags: 'busy',
        entry: 'forgetError',
        invoke: {
          id: 'sudo',
          src: 'sudo',
          input: ({ context }) => context.proof!,
          onDone: {
            target: 'elevated',
            actions: assign(({ event: { output } }) => ({
              sudoToken: output.sudo_token,
              expiresAt: api.clock.now() + (output.expires_in ?? SUDO_LIFETIME) * 1000,
            })),
          },
          onError: [
            { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
            { target: 'choosing', actions: 'rememberError' },
          ],
        },
      },
      askingRetry: {
        tags: 'asking',
        on: {
          'elevation.retry': [
            { guard: 'hasProof', target: 'elevating' },
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
