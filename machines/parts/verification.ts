import { type ActorRefFrom, type AnyActorRef, assign, sendTo, setup } from 'xstate'
import { normalizeCode } from '../../services/contact.ts'
import { AuthError, errorOf } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact, SendVerificationRequest } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import { codeKey } from '../../services/sentCode.ts'
import { clockOf } from '../../services/system.ts'
import { callsOf, errorActions, expectEvent, failTo, lostSecret } from '../core/flow.ts'
import { request } from '../core/request.ts'
import type { SessionMachine } from '../core/session.ts'
import { until } from '../core/until.ts'

/** Seconds before another code may be sent to the same contact. */
const RESEND_AFTER = 60

/** What {@link verification} ends with. */
export interface VerificationOutput {
  contact: Contact
  verificationToken: Secret
  /** Whether the contact had an account when the code was sent. */
  isUser?: boolean
}

/** Undefined for a machine that runs on its own. */
const sessionOf = (system: AnyActorRef['system']): ActorRefFrom<SessionMachine> | undefined =>
  system.get('session')

interface Context {
  contact: Contact
  target: SendVerificationRequest['target']
  verificationId?: string
  isUser?: boolean
  /** Milliseconds since the epoch; undefined when another code can be sent. */
  resendAt?: number
  /** Milliseconds since the epoch; 0 when there is no code to enter. */
  expiresAt: number
  verificationToken?: Secret
  error?: AuthError
}

type Event = { type: 'code.submit'; code: Secret } | { type: 'code.resend' }

const flow = setup({
  types: {
    input: {} as { contact: Contact; target?: SendVerificationRequest['target'] },
    output: {} as VerificationOutput,
    context: {} as Context,
    events: {} as Event,
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    sendVerification: request(api.sendVerification),
    verify: request(api.verify),
    until,
  },
  guards: {
    hasSent: ({ context }) => !!context.verificationId,
    hasCode: ({ context }) => context.expiresAt > 0,
    canResend: ({ context }) => !context.resendAt,
    hasTypedCode: ({ event }) => !codeErrorOf(event),
    isCodeDead: ({ event }) => DEAD_CODES.has(errorOf(event)?.code ?? ''),
  },
  actions: {
    ...errorActions<Context, Event>(),
    rememberExpiry: assign(lostSecret('code_expired', 'verify')),
    rememberCodeError: assign(({ event }) => ({ error: codeErrorOf(event) })),
    delayResend: assign({
      resendAt: ({ event, system }) => {
        const wait = errorOf(event)?.retryAfter
        return wait ? clockOf(system).now() + wait * 1000 : undefined
      },
    }),
    allowResend: assign({ resendAt: undefined }),
    forgetCode: assign({ expiresAt: 0 }),
    forgetExpired: assign(({ context: { expiresAt }, system }) =>
      expiresAt > clockOf(system).now() ? {} : { expiresAt: 0 },
    ),
    // Another verification of the same contact goes on with this code until it may be sent again.
    shareCode: sendTo(
      ({ system }) => sessionOf(system)!,
      ({ context: { contact, target, verificationId, isUser, resendAt, expiresAt }, system }) => ({
        type: 'code.sent',
        at: clockOf(system).now(),
        code: {
          key: codeKey(contact, target),
          verificationId: verificationId!,
          isUser,
          resendAt: resendAt!,
          expiresAt,
        },
      }),
    ),
    unshareCode: sendTo(
      ({ system }) => sessionOf(system)!,
      ({ context: { contact, target } }) => ({ type: 'code.spent', key: codeKey(contact, target) }),
    ),
    fail: ({ context }) => {
      throw context.error
    },
  },
})

const call = callsOf<typeof flow>()
const untilResend = {
  id: 'untilResend',
  src: 'until',
  input: ({ context }: { context: Context }) => context.resendAt ?? 0,
  onDone: { actions: 'allowResend' },
  onError: { actions: 'allowResend' },
} as const

