import { assign, setup } from 'xstate'
import { AuthError, errorOf } from '../../services/error.ts'
import * as api from '../../services/http/endpoints.ts'
import type { Contact, User } from '../../services/http/wire.ts'
import type { Secret } from '../../services/secret.ts'
import { clockOf } from '../../services/system.ts'
import {
  callsOf,
  errorActions,
  errorGuards,
  failTo,
  lostSecret,
  readContact,
} from '../core/flow.ts'
import { request } from '../core/request.ts'
import { elevation, type Elevated } from './elevation.ts'
import { verification } from './verification.ts'

/** An edit that needs step-up authentication. A contact is in its normal form. */
export type Edit =
  | { type: 'password.change'; password: Secret }
  | ({ type: 'contact.replace' } & Contact)
  | { type: 'account.delete' }

interface Context {
  edit: Edit
  isDone: boolean
  sudo?: Elevated
  /** The server rejected the sudo token once and another one was asked for. */
  sudoRetried: boolean
  /** The new contact was on its way to the server. */
  wasSent: boolean
  verificationToken?: Secret
  error?: AuthError
}

type Event = { type: 'edit.retry' } | { type: 'edit.cancel' }

const flow = setup({
  types: {
    input: {} as { edit: Edit; sudo?: Elevated },
    context: {} as Context,
    events: {} as Event,
    output: {} as { isDone: boolean; sudo?: Elevated; error?: AuthError },
    children: {} as { elevation: 'elevation'; verification: 'verification' },
    tags: {} as 'asking' | 'busy',
  },
  actors: {
    elevation,
    verification,
    getUser: request(api.getUser),
    setPassword: request(api.setPassword),
    setContact: request(api.setContact),
    deleteUser: request(api.deleteUser),
  },
  guards: {
    ...errorGuards,
    isElevated: ({ context: { sudo } }) => !!sudo?.sudoToken || !!sudo?.isNeedless,
    hasPassword: ({ context: { edit } }) => edit.type === 'password.change' && !!edit.password,
    isDeletion: ({ context }) => context.edit.type === 'account.delete',
    isContact: ({ context }) => context.edit.type === 'contact.replace',
    hasProvenContact: ({ context }) => !!context.verificationToken,
    hasSent: ({ context }) => context.wasSent,
    isSet: ({ context, event }) =>
      hasContact((event as unknown as { output: User }).output, contactOf(context.edit)),
    isSudoRejected: ({ context, event }) =>
      !context.sudoRetried && errorOf(event)?.code === 'permission_denied',
  },
  actions: {
    ...errorActions<Context, Event>(),
    forgetExpired: assign(({ context: { sudo }, system }) =>
      sudo && sudo.expiresAt > clockOf(system).now() ? {} : { sudo: undefined },
    ),
    forgetSudo: assign({ sudo: undefined, sudoRetried: true }),
    rememberLostPassword: assign(lostSecret('cancelled', 'setPassword')),
  },
})

const call = callsOf<typeof flow>()
/** An edit that was not answered can be retried; one that was refused is over. */
const toRetryOrEnd = [failTo('askingRetry', 'isTransient'), failTo('left')] as const
const toElevationOrEnd = [
  { guard: 'isSudoRejected', target: 'elevation', actions: 'forgetSudo' },
  ...toRetryOrEnd,
] as const

const machine = flow.createMachine({
  id: 'gatedEdit',
  context: ({ input }) => ({ ...input, isDone: false, sudoRetried: false, wasSent: false }),
  initial: 'gating',
  output: ({ context: { isDone, sudo, error } }) => ({ isDone, sudo, error }),
  states: {
    gating: {
      entry: ['forgetError', 'forgetExpired'],
      always: [{ guard: 'isElevated', target: 'choosingEdit' }, 'elevation'],
    },
    elevation: {
      on: { 'edit.cancel': 'left' },
      invoke: {
        id: 'elevation',
        src: 'elevation',
        onDone: { target: 'choosingEdit', actions: assign({ sudo: ({ event }) => event.output }) },
        onError: toRetryOrEnd,
      },
    },
    choosingEdit: {
      always: [
        { guard: 'hasPassword', target: 'settingPassword' },
        { guard: 'isDeletion', target: 'deletingUser' },
        { guard: 'hasProvenContact', target: 'settingContact' },
        { guard: 'isContact', target: 'verification' },
        { target: 'left', actions: 'rememberLostPassword' },
      ],
    },
    verification: {
      on: { 'edit.cancel': 'left' },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: contactOf(context.edit) }),
        // The sudo token may have expired, or been lost by a reload, meanwhile.
        onDone: {
          target: 'gating',
          actions: assign({ verificationToken: ({ event }) => event.output.verificationToken }),
        },
        onError: toRetryOrEnd,
      },
    },
    settingContact: {
      ...call('setContact', {
        input: ({ context: { edit, sudo, verificationToken } }) => ({
          ...contactOf(edit),
          sudo_token: sudo?.sudoToken,
          verification_token: verificationToken!,
        }),
        onDone: 'done',
        onError: toElevationOrEnd,
      }),
      entry: ['forgetError', assign({ wasSent: true })],
    },
    settingPassword: call('setPassword', {
      input: ({ context: { edit, sudo } }) => ({
        new_password: (edit as { password: Secret }).password,
        sudo_token: sudo?.sudoToken,
      }),
      onDone: 'done',
      onError: toElevationOrEnd,
    }),
    deletingUser: call('deleteUser', {
      input: ({ context: { sudo } }) => ({ sudo_token: sudo?.sudoToken }),
      onDone: 'done',
      onError: toElevationOrEnd,
    }),
    askingRetry: {
      tags: 'asking',
      on: {
        'edit.retry': [{ guard: 'hasSent', target: 'checkingContact' }, { target: 'gating' }],
        'edit.cancel': 'left',
      },
    },
    // The verification token is good for once, and the call without an answer may have used it.
    checkingContact: call('getUser', {
      input: {},
      onDone: [{ guard: 'isSet', target: 'done' }, { target: 'gating' }],
      onError: toRetryOrEnd,
    }),
    done: { type: 'final', entry: assign({ isDone: true }) },
    left: { type: 'final' },
  },
})

type Machine = typeof machine
/** The type of {@link gatedEdit}. */
export interface GatedEditMachine extends Machine {}

/**
 * An edit that is parked while `elevation` runs and then done exactly once. A sudo token that the
 * server rejects is replaced once. A new contact is verified before it is set, and looked up before
 * it is set again when the answer was lost. The edit can be cancelled until it is on its way. However
 * the machine ends, it returns the sudo token for the next edit.
 */
export const gatedEdit: GatedEditMachine = machine

function contactOf(edit: Edit): Contact {
  const { phone_number, email } = edit as Partial<Record<'phone_number' | 'email', string>>
  return { phone_number, email } as Contact
}

/** Compares in normal form: the server may write the same contact in another way. */
function hasContact(user: User, { phone_number, email }: Contact): boolean {
  const { phone_number: phone, email: address } = user
  const contact = readContact(phone_number ? { phone_number: phone } : { email: address })
  if (contact instanceof AuthError) return false
  return phone_number
    ? contact.phone_number === phone_number
    : contact.email?.toLowerCase() === email?.toLowerCase()
}
