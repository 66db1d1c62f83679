import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import { clockOf } from '../../services/system.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact, SendVerificationRequest } from '../../services/http/wire.ts'
import { request } from '../core/request.ts'
import { until } from '../core/until.ts'

/** Seconds before a code may be sent again to the same contact. */
const RESEND_AFTER = 60

export interface VerificationOutput {
  contact: Contact
  verificationToken: Secret
  /** Whether the contact had an account when the code was sent. */
  isUser?: boolean
}

/**
 * Proves that a contact is the person's: sends a code, asks for it, checks it. Sends again only
 * when told to and not before `resendAt`. A code that has expired or was guessed at too often must
 * be replaced. When not even the first code can be sent it ends with the error.
 */
const machine = setup({
  types: {
    input: {} as { contact: Contact; target?: SendVerificationRequest['target'] },
    output: {} as VerificationOutput,
    context: {} as {
      contact: Contact
      target: SendVerificationRequest['target']
      verificationId?: string
      isUser?: boolean
      /** Milliseconds since the epoch; gone once the time has come. */
      resendAt?: number
      /** Milliseconds since the epoch; 0 once the time has come. */
      expiresAt: number
      verificationToken?: Secret
      error?: AuthError
    },
    events: {} as { type: 'code.submit'; code: Secret } | { type: 'code.resend' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    sendVerification: request(api.sendVerification),
    verify: request(api.verify),
    until,
  },
  guards: {
    hasSent: ({ context }) => !!context.verificationId,
    isCodeAlive: ({ context }) => context.expiresAt > 0,
    canResend: ({ context }) => !context.resendAt,
    isCodeDead: ({ event }) => CODE_IS_DEAD.has(errorOf(event)?.code ?? ''),
  },
  actions: {
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    rememberExpiry: assign({
      error: () => new AuthError('code_expired', { operation: 'verify' }),
    }),
    delayResend: assign({
      resendAt: ({ event, system }) => {
        const wait = errorOf(event)?.retryAfter
        return wait ? clockOf(system).now() + wait * 1000 : undefined
      },
    }),
    allowResend: assign({ resendAt: undefined }),
    forgetExpired: assign(({ context: { expiresAt }, system }) =>
      expiresAt > clockOf(system).now() ? {} : { expiresAt: 0 },
    ),
    fail: ({ context }) => {
      throw context.error
    },
  },
}).createMachine({
  id: 'verification',
  context: ({ input: { contact, target = 'ANY' } }) => ({ contact, target, expiresAt: 0 }),
  initial: 'sendingCode',
  output: ({ context: { contact, verificationToken, isUser } }) => ({
    contact,
    verificationToken: verificationToken!,
    isUser,
  }),
  states: {
    sendingCode: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'sendVerification',
        src: 'sendVerification',
        input: ({ context: { contact, target } }) => ({ ...contact, target }),
        onDone: {
          target: 'askingCode',
          actions: assign(({ event: { output }, system }) => ({
            verificationId: output.verification_id,
            isUser: output.is_user,
            resendAt: clockOf(system).now() + RESEND_AFTER * 1000,
            expiresAt: clockOf(system).now() + output.expires_in * 1000,
          })),
        },
        onError: [
          {
            guard: 'hasSent',
            target: 'notResent',
            actions: ['rememberError', 'delayResend', 'forgetExpired'],
          },
          { target: 'failed', actions: 'rememberError' },
        ],
      },
    },
    notResent: { always: [{ guard: 'isCodeAlive', target: 'askingCode' }, 'askingResend'] },
    askingCode: {
      tags: 'asking',
      on: {
        'code.submit': 'verifyingCode',
        'code.resend': { guard: 'canResend', target: 'sendingCode' },
      },
      invoke: [
        {
          id: 'untilResend',
          src: 'until',
          input: ({ context }) => context.resendAt ?? 0,
          onDone: { actions: 'allowResend' },
          onError: { actions: 'allowResend' },
        },
        {
          id: 'untilExpiry',
          src: 'until',
          input: ({ context }) => context.expiresAt,
          onDone: { target: 'askingResend', actions: 'rememberExpiry' },
          onError: { target: 'askingResend', actions: 'rememberExpiry' },
        },
      ],
    },
    verifyingCode: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'verify',
        src: 'verify',
        input: ({ context, event }) => ({
          verification_id: context.verificationId!,
          verification_code: (event as { code: Secret }).code,
        }),
        onDone: {
          target: 'verified',
          actions: assign({ verificationToken: ({ event }) => event.output.verification_token }),
        },
        onError: [
          { guard: 'isCodeDead', target: 'askingResend', actions: 'rememberError' },
          { target: 'askingCode', actions: 'rememberError' },
        ],
      },
    },
    askingResend: {
      tags: 'asking',
      entry: assign({ expiresAt: 0 }),
      on: { 'code.resend': { guard: 'canResend', target: 'sendingCode' } },
      invoke: {
        id: 'untilResend',
        src: 'until',
        input: ({ context }) => context.resendAt ?? 0,
        onDone: { actions: 'allowResend' },
        onError: { actions: 'allowResend' },
      },
    },
    verified: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

/** Answers after which no further try with this code can succeed. */
const CODE_IS_DEAD = new Set(['aborted', 'not_found', 'permission_denied'])

type Machine = typeof machine
export interface VerificationMachine extends Machine {}
export const verification: VerificationMachine = machine