const machine = flow.createMachine({
  id: 'verification',
  context: ({ input: { contact, target = 'ANY' }, self: { system } }) => {
    const key = codeKey(contact, target)
    const sent = sessionOf(system)
      ?.getSnapshot()
      .context.codes.find((code) => code.key === key)
    const { key: _, ...code } =
      sent && sent.resendAt > clockOf(system).now() ? sent : { key: '', expiresAt: 0 }
    return { contact, target, ...code }
  },
  initial: 'starting',
  output: ({ context: { contact, verificationToken, isUser } }) => ({
    contact,
    verificationToken: verificationToken!,
    isUser,
  }),
  states: {
    starting: { always: [{ guard: 'hasSent', target: 'askingCode' }, 'sendingCode'] },
    sendingCode: call('sendVerification', {
      input: ({ context: { contact, target } }) => ({ ...contact, target }),
      onDone: {
        target: 'askingCode',
        actions: [
          assign(({ event: { output }, system }) => ({
            verificationId: output.verification_id,
            isUser: output.is_user,
            resendAt: clockOf(system).now() + RESEND_AFTER * 1000,
            expiresAt: clockOf(system).now() + output.expires_in * 1000,
          })),
          'shareCode',
        ],
      },
      onError: [
        {
          guard: 'hasSent',
          target: 'notResent',
          actions: ['rememberError', 'delayResend', 'forgetExpired'],
        },
        failTo('failed'),
      ],
    }),
    notResent: { always: [{ guard: 'hasCode', target: 'askingCode' }, 'askingResend'] },
    askingCode: {
      tags: 'asking',
      on: {
        'code.submit': [
          { guard: 'hasTypedCode', target: 'verifyingCode' },
          { actions: 'rememberCodeError' },
        ],
        'code.resend': { guard: 'canResend', target: 'sendingCode' },
      },
      invoke: [
        untilResend,
        {
          id: 'untilExpiry',
          src: 'until',
          input: ({ context }) => context.expiresAt,
          onDone: { target: 'askingResend', actions: 'rememberExpiry' },
          onError: { target: 'askingResend', actions: 'rememberExpiry' },
        },
      ],
    },
    verifyingCode: call('verify', {
      input: ({ context, event }) => ({
        verification_id: context.verificationId!,
        verification_code: expectEvent(event, 'code.submit').code,
      }),
      onDone: {
        target: 'verified',
        actions: [
          assign({ verificationToken: ({ event }) => event.output.verification_token }),
          'unshareCode',
        ],
      },
      onError: [failTo('askingResend', 'isCodeDead'), failTo('askingCode')],
    }),
    askingResend: {
      tags: 'asking',
      entry: ['forgetCode', 'unshareCode'],
      on: { 'code.resend': { guard: 'canResend', target: 'sendingCode' } },
      invoke: untilResend,
    },
    verified: { type: 'final' },
    failed: { entry: 'fail' },
  },
})

type Machine = typeof machine
/** The type of {@link verification}. */
export interface VerificationMachine extends Machine {}

/**
 * Verifies a contact: sends a code, asks for it and checks it. Another code is sent only on
 * `code.resend` and not before `resendAt`, which belongs to the contact: leaving and returning with
 * the same contact goes on with the code that was sent. A code that has expired, or was guessed too
 * often, must be replaced. If not even the first code can be sent, the machine ends with the error.
 */
export const verification: VerificationMachine = machine

/** Answers after which this code cannot be verified any more. */
const DEAD_CODES = new Set(['aborted', 'not_found', 'permission_denied'])

/** @returns what is wrong with the code of a `code.submit`, which is refused without a request */
function codeErrorOf(event: Event): AuthError | undefined {
  try {
    normalizeCode(expectEvent(event, 'code.submit').code)
    return undefined
  } catch (thrown) {
    return AuthError.from(thrown, 'verify')
  }
}
