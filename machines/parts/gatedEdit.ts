import { assign, setup } from 'xstate'
import * as api from '../../services/http/endpoints.ts'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'
import { clockOf } from '../../services/system.ts'
import type { Secret } from '../../services/secret.ts'
import type { Contact, User } from '../../services/http/wire.ts'
import { elevation, type Elevated } from './elevation.ts'
import { request } from '../core/request.ts'
import { verification } from './verification.ts'

/** What a person may only do once they have proven themselves again. */
export type Edit =
  | { type: 'password.change'; password: Secret }
  | ({ type: 'contact.replace' } & Contact)
  | { type: 'account.delete' }

/** What was not answered can be tried again; what was refused is over. */
const unfinished = [
  { guard: 'isTransient', target: 'askingRetry', actions: 'rememberError' },
  { target: 'left', actions: 'rememberError' },
] as const
const refused = [
  { guard: 'isSudoRefused', target: 'elevation', actions: 'forgetSudo' },
  ...unfinished,
] as const

/**
 * One edit that is parked while `elevation` runs and then done exactly once. A sudo token that the
 * server no longer takes is replaced once; a new contact is proven before it is set, and looked for
 * before it is set again when the answer was lost. Until the edit itself is on its way it can be
 * cancelled, which leaves everything as it was. However it ends, the sudo token is handed back for
 * the next one.
 */
const machine = setup({
  types: {
    input: {} as { edit: Edit; sudo?: Elevated },
    context: {} as {
      edit: Edit
      isDone: boolean
      sudo?: Elevated
      /** The sudo token was refused once already. */
      wasRefused: boolean
      /** The new contact was on its way to the server. */
      wasSent: boolean
      verificationToken?: Secret
      error?: AuthError
    },
    events: {} as { type: 'edit.retry' } | { type: 'edit.cancel' },
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
    isElevated: ({ context: { sudo } }) => !!sudo?.sudoToken || !!sudo?.isNeedless,
    isPassword: ({ context: { edit } }) => edit.type === 'password.change' && !!edit.password,
    isDeletion: ({ context }) => context.edit.type === 'account.delete',
    hasSent: ({ context }) => context.wasSent,
    isProvenContact: ({ context }) => !!context.verificationToken,
    isSet: ({ context, event }) =>
      isContactOf((event as unknown as { output: User }).output, contactOf(context.edit)),
    isContact: ({ context }) => context.edit.type === 'contact.replace',
    isSudoRefused: ({ context, event }) =>
      !context.wasRefused && errorOf(event)?.code === 'permission_denied',
    isTransient: ({ event }) => isTransient(errorOf(event)),
  },
  actions: {
    forgetExpired: assign(({ context: { sudo }, system }) =>
      sudo && sudo.expiresAt > clockOf(system).now() ? {} : { sudo: undefined },
    ),
    forgetSudo: assign({ sudo: undefined, wasRefused: true }),
    forgetError: assign({ error: undefined }),
    rememberError: assign({ error: ({ event }) => errorOf(event) }),
    // A new password is a secret: it does not outlive the page.
    rememberLoss: assign({
      error: () => new AuthError('cancelled', { operation: 'setPassword' }),
    }),
  },
}).createMachine({
  id: 'gatedEdit',
  context: ({ input }) => ({ ...input, isDone: false, wasRefused: false, wasSent: false }),
  initial: 'gating',
  output: ({ context: { isDone, sudo, error } }) => ({ isDone, sudo, error }),
  states: {
    gating: {
      entry: ['forgetError', 'forgetExpired'],
      always: [{ guard: 'isElevated', target: 'editing' }, 'elevation'],
    },
    elevation: {
      on: { 'edit.cancel': 'left' },
      invoke: {
        id: 'elevation',
        src: 'elevation',
        onDone: { target: 'editing', actions: assign({ sudo: ({ event }) => event.output }) },
        onError: unfinished,
      },
    },
    editing: {
      always: [
        { guard: 'isPassword', target: 'settingPassword' },
        { guard: 'isDeletion', target: 'deletingUser' },
        { guard: 'isProvenContact', target: 'settingContact' },
        { guard: 'isContact', target: 'verification' },
        { target: 'left', actions: 'rememberLoss' },
      ],
    },
    verification: {
      on: { 'edit.cancel': 'left' },
      invoke: {
        id: 'verification',
        src: 'verification',
        input: ({ context }) => ({ contact: contactOf(context.edit) }),
        // The elevation may have run out or been lost meanwhile.
        onDone: {
          target: 'gating',
          actions: assign({
            verificationToken: ({ event }) => event.output.verificationToken,
          }),
        },
        onError: unfinished,
      },
    },
    settingContact: {
      tags: 'busy',
      entry: assign({ wasSent: true }),
      invoke: {
        id: 'setContact',
        src: 'setContact',
        input: ({ context: { edit, sudo, verificationToken } }) => ({
          ...contactOf(edit),
          sudo_token: sudo?.sudoToken,
          verification_token: verificationToken!,
        }),
        onDone: 'done',
        onError: refused,
      },
    },
    settingPassword: {
      tags: 'busy',
      invoke: {
        id: 'setPassword',
        src: 'setPassword',
        input: ({ context: { edit, sudo } }) => ({
          new_password: (edit as { password: Secret }).password,
          sudo_token: sudo?.sudoToken,
        }),
        onDone: 'done',
        onError: refused,
      },
    },
    deletingUser: {
      tags: 'busy',
      invoke: {
        id: 'deleteUser',
        src: 'deleteUser',
        input: ({ context: { sudo } }) => ({ sudo_token: sudo?.sudoToken }),
        onDone: 'done',
        onError: refused,
      },
    },
    askingRetry: {
      tags: 'asking',
      on: {
        'edit.retry': [{ guard: 'hasSent', target: 'checkingContact' }, { target: 'gating' }],
        'edit.cancel': 'left',
      },
    },
    // Setting it needs a proof that is good for once: the call that was not answered may have spent it.
    checkingContact: {
      tags: 'busy',
      entry: 'forgetError',
      invoke: {
        id: 'getUser',
        src: 'getUser',
        input: {},
        onDone: [{ guard: 'isSet', target: 'done' }, { target: 'gating' }],
        onError: unfinished,
      },
    },
    done: { type: 'final', entry: assign({ isDone: true }) },
    left: { type: 'final' },
  },
})

function contactOf(edit: Edit): Contact {
  const { phone_number, email } = edit as Partial<Record<'phone_number' | 'email', string>>
  return { phone_number, email } as Contact
}

/** However it was typed, with a calling code, zeros before it, or without. */
function isContactOf(user: User, { phone_number, email }: Contact): boolean {
  const digits = (text = '') => text.replace(/\D/g, '')
  return phone_number
    ? digits(user.phone_number).endsWith(digits(phone_number).replace(/^0+/, ''))
    : user.email?.toLowerCase() === email?.toLowerCase()
}

type Machine = typeof machine
export interface GatedEditMachine extends Machine {}
export const gatedEdit: GatedEditMachine = machine
